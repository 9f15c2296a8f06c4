// Daemons of busy toys: those that take from the queue, and that of RCU.

import { marked, type Part } from './busyOps.ts';
import { detach } from './toys.ts';

/** What daemons do again and again. */
export const busyDaemons = {
  rcu:
    ({ rcu }) =>
    () =>
      rcu.daemon(),
  worker: ({ q, t, u }) =>
    function* () {
      yield q.take;
      const kind = q.work.outcome;
      if (kind === 1) {
        yield t.mutex.lock;
        yield* marked(t.count);
        yield t.mutex.unlock;
      } else if (kind === 2) {
        yield u.ready.writeOnce;
        u.ready.value = 2;
      } else {
        yield q.open;
        yield u.users.inc;
      }
    },
  second: ({ q, t }) =>
    function* () {
      yield q.takeHigh;
      if (q.work.outcome === 2) yield t.users.inc;
      else yield q.push(1);
    },
  freer: ({ q, t }) =>
    function* () {
      yield q.take;
      const item = yield* detach(t);
      if (item !== null) yield item.free;
    },
} satisfies Record<string, Part>;

export type BusyDaemon = keyof typeof busyDaemons;
