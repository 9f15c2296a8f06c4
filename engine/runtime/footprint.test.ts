// Points and what lies ahead of them.

import { expect, test } from 'vitest';
import { Table } from '../../test/toys/objects.ts';
import { Footprint } from './footprint.ts';
import { Heap } from './heap.ts';

const table = new Heap().boot(Table, 'table');
const none: [] = [];
const held = [{ cell: table.mutex, type: 'mutex', shared: false }] as const;

/** lock, read, write (under the lock), unlock, then perhaps the read again without the lock. */
function code() {
  const footprint = new Footprint(0);
  const at = (access: Parameters<Footprint['at']>[0], locks: typeof held | [] = none) =>
    footprint.at(access, locks, false);
  const points = {
    lock: at(table.mutex.lock),
    read: at(table.count.read, held),
    write: at(table.count.write, held),
    unlock: at(table.mutex.unlock, held),
    again: at(table.count.read),
  };
  return { footprint, points };
}

test('a point is an access with the locks held, whichever history comes there', () => {
  const { footprint, points } = code();
  expect(footprint.at(table.count.read, [...held], false)).toBe(points.read);
  expect(footprint.at(table.count.read, [], false)).toBe(points.again);
  expect(footprint.at(table.count.read, [], true)).not.toBe(points.again);
});

test.each(['before', 'after'])(
  'what is ahead is gathered over steps noted %s it is asked',
  (when) => {
    const { footprint, points } = code();
    if (when === 'after') footprint.follow();
    const { lock, read, write, unlock, again } = points;
    // Last step first: what is ahead must reach the points behind.
    expect(footprint.note(unlock, again)).toBe(true);
    expect(footprint.note(write, unlock)).toBe(true);
    expect(footprint.note(read, write)).toBe(true);
    expect(footprint.note(lock, read)).toBe(true);
    expect(footprint.note(lock, read)).toBe(false);
    expect([...lock.ahead]).toEqual(expect.arrayContaining([lock, read, write, unlock, again]));
    expect(unlock.ahead).toEqual(new Set([unlock, again]));
    expect(write.of(table).map(({ access }) => access.verb)).toEqual(
      expect.not.arrayContaining(['mutex_lock']),
    );
  },
);

test('a step to what was ahead already is no news', () => {
  const { footprint, points } = code();
  footprint.follow();
  footprint.note(points.lock, points.read);
  footprint.note(points.read, points.write);
  expect(footprint.note(points.lock, points.write)).toBe(false);
});

test('what nobody else can reach is not seen by others', () => {
  const footprint = new Footprint(0);
  const own = footprint.at(table.count.write, [], true);
  expect(own.of(table)).toEqual([]);
  expect([...footprint.accesses()]).toEqual([]);
});
