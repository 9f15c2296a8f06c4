// fdget and fdput around each call, where containers are closed under calls: a call that has the
// descriptor goes on after close(2), and the last one releases the container.
import type { Cursor, Environment } from './cursor.ts';
import type { Draft } from './draft.ts';
import { EBADF } from './errno.ts';

type Step = (draft: Draft, cursor: Cursor, env: Environment) => boolean;

/** `next`, with the descriptor taken in a step before the first and put in one after the last. */
export function inCall(draft: Draft, cursor: Cursor, env: Environment, next: Step): boolean {
  const isFirst = cursor.phase === 'enter' && !cursor.inCall && cursor.op.op !== 'close';
  if (isFirst) return getFile(draft, cursor);
  const isDone = next(draft, cursor, env);
  if (cursor.inCall && cursor.phase === 'done') cursor.phase = 'fdput';
  return isDone;
}

function getFile(draft: Draft, cursor: Cursor): true {
  const { container } = cursor.op;
  const { node, shut } = draft.container(container);
  if (shut || node.value === 'closed') return cursor.finish(EBADF);
  draft.changeContainer(container).calls += 1;
  cursor.inCall = true;
  return true;
}

/** The call's result stands; if it was the last of a closed file, the container is released. */
export function putFile(draft: Draft, cursor: Cursor): true {
  const container = draft.changeContainer(cursor.op.container);
  container.calls -= 1;
  cursor.inCall = false;
  cursor.pages = 0;
  cursor.payer = null;
  return container.calls === 0 && container.shut
    ? cursor.goOn('release')
    : cursor.finish(cursor.ret, cursor.out);
}
