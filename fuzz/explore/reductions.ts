// The reductions of exhaustive search by name, and the conditions that each rests on. Every reduction
// keeps all verdicts and the set of reachable quiescent states; that it does is tested by comparing
// searches with and without it, and by dropping each condition to see the comparison fail.

/**
 * - sleep: a step is not tried again behind another one that it does not depend on (Godefroid).
 * - persistent: where some tasks cannot meet the others before they move, only they move
 *   (Godefroid), by what their operations are known to touch.
 * - sections: what a lock guards is met by nobody while the lock is held (Lipton, Stoller and
 *   Cohen), and steps that go on alone are one step.
 * - symmetry: states that differ by the names of equal tasks only are one state.
 * - parts: tasks that touch nothing in common are searched apart, and their states put together.
 */
export const reductions = ['sleep', 'persistent', 'sections', 'symmetry', 'parts'] as const;

export type Reduction = (typeof reductions)[number];

/** What makes the reductions sound. Tests drop one at a time; nobody else does. */
export const conditions = {
  'wake dependent': 'a step that depends on the one performed is taken out of the sleep set',
  'frees count': 'freeing an object depends on every access of it',
  'ends count': 'operations of a judged program begin and end in one order',
  'begins count': 'an operation that has begun in time is not taken for one that begins late',
  'daemons show': 'a judged program comes to rest before or after a step of a daemon',
  'looks count': 'what a judge looks at when operations begin or end is read then',
  'begin in company': 'a task that is about to begin an operation never moves alone',
  'daemons in company': 'a daemon never moves alone',
  'daemons wake': 'a daemon that has nothing to do may be given work by others',
  'later operations': 'a task may yet touch what its later operations touch',
  'close the set': 'whoever can meet a member of a persistent set is in it as well',
  'shared guards': 'a lock that both hold for reading excludes nobody',
  'parts apart': 'tasks of different parts touch no cell that changes',
  'setups leave work': 'a daemon that meets nobody may have work left by the setup',
  'same code': 'only tasks that do the same are renamed',
  'names told': 'a value that names a task is renamed with it',
  'learn again': 'a search that learns what an operation touches is repeated',
  'go on behind': 'states behind one that was judged wrong are searched as well',
  'trips widen': 'where a step is judged wrong, all others move as well',
  'no cycles': 'programs that can come back to an earlier state are searched without reductions',
} as const;

export type Condition = keyof typeof conditions;
