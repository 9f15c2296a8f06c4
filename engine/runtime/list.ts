// list_head: a circular doubly linked list reduced to what matters, one `next` cell a node. Links are
// cells, so a walk without a lock meets whatever another task makes of the list meanwhile. As in
// __list_add and __list_del, the link that makes a node appear or go is stored by WRITE_ONCE:
// list_empty() may look without the lock.

import type { Steps } from './access.ts';
import type { Cell } from './cell.ts';
import type { KernelObject } from './object.ts';
import { bugOn } from './trip.ts';

/** A node that can be in one list: `next` is the following node or null at the end. */
export interface ListNode extends KernelObject {
  readonly next: Cell<ListNode | null>;
}

/** list_add: at the head. `marked`: lockless walkers may follow the node at once (list_add_rcu). */
export function* listAdd<T extends ListNode>(head: Cell<T | null>, node: T, marked = false): Steps {
  yield head.read;
  const first = head.value;
  yield marked ? node.next.writeOnce : node.next.write;
  node.next.value = first;
  yield head.writeOnce;
  head.value = node;
}

/** list_add_tail. A node that is in the list already would make it a circle (CONFIG_DEBUG_LIST). */
export function* listAddTail<T extends ListNode>(head: Cell<T | null>, node: T): Steps {
  let link = head as Cell<ListNode | null>;
  for (;;) {
    yield link.read;
    const next = link.value;
    if (next === null) break;
    bugOn(next === node, 'list_add double add');
    link = next.next;
  }
  yield link.writeOnce;
  link.value = node;
}

/**
 * list_del: `node` keeps its own next pointer, as under list_del_rcu, so that walkers standing on it
 * go on. Answers whether the node was in the list.
 */
export function* listDel<T extends ListNode>(head: Cell<T | null>, node: T): Steps<boolean> {
  let link = head as Cell<ListNode | null>;
  for (;;) {
    yield link.read;
    const at = link.value;
    if (at === null) return false;
    if (at === node) break;
    link = at.next;
  }
  yield node.next.read;
  const after = node.next.value;
  yield link.writeOnce;
  link.value = after;
  return true;
}

/** list_for_each_entry: `first` then `following` until null; one step a link. */
export function* listFirst<T extends ListNode>(
  head: Cell<T | null>,
  marked = false,
): Steps<T | null> {
  yield marked ? head.readOnce : head.read;
  return head.value;
}

export function* listNext<T extends ListNode>(node: T, marked = false): Steps<T | null> {
  yield marked ? node.next.readOnce : node.next.read;
  return node.next.value as T | null;
}

/** The nodes as they are now: for properties and reports, which look from outside. */
export function listNodes<T extends ListNode>(head: Cell<T | null>): T[] {
  const nodes: T[] = [];
  for (let at = head.stored; at !== null && !nodes.includes(at); at = at.next.stored as T | null)
    nodes.push(at);
  return nodes;
}
