// The topology: containers, groups, devices, processes and VMAs that the failure does not need. After
// the operations, whose references decide what is needed, and with the schedule kept as it is.

import type { AnyProgram } from '../engine/program.ts';
import { mapOps, opsOf } from './edit.ts';
import { fieldsOf, listNamed, numberIn, withField } from './fields.ts';
import type { Pass, Shrinker } from './shrinker.ts';
import {
  type Entry,
  leaveOut,
  listOf,
  mapList,
  type ListName,
  vmasOf,
  withList,
  withVmas,
} from './topology.ts';

const kinds = ['containers', 'kvms', 'groups', 'devices', 'iommus', 'processes'] as const;

/** Tries to do without each object: another of its kind stands in wherever it is named. */
export const fewerObjects: Pass = {
  name: 'fewer objects',
  run(shrinker) {
    for (const kind of kinds) {
      for (let i = listOf(shrinker.best.program, kind).length - 1; i >= 0; i--)
        dropObject(shrinker, kind, i);
    }
    listOf(shrinker.best.program, 'processes').forEach((_, p) => dropVmas(shrinker, p));
  },
};

/** Without the object at `dropped`; whatever names it is about another one, if any, instead. */
function dropObject(shrinker: Shrinker, kind: ListName, dropped: number): void {
  const { program, moves } = shrinker.best;
  const substitutes = isNamed(program, kind, dropped)
    ? [...listOf(program, kind).keys()].filter((i) => i !== dropped)
    : [null];
  for (const substitute of substitutes) {
    const edited = without(program, kind, dropped, substitute);
    if (edited !== null && shrinker.considerPlainer({ program: edited, moves })) return;
  }
}

/** Null where the rest would not be a topology: every group of devices has one. */
function without(
  program: AnyProgram,
  kind: ListName,
  dropped: number,
  substitute: number | null,
): AnyProgram | null {
  if (kind === 'groups') return withoutGroup(program, dropped, substitute);
  if (kind === 'devices') {
    const group = listOf(program, kind)[dropped]?.['group'];
    if (devicesOf(program, group).length === 1) return null;
  }
  return spliced(program, kind, dropped, substitute);
}

/** A group goes with its devices; the first device of the substitute stands in for them. */
function withoutGroup(
  program: AnyProgram,
  group: number,
  substitute: number | null,
): AnyProgram | null {
  let smaller = program;
  for (const device of devicesOf(program, group).toReversed()) {
    const named = isNamed(smaller, 'devices', device);
    const other = devicesOf(smaller, substitute ?? -1)[0] ?? null;
    if (named && other === null) return null;
    smaller = spliced(smaller, 'devices', device, other);
  }
  return spliced(smaller, 'groups', group, substitute);
}

const devicesOf = (program: AnyProgram, group: unknown): readonly number[] =>
  [...listOf(program, 'devices').entries()].filter(([, d]) => d['group'] === group).map(([i]) => i);

function spliced(
  program: AnyProgram,
  kind: ListName,
  dropped: number,
  substitute: number | null,
): AnyProgram {
  const to = (i: number) => {
    const kept = i === dropped ? (substitute ?? i) : i;
    return kept > dropped ? kept - 1 : kept;
  };
  const unaliased = kind === 'devices' ? withoutAliasOf(program, dropped) : program;
  const smaller = withList(unaliased, kind, listOf(unaliased, kind).toSpliced(dropped, 1));
  return renumber(smaller, kind, to);
}

function withoutAliasOf(program: AnyProgram, dropped: number): AnyProgram {
  return mapList(program, 'devices', (device) =>
    device['aliasOf'] === dropped ? leaveOut(device, 'aliasOf') : device,
  );
}

/** Fields of other objects that name objects of a kind. */
const references: Readonly<Record<ListName, readonly (readonly [ListName, string])[]>> = {
  containers: [],
  kvms: [],
  groups: [['devices', 'group']],
  devices: [['devices', 'aliasOf']],
  iommus: [['devices', 'iommu']],
  processes: [['containers', 'process']],
};

/** Arguments of operations that name objects of a kind. */
const argumentsNaming = (kind: ListName) =>
  fieldsOf('index').filter(
    (field) => (listNamed as Readonly<Record<string, string>>)[field] === kind,
  );

function isNamed(program: AnyProgram, kind: ListName, i: number): boolean {
  const inOps = opsOf(program).some((op) =>
    argumentsNaming(kind).some((field) => numberIn(op, field) === i),
  );
  const inObjects = references[kind].some(
    ([list, field]) =>
      field !== 'aliasOf' && listOf(program, list).some((entry) => entry[field] === i),
  );
  const inTasks = kind === 'processes' && program.tasks.some((task) => task.process === i);
  return inOps || inObjects || inTasks;
}

function renumber(program: AnyProgram, kind: ListName, to: (i: number) => number): AnyProgram {
  const inEntry = (entry: Entry, field: string): Entry => {
    const index = entry[field];
    return typeof index === 'number' ? { ...entry, [field]: to(index) } : entry;
  };
  let edited = program;
  for (const [list, field] of references[kind])
    edited = mapList(edited, list, (entry) => inEntry(entry, field));
  if (kind === 'processes') {
    const tasks = edited.tasks.map((task) => ({ ...task, process: to(task.process) }));
    return { ...edited, tasks };
  }
  return mapOps(edited, (op) =>
    argumentsNaming(kind).reduce((changed, field) => {
      const index = numberIn(op, field);
      return index === undefined ? changed : withField(changed, field, to(index));
    }, op),
  );
}

function dropVmas(shrinker: Shrinker, p: number): void {
  for (let i = vmasOf(shrinker.best.program, p).length - 1; i >= 0; i--) {
    const { program, moves } = shrinker.best;
    const edited = withVmas(program, p, vmasOf(program, p).toSpliced(i, 1));
    shrinker.considerPlainer({ program: edited, moves });
  }
}
