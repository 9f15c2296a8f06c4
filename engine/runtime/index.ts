// The runtime's public entry: cells, primitives, tasks and the executor.

export { Access, type Effect, Flag, type LockAction, type Steps } from './access.ts';
export { Atomic, Refcount } from './atomic.ts';
export { Cell } from './cell.ts';
export { dependent, excluded } from './dependence.ts';
export type { Footprint, Point } from './footprint.ts';
export { type Blame, Contract, type Scope } from './contract.ts';
export { type Held, LockOrder, type OrderWatch } from './discipline.ts';
export { alternativesNow, Environment } from './environment.ts';
export { Executor, type Listener, type Observer, type World } from './executor.ts';
export {
  type Hashed,
  hashString,
  hashString2,
  hashValue,
  hashValue2,
  mix,
  TextValue,
  type Value,
} from './hash.ts';
export { Heap, type Kind } from './heap.ts';
export { checkLeaks } from './leaks.ts';
export {
  listAdd,
  listAddTail,
  listDel,
  listFirst,
  type ListNode,
  listNext,
  listNodes,
} from './list.ts';
export { Mutex, RwSem, Spinlock } from './locks.ts';
export type { Edge, Node, Outcome } from './node.ts';
export { type Birth, KernelObject, Life } from './object.ts';
export { conflict, raceOf, type Site } from './race.ts';
export { Rcu, type RcuObject } from './rcu.ts';
export { forget, mightSleep, step, UnannouncedAccess } from './step.ts';
export { isPersonal, NotRenamable, type Renamable, Renaming } from './renaming.ts';
export { type Operation, type Phase, Task, type TaskSpec } from './task.ts';
export { bugOn, deref, type SanitizerId, sanitizers, Trip, Violation } from './trip.ts';
export { DataRaces } from './vectorClocks.ts';
export type { Watcher } from './watcher.ts';
