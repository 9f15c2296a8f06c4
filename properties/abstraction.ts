// The engine's state and the model's in the same words, so that they can be compared between two
// operations. locked_vm is not among them: its property says what it must be.

import { hex, type SpaprWorld, type TceContainer } from '../engine/index.ts';
import type { Container, ModelState } from '../model/index.ts';
import { countedTces } from './registration.ts';
import { entriesOf, groupsOf, preregOf, regionsOf } from './view.ts';

/** One line a fact, joined: equal texts are equal states. */
export function engineText(world: SpaprWorld): string {
  const processes = world.mms.map((mm) => {
    const regions = regionsOf(mm).map((r) =>
      regionText(r.ua, r.end - r.ua, r.used.stored, countedTces(r)),
    );
    return `regions ${regions.sort().join(' ') || 'none'}`;
  });
  return [...processes, ...world.containers.map((c) => containerText(c))].join('\n');
}

function containerText(c: TceContainer): string {
  if (c.file.stored === 0) return 'closed';
  const groups = groupsOf(c).map((n) => n.group.index);
  const windows = c.tables.map((slot) => {
    const table = slot.stored;
    if (table === null) return '-';
    const entries = entriesOf(c)
      .filter((e) => e.table === table && e.tce !== 0)
      .map((e) => (c.v2 ? `${e.index}→${hex(e.ua)}` : `${e.index}`));
    return windowText(table.start, table.end - table.start, table.itPageShift, entries);
  });
  const prereg = preregOf(c).map((n) => hex(n.mem.ua));
  return parts(groups, windows, prereg, c.enabled.stored, c.defWindowPending.stored);
}

const texts = new WeakMap<ModelState, string>();

export function modelText(state: ModelState): string {
  let text = texts.get(state);
  if (text === undefined) texts.set(state, (text = readModel(state)));
  return text;
}

function readModel(state: ModelState): string {
  const processes = state.processes.map((p) => {
    const regions = p.regions.map((r) => {
      const { used, mapped } = r.node.context as { used: number; mapped: number };
      return regionText(r.va, r.size, used, mapped);
    });
    return `regions ${regions.sort().join(' ') || 'none'}`;
  });
  const containers = state.containers.map((c, i) => {
    const version = state.world.topology.containers[i]?.version ?? 2;
    return modelContainerText(c, version === 2);
  });
  return [...processes, ...containers].join('\n');
}

function modelContainerText(c: Container, v2: boolean): string {
  if (c.node.value === 'closed') return 'closed';
  const windows = c.windows.map((w) => {
    if (w === null) return '-';
    const entries = [...w.entries].map(([i, va]) => (v2 ? `${i}→${hex(va)}` : `${i}`));
    return windowText(w.start, w.size, w.pageShift, entries);
  });
  const { enabled, pending } = containerFlags(c);
  const prereg = c.prereg.map((r) => hex(r.va));
  return parts(c.groups, windows, prereg, enabled, pending);
}

/** Enabled, and waiting for its default window, as the container machine's node says. */
function containerFlags(c: Container): { enabled: boolean; pending: boolean } {
  const { pending } = c.node.context as { readonly pending: boolean };
  return { enabled: c.node.value === 'enabled', pending };
}

const regionText = (va: number, size: number, used: number, mapped: number) =>
  `${hex(va)}+${hex(size)}(used ${used}, mapped ${mapped})`;

const windowText = (start: number, size: number, shift: number, entries: readonly string[]) =>
  `${hex(start)}+${hex(size)}/${shift}{${[...entries].sort().join(' ')}}`;

function parts(
  groups: readonly number[],
  windows: readonly string[],
  prereg: readonly string[],
  enabled: boolean,
  pending: boolean,
): string {
  const list = (items: readonly (string | number)[]) =>
    items.map(String).sort().join(' ') || 'none';
  return (
    `${enabled ? 'enabled' : 'disabled'}; default window ${pending ? 'wanted' : 'settled'}; ` +
    `groups ${list(groups)}; windows ${windows.join(' ')}; registered ${list(prereg)}`
  );
}
