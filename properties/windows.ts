// Windows and groups: what is programmed where (WIN-009), freed tables (WIN-011), the group list
// (GRP-010).

import {
  type Access,
  Life,
  type Outcome,
  type Value,
  type Watcher,
} from '../engine/runtime/index.ts';
import { errnoName, type IommuTable, type Op, type SpaprWorld } from '../engine/index.ts';
import { properties } from './catalogue.ts';
import { broken } from './property.ts';
import { groupsOf } from './view.ts';

const tableName = (table: IommuTable | null) =>
  table === null ? 'no table' : `the ${table.title}`;

export function checkWindows(world: SpaprWorld): void {
  for (const container of world.containers)
    for (const slot of container.tables) checkAlive(container.name, slot.stored);
  for (const group of world.groups) {
    const tableGroup = group.tableGroup;
    if (tableGroup === null || tableGroup.legacy) continue;
    const holder = world.containers.find((c) => groupsOf(c).some((n) => n.group === group));
    tableGroup.tables.forEach((slot, i) => {
      checkAlive(tableGroup.name, slot.stored);
      const wanted = holder?.tables[i]?.stored ?? null;
      if (slot.stored === wanted) return;
      const where = holder === undefined ? 'attached nowhere' : `attached to ${holder.name}`;
      throw broken(
        properties.windowsProgrammed,
        holder === undefined ? 'detached group' : 'attached group',
        `${group.name}, ${where}, uses ${tableName(slot.stored)} in slot ${i} ` +
          `instead of ${tableName(wanted)}`,
        tableGroup,
      );
    });
  }
}

function checkAlive(user: string, table: IommuTable | null): void {
  if (table === null || table.life.stored === Life.live) return;
  throw broken(
    properties.tableAlive,
    'freed table',
    `${user} uses the ${table.title}, which is freed`,
    table,
  );
}

export function checkGroupLists(world: SpaprWorld): void {
  for (const container of world.containers) {
    for (const node of groupsOf(container)) {
      if (node.life.stored === Life.live) continue;
      throw broken(
        properties.groupList,
        'freed node',
        `group_list of ${container.name} holds the node of ${node.group.name}, which is freed`,
        node,
      );
    }
    const groups = groupsOf(container).map((n) => n.group);
    const twice = groups.find((g, i) => groups.indexOf(g) !== i);
    if (twice === undefined) continue;
    throw broken(
      properties.groupList,
      'listed twice',
      `group_list of ${container.name} holds ${twice.name} twice`,
      container,
    );
  }
}

/** What a failing attach must not leave behind: the last value it stored in each of these cells. */
const rest: Readonly<Record<string, Value>> = {
  'container.tables[0]': null,
  'container.tables[1]': null,
  'container.def_window_pending': false,
  'table_group.tables[0]': null,
  'table_group.tables[1]': null,
  'table_group.owned': false,
};

/** Cells in which the call has left something, joined: comparable by value. */
export class AttachWatcher implements Watcher<string> {
  private readonly ops: ReadonlyMap<string, Op>;

  constructor(ops: ReadonlyMap<string, Op>) {
    this.ops = ops;
  }

  begin(): string {
    return '';
  }

  step(left: string, access: Access, _key: Value, assigned: Value | undefined): string {
    if (assigned === undefined) return left;
    const field = `${access.cell.object.kind}.${access.cell.field}`;
    const calm = rest[field];
    if (calm === undefined) return left;
    const others = left.split(', ').filter((f) => f !== '' && f !== field);
    return (assigned === calm ? others : [...others, field]).sort().join(', ');
  }

  end(left: string, result: Outcome, label: string): void {
    if (this.ops.get(label)?.op !== 'attach' || result.ret === 0 || left === '') return;
    throw broken(
      properties.windowsProgrammed,
      'failed attach',
      `attach failed with ${errnoName(result.ret)} and leaves behind ${left}`,
    );
  }
}
