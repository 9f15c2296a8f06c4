// The device's rules, request by request: spec/virtio-domain.md §7. Small numbers for addresses, as
// the examples of the specification have them: the granule is 1.

import { describe, expect, test } from 'vitest';
import { type HwConfig, type HwState, idleDevice, performed, translated } from './device.ts';
import { refusals } from './rules.ts';
import type { Request, Status } from './requests.ts';

const config: HwConfig = {
  granule: 1,
  inputRange: { start: 0, end: 99 },
  bypass: false,
  noSharing: false,
  deviceOf: (endpoint) => Math.floor(endpoint / 10),
  reservedOf: (endpoint) => (endpoint === 20 ? [{ start: 50, last: 59 }] : []),
};

const attach = (endpoint: number, domain = 1, bypass = false): Request => ({
  type: 'attach',
  domain,
  endpoint,
  bypass,
});
const detach = (endpoint: number, domain = 1): Request => ({ type: 'detach', domain, endpoint });
const map = (start: number, last: number, domain = 1, flags = 3): Request => ({
  type: 'map',
  domain,
  start,
  last,
  phys: 1000 + start,
  flags,
});
const unmap = (start: number, last: number, domain = 1): Request => ({
  type: 'unmap',
  domain,
  start,
  last,
});

/** The device after requests, and what it said to the last. */
function after(requests: readonly Request[], on: HwConfig = config) {
  let state: HwState = idleDevice;
  let said: readonly Status[] = [];
  for (const request of requests) {
    said = refusals(on, state, request);
    if (said.length === 0) state = performed(state, request);
  }
  return { state, said: said.length === 0 ? 'OK' : said.join(' ') };
}

const left = (state: HwState, id = 1) =>
  state.domain(id)?.mappings.all.map((m) => [m.start, m.last]);

describe('UNMAP: a mapping is the region of one MAP request', () => {
  test.each<[string, Request[], string, number[][]]>([
    ['unmap(0,4) of nothing', [unmap(0, 4)], 'OK', []],
    ['map(0,9), unmap(0,9)', [map(0, 9), unmap(0, 9)], 'OK', []],
    ['map(0,4), map(5,9), unmap(0,9)', [map(0, 4), map(5, 9), unmap(0, 9)], 'OK', []],
    ['map(0,9), unmap(0,4)', [map(0, 9), unmap(0, 4)], 'RANGE', [[0, 9]]],
    ['map(0,4), map(5,9), unmap(0,4)', [map(0, 4), map(5, 9), unmap(0, 4)], 'OK', [[5, 9]]],
    ['map(0,4), unmap(0,9)', [map(0, 4), unmap(0, 9)], 'OK', []],
    ['map(0,4), map(10,14), unmap(0,14)', [map(0, 4), map(10, 14), unmap(0, 14)], 'OK', []],
    // BUG-3: the end is within the second mapping, so not even the first goes.
    [
      'map(0,4), map(10,29), unmap(0,19)',
      [map(0, 4), map(10, 29), unmap(0, 19)],
      'RANGE',
      [
        [0, 4],
        [10, 29],
      ],
    ],
  ])('%s', (_, requests, said, mappings) => {
    const end = after([attach(10), ...requests]);
    expect(end.said).toBe(said);
    expect(left(end.state)).toEqual(mappings);
  });
});

test.each<[string, Request[], string]>([
  ['another bypass flag for an existing domain', [attach(10), attach(11, 1, true)], 'INVAL'],
  ['an endpoint of another domain moves', [attach(10), attach(10, 2)], 'OK'],
  ['DETACH of who is elsewhere', [attach(10), detach(10, 2)], 'INVAL'],
  ['DETACH', [attach(10), detach(10)], 'OK'],
  ['MAP of an unknown domain', [map(0, 4)], 'NOENT'],
  ['MAP over a mapping', [attach(10), map(0, 4), map(4, 8)], 'INVAL'],
  ['MAP with an unknown flag', [attach(10), map(0, 4, 1, 8)], 'INVAL'],
  ['MAP of a bypass domain', [attach(10, 1, true), map(0, 4)], 'INVAL'],
  ['MAP of a reserved region', [attach(20), map(45, 50)], 'INVAL'],
  ['MAP of what is reserved for others', [attach(10), map(45, 50)], 'OK'],
  ['MAP outside the input range', [attach(10), map(95, 100)], 'RANGE'],
  ['UNMAP of an unknown domain', [unmap(0, 4)], 'NOENT'],
  ['UNMAP of a bypass domain', [attach(10, 1, true), unmap(0, 4)], 'INVAL'],
])('%s', (_, requests, said) => {
  expect(after(requests).said).toBe(said);
});

test('MAP of half a granule is RANGE', () => {
  const on = { ...config, granule: 4 };
  expect(after([attach(10), map(0, 3)], on).said).toBe('OK');
  expect(after([attach(10), map(0, 4)], on).said).toBe('RANGE');
  expect(after([attach(10), map(2, 5)], on).said).toBe('RANGE');
});

test('several rules may say different things: any of them', () => {
  const on = { ...config, granule: 4 };
  expect(after([attach(10), map(0, 3), map(2, 3)], on).said).toBe('RANGE INVAL');
});

test('a device that cannot share refuses a second device, not a second id', () => {
  const on = { ...config, noSharing: true };
  expect(after([attach(10), attach(11)], on).said).toBe('OK');
  expect(after([attach(10), attach(20)], on).said).toBe('UNSUPP');
});

test('with its last endpoint a domain goes, and all of its mappings', () => {
  const moved = after([attach(10), attach(20), map(0, 4), attach(10, 2)]).state;
  expect(left(moved)).toEqual([[0, 4]]);
  expect(performed(moved, attach(20, 2)).domain(1)).toBe(null);
  // The id is new: nothing is in it.
  expect(left(after([attach(10), map(0, 4), detach(10), attach(10)]).state)).toEqual([]);
});

test('attached to the domain that it is in, an endpoint keeps the mappings', () => {
  expect(left(after([attach(10), map(0, 4), attach(10)]).state)).toEqual([[0, 4]]);
});

test('translation: by mapping and permission, by bypass, else a fault', () => {
  const { state } = after([attach(10), map(10, 14, 1, 1), attach(20, 2, true)]);
  expect(translated(config, state, 10, 12, false)).toBe(1012);
  expect(translated(config, state, 10, 12, true)).toBe(null);
  expect(translated(config, state, 10, 15, false)).toBe(null);
  expect(translated(config, state, 20, 77, true)).toBe(77);
  expect(translated(config, state, 30, 77, true)).toBe(null);
  expect(translated({ ...config, bypass: true }, state, 30, 77, true)).toBe(77);
});
