// An invalidation request of an IOMMU driver, as a model for `iommucheck model` and checkModel(): one property
// holds, one does not. A request that times out is sent again; is every request completed?
import { createMachine } from 'xstate';
import { canAlways, leadsTo, modelOf } from '../index.ts';

export const requestMachine = createMachine({
  id: 'request',
  initial: 'idle',
  states: {
    idle: { on: { SUBMIT: 'waiting' } },
    waiting: { on: { COMPLETE: 'idle', TIME_OUT: 'late' } },
    late: { on: { RESUBMIT: 'waiting' } },
  },
});

export const request = modelOf(requestMachine, {
  // Whatever could go on happening does happen: each type of event is weakly fair.
  fairness: 'each-type',
  properties: [
    canAlways('a request can always be completed', 'idle'),
    // Not so: COMPLETE is possible again and again, but never for long enough.
    leadsTo('a request is completed', 'waiting', 'idle'),
  ],
});
