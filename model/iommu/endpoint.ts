// The machine of a virtio-iommu endpoint, V2: spec/virtio-domain.md §4, §6, with the statuses of the
// device of §5 as errors. Domains, ids and mappings are the oracle's.
import { setup } from 'xstate';
import { answer, answerAction, effectAction, ok, refuse } from '../answer.ts';
import { EFAULT, EINVAL, EIO, ENOENT, ENOMEM, ENOSYS, ERANGE } from '../errno.ts';

export const virtioStatuses = [
  'OK',
  'IOERR',
  'UNSUPP',
  'DEVERR',
  'INVAL',
  'RANGE',
  'NOENT',
  'FAULT',
  'NOMEM',
] as const;
export type VirtioStatus = (typeof virtioStatuses)[number];

/** viommu_get_req_errno. */
export const virtioErrno: Readonly<Record<VirtioStatus, number>> = {
  OK: 0,
  IOERR: EIO,
  UNSUPP: ENOSYS,
  DEVERR: EIO,
  INVAL: EINVAL,
  RANGE: ERANGE,
  NOENT: ENOENT,
  FAULT: EFAULT,
  NOMEM: ENOMEM,
};

export type EndpointEvent =
  /** To a domain of its own virtio-iommu, or of another one; what the device answers. */
  | {
      readonly type: 'ATTACH';
      readonly instance: 'own' | 'foreign';
      readonly status: VirtioStatus;
    }
  | { readonly type: 'RELEASE' };

const own = (status: VirtioStatus): EndpointEvent =>
  Object.freeze({ type: 'ATTACH', instance: 'own', status });

export const endpointEvents = {
  attach: virtioStatuses.map(own),
  foreign: Object.freeze({ type: 'ATTACH', instance: 'foreign', status: 'OK' }) as EndpointEvent,
  release: Object.freeze({ type: 'RELEASE' }) as EndpointEvent,
} as const;

export const endpointAlphabet: readonly EndpointEvent[] = [
  ...endpointEvents.attach,
  endpointEvents.foreign,
  endpointEvents.release,
];

interface Args {
  readonly event: EndpointEvent;
}

const failures = virtioStatuses.filter((status) => status !== 'OK');
const answers = (wanted: VirtioStatus) => (args: Args) =>
  args.event.type === 'ATTACH' && args.event.status === wanted;

/** Step 2 precedes every request; a refused request leaves the old domain (§9.10, §9.14). */
const attach = (effects: readonly 'leaveOld'[]) => [
  refuse('foreign' as const, EINVAL),
  ...failures.map((status) => ({ guard: status, actions: answer(virtioErrno[status]) })),
  { target: 'attached' as const, actions: [...effects, 'join' as const, ok] },
];

export const endpointMachine = setup({
  types: { events: {} as EndpointEvent },
  guards: {
    foreign: ({ event }: Args) => event.type === 'ATTACH' && event.instance === 'foreign',
    OK: answers('OK'),
    IOERR: answers('IOERR'),
    UNSUPP: answers('UNSUPP'),
    DEVERR: answers('DEVERR'),
    INVAL: answers('INVAL'),
    RANGE: answers('RANGE'),
    NOENT: answers('NOENT'),
    FAULT: answers('FAULT'),
    NOMEM: answers('NOMEM'),
  },
  actions: { answer: answerAction, join: effectAction, leaveOld: effectAction },
}).createMachine({
  id: 'endpoint',
  initial: 'detached',
  states: {
    detached: { on: { ATTACH: attach([]), RELEASE: { actions: [ok] } } },
    attached: {
      on: {
        ATTACH: attach(['leaveOld']),
        RELEASE: { target: 'detached', actions: ['leaveOld', ok] },
      },
    },
  },
});
