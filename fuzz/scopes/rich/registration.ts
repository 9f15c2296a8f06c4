// What user space does with registered memory, windows and the groups of a container.

import * as op from '../../scenarios/scenario.ts';
import { rich } from './rich.ts';

export const registrationContexts = rich('registration', [
  {
    id: 'memory',
    topology: op.topology(),
    setup: [op.attach()],
    ops: [
      op.register(0, 1),
      op.unregister(0, 1),
      op.map(0, 0, 1),
      op.remove(),
      op.register(0, 2),
      op.unregister(0, 2),
      op.unmap(0, 1),
      op.create(),
      op.detach(),
    ],
    refuse: ['pin'],
  },
  {
    id: 'entries',
    topology: op.topology(),
    setup: [op.attach(), op.register(0, 2)],
    ops: [
      op.map(0, 0, 1),
      op.map(0, 1, 1),
      op.unmap(0, 1),
      op.unregister(0, 2),
      op.map(0, 0, 2),
      op.unmap(0, 2),
      op.remove(),
      op.close(),
    ],
  },
  {
    id: 'groups',
    topology: op.topology({
      containers: [2, 2],
      groups: [
        { kind: 'ddw', family: 0 },
        { kind: 'ddw', family: 0 },
      ],
    }),
    setup: [],
    ops: [
      op.attach(0, 0),
      op.attach(0, 1),
      op.detach(0, 0),
      op.register(0, 1, 0),
      op.attach(1, 0),
      op.attach(1, 1),
      op.detach(0, 1),
      op.detach(1, 0),
      op.detach(1, 1),
      op.register(0, 1, 1),
    ],
  },
]);
