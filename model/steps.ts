// The dispatch from (phase, operation) to the step that is next. A check whose answer can no longer
// change is not a step of its own; one that may change is, or concurrent histories would be refused
// that a lock-free check allows. What the steps do is in the *-steps.ts files.
import { containerEvents } from './container-events.ts';
import { checkEnable, checkExtension, chargeEnable, disable, info } from './control-steps.ts';
import { publishEnable } from './control-steps.ts';
import type { Cursor, Environment, Phase } from './cursor.ts';
import type { Draft } from './draft.ts';
import { drained, thenDrain } from './drain-steps.ts';
import { ENOTTY } from './errno.ts';
import { inCall, putFile } from './file-steps.ts';
import {
  attach,
  close,
  closing,
  detach,
  publishAttach,
  release,
  takeTable,
} from './group-steps.ts';
import { callerOf, MUST_WAIT, tell, uncharge } from './ledger.ts';
import { clearOneEntry, exchangeEntry, mapEntry, mapOrUnmap } from './mapping-steps.ts';
import { putOldPage } from './mapping-steps.ts';
import {
  addRegion,
  chargeRegion,
  register,
  registered,
  released,
  unregister,
} from './memory-steps.ts';
import type { OpName } from './vocabulary.ts';
import {
  chargeView,
  checkWindowOp,
  createOwn,
  publishWindow,
  windowOpLocked,
} from './window-steps.ts';

type Step = (draft: Draft, cursor: Cursor, env: Environment) => boolean;

const steps = {
  enter: (draft, cursor, env) => entries[cursor.op.op](draft, cursor, env),
  check: (draft, cursor, env) => check(draft, cursor, env),
  body: (draft, cursor, env) => bodies[ioctlOf(draft, cursor)](draft, cursor, env),
  locked: windowOpLocked,
  own: createOwn,
  take: takeTable,
  view: chargeView,
  publish: (draft, cursor) => publish(draft, cursor),
  uncharge,
  charge: chargeRegion,
  add: addRegion,
  registered,
  released,
  map: mapEntry,
  xchg: exchangeEntry,
  clear: clearOneEntry,
  put: putOldPage,
  closing,
  drained,
  fdput: putFile,
  release,
  done: () => MUST_WAIT,
} satisfies Record<Phase, Step>;

/** Ioctls enter through the test of the mm; the VFIO core's calls and CHECK_EXTENSION do not. */
const entries: Readonly<Record<OpName, Step>> = {
  attach,
  detach,
  close,
  checkExtension,
  enable: enterIoctl,
  disable: enterIoctl,
  register: enterIoctl,
  unregister: enterIoctl,
  map: enterIoctl,
  unmap: enterIoctl,
  create: enterIoctl,
  remove: enterIoctl,
  info: enterIoctl,
  eeh: enterIoctl,
  unknownIoctl: enterIoctl,
};

const noBody: Step = (_draft, { op }) => {
  throw new Error(`model: ${op.op} is done when it has entered; see steps.ts`);
};

const bodies: Readonly<Record<OpName, Step>> = {
  enable: chargeEnable,
  disable,
  register,
  unregister,
  map: mapOrUnmap,
  unmap: mapOrUnmap,
  create: checkWindowOp,
  remove: checkWindowOp,
  info,
  eeh: (_draft, cursor) => cursor.finish(0),
  unknownIoctl: (_draft, cursor) => cursor.finish(ENOTTY),
  attach: noBody,
  detach: noBody,
  close: noBody,
  checkExtension: noBody,
};

/** The operation as the revision knows it: under noWindowIoctls, CREATE and REMOVE are unknown. */
function ioctlOf(draft: Draft, { op }: Cursor): OpName {
  const isWindowIoctl = op.op === 'create' || op.op === 'remove';
  return isWindowIoctl && draft.world.quirks.noWindowIoctls ? 'unknownIoctl' : op.op;
}

function publish(draft: Draft, cursor: Cursor): boolean {
  if (cursor.op.op === 'enable') return publishEnable(draft, cursor);
  if (cursor.op.op === 'attach') return publishAttach(draft, cursor);
  return publishWindow(draft, cursor);
}

/** Does one atomic step; false when another operation must move first. */
export function step(draft: Draft, cursor: Cursor, env: Environment): boolean {
  const { closable } = draft.world;
  const next = steps[cursor.phase];
  const isDone = closable ? inCall(draft, cursor, env, next) : next(draft, cursor, env);
  thenDrain(cursor);
  return isDone;
}

/** container->mm against current->mm; once set it stays, and the test needs no step of its own. */
function enterIoctl(draft: Draft, cursor: Cursor, env: Environment): boolean {
  const { op, process } = cursor;
  const container = draft.container(op.container);
  const event = containerEvents.enter[callerOf(draft, op.container, process)];
  const { ret } = tell(draft, op.container, event, process);
  if (ret !== 0) return cursor.finish(ret);
  return container.mm === null ? cursor.goOn('check') : check(draft, cursor, env);
}

/** The container's own test of the ioctl: version, mm_set, enabled. */
function check(draft: Draft, cursor: Cursor, env: Environment): boolean {
  const { op, process } = cursor;
  if (op.op === 'enable') return checkEnable(draft, cursor);
  const container = draft.container(op.container);
  const { node } = container;
  const isDma = op.op === 'map' || op.op === 'unmap';
  const ioctl = ioctlOf(draft, cursor);
  const caller = callerOf(draft, op.container, process);
  let ret = 0;
  if (isDma) {
    ret = tell(draft, op.container, containerEvents.useDma, process).ret;
  } else if (ioctl === 'unregister') {
    ret = tell(draft, op.container, containerEvents.unregister[caller], process).ret;
  } else if (ioctl === 'register' || ioctl === 'create' || ioctl === 'remove') {
    ret = tell(draft, op.container, containerEvents.setMm[caller], process).ret;
  }
  if (ret !== 0) return cursor.finish(ret);
  // The mm is set just now, or DISABLE may come in between: what follows is another step.
  const isFirst = draft.container(op.container).node !== node;
  const mayBeDisabled = isDma && node.context['version'] === 1;
  return isFirst || mayBeDisabled ? cursor.goOn('body') : body(draft, cursor, env);
}

const body: Step = steps.body;
