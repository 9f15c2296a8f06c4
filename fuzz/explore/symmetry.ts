// Tasks that are alike may be renamed: of all states that are renamings of each other, one is
// explored. A state's fingerprint is then the least of its renamings', which are followed write by
// write. Programs in which something names tasks without saying how are searched without.

import { type Executor, isPersonal, Renaming, type Task } from '../../engine/runtime/index.ts';
import { keptForWorlds } from './kept.ts';
import type { Condition } from './reductions.ts';

/** Renamings grow with the factorial: more are not followed. */
const mostRenamings = 24;

export class Symmetry {
  private readonly executor: Executor;
  private readonly renamings: readonly Renaming[];
  lane1 = 0;
  lane2 = 0;

  /** Null if no two tasks are alike, or may not be renamed. */
  static of(executor: Executor, without: Condition | null = null): Symmetry | null {
    const { listener, tasks } = executor;
    if (listener !== null && listener.renames !== true) return null;
    const labels = tasks.map((t) => t.label);
    const all = renamingsOf(tasks, without === 'same code').slice(1, mostRenamings);
    if (all.length === 0) return null;
    for (const { roots } of tasks)
      for (const { footprint } of roots)
        for (const access of footprint.accesses()) if (isPersonal(access)) return null;
    const blind = without === 'names told';
    return new Symmetry(
      executor,
      all.map((to) => {
        const key = `${labels.join()} ${to.join()} ${blind}`;
        return renamingFor(executor.world, key, () => new Renaming(labels, to, blind));
      }),
    );
  }

  private constructor(executor: Executor, renamings: readonly Renaming[]) {
    this.executor = executor;
    this.renamings = renamings;
  }

  /** To be called at the beginning of a program. */
  begin(): void {
    for (const r of this.renamings) {
      r.digest1 = 0;
      r.digest2 = 0;
    }
    this.executor.heap.renamings = this.renamings;
  }

  end(): void {
    this.executor.heap.renamings = null;
  }

  /** Sets the lanes to the fingerprint that the state shares with its renamings. */
  canonical(): void {
    const { executor } = this;
    this.lane1 = executor.fingerprint1;
    this.lane2 = executor.fingerprint2;
    for (const renaming of this.renamings) {
      const [one, two] = lanesUnder(executor, renaming);
      if (one > this.lane1 || (one === this.lane1 && two >= this.lane2)) continue;
      this.lane1 = one;
      this.lane2 = two;
    }
  }

  /** The fingerprints of the state's renamings. */
  all(): (readonly [number, number])[] {
    return this.renamings.map((renaming) => lanesUnder(this.executor, renaming));
  }
}

/** One for all programs of a world: what it has found out of histories and values stays so. */
const renamingFor = keptForWorlds<Renaming>();

/** The fingerprint of the state under a renaming that the heap follows. */
export function lanesUnder(executor: Executor, renaming: Renaming): readonly [number, number] {
  let { digest1: one, digest2: two } = renaming;
  for (const task of executor.tasks) {
    const [lane1, lane2] = renaming.lanesOf(task.node, task);
    one ^= lane1;
    two ^= lane2;
  }
  return [one, two];
}

/** Every way to give alike tasks each other's names; the first changes nothing. */
function renamingsOf(tasks: readonly Task[], anyTask: boolean): number[][] {
  let all: number[][] = [tasks.map((_, id) => id)];
  const classes = new Map<string, number[]>();
  for (const { id, alike } of tasks) {
    if (alike === null) continue;
    const name = anyTask ? '' : alike;
    classes.set(name, [...(classes.get(name) ?? []), id]);
  }
  for (const ids of classes.values())
    all = all.flatMap((to) =>
      permutations(ids).map((p) => to.map((t, id) => p[ids.indexOf(id)] ?? t)),
    );
  return all;
}

function permutations(ids: readonly number[]): number[][] {
  if (ids.length <= 1) return [[...ids]];
  return ids.flatMap((first) =>
    permutations(ids.filter((id) => id !== first)).map((rest) => [first, ...rest]),
  );
}
