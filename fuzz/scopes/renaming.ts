// Which objects of a context are interchangeable: the renamings that leave its host and its setup as
// they are and turn its vocabulary into itself. A program and its renamed twin do the same things to
// objects that differ in nothing but their names, so one of the two is enough.
//
// Renamed are the slots in which clients keep domains, ioas and hwpts, containers, and groups with
// their devices. Devices of one group keep their order: code goes through them in that order. What is
// left at the end is released in the order of names, so a twin's release is in another order.

import type { AnyOp, AnyProgram } from '../../engine/program.ts';
import { keyOf, type Letter, type ScopeContext, vocabularyOf } from './context.ts';

/** Kinds of names, and the fields of an operation that hold one. */
const fields = {
  domain: ['domain'],
  ioas: ['ioas', 'from'],
  hwpt: ['hwpt', 'parent'],
  container: ['container'],
  group: ['group'],
  device: ['device'],
} as const;

type Kind = keyof typeof fields;
type Renaming = Partial<Record<Kind, readonly number[]>>;

/** More names of a kind than this are left alone: their permutations are too many to try. */
const maxNames = 4;

/** Permutations of the vocabulary, by place in {@link vocabularyOf}; without the one of nothing. */
export function renamingsOf(context: ScopeContext): readonly (readonly number[])[] {
  const letters = vocabularyOf(context);
  const places = new Map(letters.map((letter, i) => [keyOf(letter), i]));
  const setup = keyOf(context.whole.setup);
  const found = new Map<string, readonly number[]>();
  for (const renaming of candidates(context)) {
    if (keyOf(context.whole.setup.map((op) => renamed(op, renaming))) !== setup) continue;
    const to = letters.map(({ process, op }): number | undefined =>
      places.get(keyOf({ process, op: renamed(op, renaming) } satisfies Letter)),
    );
    if (to.every((place) => place !== undefined) && to.some((place, i) => place !== i))
      found.set(to.join(' '), to);
  }
  return [...found.values()];
}

function renamed(op: AnyOp, renaming: Renaming): AnyOp {
  let result: Record<string, unknown> | null = null;
  for (const kind of Object.keys(renaming) as Kind[]) {
    for (const field of fields[kind]) {
      const name = (op as unknown as Record<string, unknown>)[field];
      if (typeof name !== 'number') continue;
      result ??= { ...op };
      result[field] = renaming[kind]?.[name] ?? name;
    }
  }
  return (result as AnyOp | null) ?? op;
}

interface Host {
  readonly groups?: readonly object[];
  readonly containers?: readonly object[];
  readonly devices?: readonly { readonly group: number; readonly aliasOf?: number }[];
}

function candidates(context: ScopeContext): Renaming[] {
  const host = context.whole.topology as Host;
  const slots = (['domain', 'ioas', 'hwpt'] as const).map((kind) =>
    permutations(namesIn(context.whole, kind)).map((to): Renaming => ({ [kind]: to })),
  );
  const containers = permutations(all(host.containers ?? []))
    .filter((to) => leavesAlike(host.containers ?? [], to))
    .map((to): Renaming => ({ container: to }));
  const groups = permutations(all(host.groups ?? []))
    .filter((to) => leavesAlike(host.groups ?? [], to))
    .flatMap((to) => withDevices(host, to));
  return product([...slots, containers, groups]);
}

const all = (list: readonly unknown[]) => list.map((_, i) => i);

const leavesAlike = (list: readonly object[], to: readonly number[]) =>
  list.every((spec, i) => keyOf(spec) === keyOf(list[to[i] as number]));

/** The device at one place of a group becomes the one at the same place of the other. */
function withDevices({ devices = [] }: Host, group: readonly number[]): Renaming[] {
  const of = (g: number | undefined) => all(devices).filter((d) => devices[d]?.group === g);
  const device = devices.map((d, i) => of(group[d.group])[of(d.group).indexOf(i)]);
  const alike = devices.every((d, i) => {
    const other = devices[device[i] ?? -1];
    if (other === undefined) return false;
    const aliasOf = d.aliasOf === undefined ? {} : { aliasOf: device[d.aliasOf] };
    return keyOf({ ...d, group: group[d.group], ...aliasOf }) === keyOf(other);
  });
  return alike ? [{ group, device: device as number[] }] : [];
}

/** The names of a kind that operations use, as a range from 0 on. */
function namesIn({ setup, tasks }: AnyProgram, kind: Kind): number[] {
  const ops = [...setup, ...tasks.flatMap((task) => task.ops)];
  const names = ops.flatMap((op) =>
    fields[kind].map((field) => (op as unknown as Record<string, unknown>)[field]),
  );
  const most = Math.max(-1, ...names.filter((name): name is number => typeof name === 'number'));
  return Array.from({ length: most + 1 }, (_, i) => i);
}

function permutations(names: readonly number[]): number[][] {
  if (names.length > maxNames) return [[...names]];
  if (names.length <= 1) return [[...names]];
  return names.flatMap((first) =>
    permutations(names.filter((n) => n !== first)).map((rest) => [first, ...rest]),
  );
}

function product(lists: readonly (readonly Renaming[])[]): Renaming[] {
  return lists.reduce<Renaming[]>(
    (done, list) => done.flatMap((a) => list.map((b) => ({ ...a, ...b }))),
    [{}],
  );
}
