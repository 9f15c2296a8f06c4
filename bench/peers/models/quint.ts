// W in Quint: one action for each task, taken where its program counter stands.

import type { Workload } from '../../workload/known.ts';

export const quintInvariant = 'counted';

export function quint({ variant, tasks, ops }: Workload): string {
  const unlocked = variant === 'A' ? 'false' : variant === 'B' ? `t == ${tasks - 1}` : `t >= 0`;
  const shared = variant !== 'C';
  const slot = shared ? '(t + pc.get(t) / steps(t)) % 4' : 't';
  const cell = shared ? '0' : 't';
  const sum = '0.to(3).map(i => (i, slot.get(i))).fold(0, (n, pair) => n + pair._2)';
  const invariant = shared
    ? `not(tasks.forall(t => pc.get(t) % steps(t) == 0)) or count.get(0) == ${sum}`
    : `tasks.forall(t => pc.get(t) % 4 != 0 or count.get(t) == slot.get(t))`;
  return `module w {
  pure val tasks = 0.to(${tasks - 1})
  var lock: bool
  var slot: int -> int
  var count: int -> int
  var pc: int -> int
  var seen: int -> int
  var n: int -> int

  pure def unlocked(t) = ${unlocked}
  pure def steps(t) = if (unlocked(t)) 4 else 6
  // 0 acquire, 1 read slot, 2 read count, 3 write slot, 4 write count, 5 release
  pure def kind(t, p) = if (unlocked(t)) 1 + p % 4 else p % 6

  def ready(t) = and {
    pc.get(t) < ${ops} * steps(t),
    kind(t, pc.get(t)) != 0 or not(lock),
  }

  action init = all {
    lock' = false,
    slot' = 0.to(3).mapBy(i => 0),
    count' = 0.to(3).mapBy(i => 0),
    pc' = tasks.mapBy(t => 0),
    seen' = tasks.mapBy(t => 0),
    n' = tasks.mapBy(t => 0),
  }

  action act(t) = {
    val k = kind(t, pc.get(t))
    val i = ${slot}
    all {
      pc' = pc.set(t, pc.get(t) + 1),
      lock' = if (k == 0) true else if (k == 5) false else lock,
      seen' = if (k == 1) seen.set(t, slot.get(i)) else if (k == 4) seen.set(t, 0) else seen,
      n' = if (k == 2) n.set(t, count.get(${cell})) else if (k == 4) n.set(t, 0) else n,
      slot' = if (k == 3) slot.set(i, 1 - seen.get(t)) else slot,
      count' = if (k == 4) count.set(${cell}, n.get(t) + 1 - 2 * seen.get(t)) else count,
    }
  }

  action step = {
    nondet t = tasks.filter(t => ready(t)).oneOf()
    act(t)
  }

  val ${quintInvariant} = ${invariant}
}
`;
}
