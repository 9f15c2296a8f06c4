// The machines against the tables of the specification, row by row.
import { describe, expect, test } from 'vitest';
import type { TableNode } from '../compile.ts';
import { EBUSY, EEXIST, EFAULT, EINVAL, EIO, ENODEV, ENOENT, ENOMEM, ENOSYS } from '../errno.ts';
import { EOPNOTSUPP, EPERM, EPROBE_DEFER, ERANGE } from '../errno.ts';
import type { CookieDomain, CookieEvent } from './cookie.ts';
import type { OwnershipEvent } from './ownership.ts';
import {
  blockEvents,
  blockNodes,
  blockTable,
  coherencyEvents,
  coherencyTable,
  cookieEvents,
  cookieTable,
  dirtyEvents,
  dirtyTable,
  endpointEvents,
  endpointTable,
  ownershipEvent,
  ownershipTable,
  translationEvents,
  translationTable,
} from './tables.ts';

const cookieOf = (domain: CookieDomain, ...events: readonly CookieEvent[]): TableNode =>
  events.reduce((node, e) => cookieTable.step(node, e).node, cookieTable.root({ domain }));

describe('cookies.md §9', () => {
  const { getDma, getMsi, setFault, iommufdTag, svaAlloc, prepareMsi } = cookieEvents;
  /** get_dma, get_msi, set_fault, prepare_msi: the state after it, or what it answers. */
  const row = (node: TableNode) =>
    [getDma, getMsi, setFault, prepareMsi].map((e) => {
      const { node: next, ret, effects } = cookieTable.step(node, e);
      if (ret !== 0) return ret;
      return next === node ? (effects[0] ?? 0) : next.value;
    });

  test.each([
    ['NONE, UNMANAGED', cookieOf('unmanaged'), 'dmaIova', 'dmaMsi', 'faultHandler', EOPNOTSUPP],
    ['NONE, DMA', cookieOf('dma'), 'dmaIova', EINVAL, 'faultHandler', EOPNOTSUPP],
    ['NONE, IDENTITY', cookieOf('identity'), 'dmaIova', EINVAL, 'faultHandler', 0],
    ['NONE, BLOCKED', cookieOf('fixed'), 'dmaIova', EINVAL, 'faultHandler', EOPNOTSUPP],
    ['DMA_IOVA, DMA', cookieOf('dma', getDma), EEXIST, EINVAL, 'warn', 'pageOfRange'],
    ['DMA_IOVA, UNMANAGED', cookieOf('unmanaged', getDma), EEXIST, EEXIST, 'warn', 'pageOfRange'],
    ['DMA_MSI', cookieOf('unmanaged', getMsi), EEXIST, EEXIST, 'warn', 'pageOfBump'],
    ['IOMMUFD', cookieOf('unmanaged', iommufdTag), EEXIST, EEXIST, 'warn', 'pageOfIoas'],
    ['IOMMUFD, NESTED', cookieOf('nested', iommufdTag), EEXIST, EINVAL, 'warn', 'pageOfIoas'],
    ['FAULT_HANDLER', cookieOf('unmanaged', setFault), EEXIST, EEXIST, 'warn', EOPNOTSUPP],
    ['FAULT_HANDLER, DMA', cookieOf('dma', setFault), EEXIST, EINVAL, 'warn', EOPNOTSUPP],
    ['SVA', cookieOf('sva', svaAlloc), EEXIST, EINVAL, 'warn', EOPNOTSUPP],
  ] as const)('%s', (_, node, ...expected) => {
    expect(row(node)).toEqual(expected);
  });

  test('domain_free releases what the tag says, and nothing else', () => {
    const released = (node: TableNode) => cookieTable.step(node, cookieEvents.free).effects;
    expect(released(cookieOf('unmanaged'))).toEqual([]);
    expect(released(cookieOf('dma', getDma))).toEqual(['putDma']);
    expect(released(cookieOf('unmanaged', getMsi))).toEqual(['putMsi']);
    expect(released(cookieOf('unmanaged', iommufdTag))).toEqual([]);
    expect(released(cookieOf('unmanaged', setFault))).toEqual([]);
    expect(released(cookieOf('sva', svaAlloc))).toEqual(['dropMm']);
  });
});

describe('coherency-and-ownership.md §4', () => {
  const drive = (...events: readonly OwnershipEvent[]): TableNode =>
    events.reduce(
      (node, e) => ownershipTable.step(node, ownershipEvent(e)).node,
      ownershipTable.root(),
    );
  const use: OwnershipEvent = { type: 'USE', through: 'default' };
  const taken: OwnershipEvent = { type: 'TAKEN' };
  const unowned = drive();
  const drivers = drive(use);
  const owned = drive(taken);
  const ret = (node: TableNode, event: OwnershipEvent) =>
    ownershipTable.step(node, ownershipEvent(event)).ret;

  test('use_default_domain', () => {
    const through = (node: TableNode) =>
      (['default', 'elsewhere', 'nothing'] as const).map((t) =>
        ret(node, { type: 'USE', through: t }),
      );
    // owner_cnt > 0 and (domain != default or owner or PASIDs): -EBUSY.
    expect(through(unowned)).toEqual([0, 0, EPROBE_DEFER]);
    expect(through(drivers)).toEqual([0, EBUSY, EPROBE_DEFER]);
    expect(through(owned)).toEqual([EBUSY, EBUSY, EPROBE_DEFER]);
  });

  test.each(['CLAIM_GROUP', 'CLAIM_DEVICE'] as const)('%s', (type) => {
    const by = (node: TableNode, who: 'null' | 'same' | 'other') =>
      (['default', 'elsewhere'] as const).map((through) => ret(node, { type, by: who, through }));
    expect(by(unowned, 'null')).toEqual([EINVAL, EINVAL]);
    expect(by(unowned, 'other')).toEqual([0, EBUSY]);
    expect(by(drivers, 'other')).toEqual([EPERM, EPERM]);
    expect(by(owned, 'other')).toEqual([EPERM, EPERM]);
    // A group claim does not count, a device claim does.
    expect(by(owned, 'same')).toEqual(type === 'CLAIM_GROUP' ? [EPERM, EPERM] : [0, 0]);
    expect(by(owned, 'null')).toEqual([EINVAL, EINVAL]);
  });

  test('a device claimed twice stays owned after one release', () => {
    const again: OwnershipEvent = { type: 'CLAIM_DEVICE', by: 'same', through: 'elsewhere' };
    const back: OwnershipEvent = { type: 'RELEASE_DEVICE', pasids: false };
    expect(drive(taken, again, back).value).toBe('owned');
    expect(drive(taken, again, back, back).value).toBe('unowned');
  });

  test('release_dma_owner with a PASID attached changes nothing', () => {
    const { node, effects } = ownershipTable.step(
      owned,
      ownershipEvent({ type: 'RELEASE_GROUP', pasids: true }),
    );
    expect([node, effects]).toEqual([owned, ['warn']]);
  });
});

test('coherency-and-ownership.md §5: attach, replace and detach from every place', () => {
  const { attach, replace, attached, blocked, restored } = translationEvents;
  const at = (event: typeof attached) => translationTable.step(translationTable.root(), event).node;
  const answers = (node: TableNode) =>
    [attach.same, attach.other, replace.null, replace.present, replace.another].map(
      (e) => translationTable.step(node, e).ret,
    );
  for (const node of [translationTable.root(), at(restored), at(blocked)])
    expect(answers(node)).toEqual([0, EINVAL, EINVAL, 0, 0]);
  expect(answers(at(attached))).toEqual([EBUSY, EBUSY, EINVAL, 0, 0]);
  const { detach } = translationEvents;
  expect(translationTable.step(at(attached), detach.owned).effects).toEqual(['toBlocking']);
  expect(translationTable.step(at(attached), detach.unowned).effects).toEqual(['toDefault']);
});

test('coherency-and-ownership.md §1: who enforces, and what for good means', () => {
  const { enforce, attach } = coherencyEvents;
  const answers = (by: 'intel' | 'amd' | 'none') =>
    Object.values(enforce).map((e) => coherencyTable.step(coherencyTable.root({ by }), e).ret);
  expect(answers('intel')).toEqual([1, 0, 0, 0]);
  expect(answers('amd')).toEqual([1, 1, 1, 1]);
  expect(answers('none')).toEqual([0, 0, 0, 0]);
  const forced = coherencyTable.step(coherencyTable.root({ by: 'intel' }), enforce.fit).node;
  expect(coherencyTable.step(forced, enforce.both).ret).toBe(1);
  expect(coherencyTable.step(forced, attach.cannotSnoop).ret).toBe(EINVAL);
  expect(coherencyTable.step(forced, attach.snoops).ret).toBe(0);
});

test('iommu-core.md §10: a map over a leaf, by driver; an unmap takes what is there', () => {
  const { keep, replace, refuse } = blockEvents.map;
  const over = [keep, replace, refuse].map((e) => blockTable.step(blockNodes.leaf, e));
  expect(over.map(({ ret, effects }) => [ret, effects])).toEqual([
    [0, []],
    [0, ['setLeaf']],
    [EEXIST, []],
  ]);
  const gone = Object.values(blockNodes).map((n) => blockTable.step(n, blockEvents.unmap).effects);
  expect(gone).toEqual([[], ['clearLeaf'], ['clearParts'], ['clearWhole']]);
});

test('split-merge-dirty.md §8: split_chunk and merge_chunk', () => {
  const { split, merge } = blockEvents;
  const says = (event: (typeof split)['writable']) =>
    Object.values(blockNodes).map((n) => {
      const { ret, effects } = blockTable.step(n, event);
      return effects[0] ?? ret;
    });
  // absent, a leaf, smaller leaves, part of a larger leaf
  expect(says(split.smallest)).toEqual([0, 0, 'splitParts', 0]);
  expect(says(split.writable)).toEqual([EFAULT, 'splitLeaf', 'splitParts', EFAULT]);
  expect(says(split.readOnly)).toEqual([EFAULT, 0, 'splitParts', EFAULT]);
  expect(says(merge.full)).toEqual([EFAULT, 0, 'mergeParts', 0]);
  expect(says(merge.holes)).toEqual([EFAULT, 0, EFAULT, 0]);
});

test('split-merge-dirty.md §2: switch, sync and clear, checks in order', () => {
  const off = dirtyTable.root();
  const on = dirtyTable.step(off, dirtyEvents.switchedOn).node;
  const says = (node: TableNode, kind: 'on' | 'off' | 'sync' | 'clear') =>
    (['noOp', 'misaligned', 'free', 'tracked'] as const).map(
      (finding) => dirtyTable.step(node, dirtyEvents[kind][finding]).ret,
    );
  expect(says(off, 'on')).toEqual([ENODEV, 0, 0, 0]);
  expect(says(on, 'on')).toEqual([ENODEV, 0, 0, EBUSY]);
  expect(says(off, 'off')).toEqual([ENODEV, EINVAL, EINVAL, EINVAL]);
  expect(says(on, 'off')).toEqual([ENODEV, EINVAL, EINVAL, 0]);
  expect(says(off, 'sync')).toEqual([ENODEV, EINVAL, EINVAL, EINVAL]);
  expect(says(on, 'sync')).toEqual([ENODEV, EINVAL, 0, 0]);
  expect(says(off, 'clear')).toEqual([EINVAL, EINVAL, EINVAL, EINVAL]);
  expect(says(on, 'clear')).toEqual([0, EINVAL, 0, 0]);
});

test('virtio-domain.md §4, §5: a foreign domain, and statuses as errors', () => {
  const { attach, foreign } = endpointEvents;
  const attached = endpointTable.step(endpointTable.root(), attach[0] as typeof foreign).node;
  for (const node of [endpointTable.root(), attached]) {
    // OK, IOERR, UNSUPP, DEVERR, INVAL, RANGE, NOENT, FAULT, NOMEM
    const edges = attach.map((e) => endpointTable.step(node, e));
    const errors = [0, EIO, ENOSYS, EIO, EINVAL, ERANGE, ENOENT, EFAULT, ENOMEM];
    expect(edges.map(({ ret }) => ret)).toEqual(errors);
    // An attach that fails leaves the endpoint where it is (§9.10).
    expect(edges.slice(1).every((edge) => edge.node === node)).toBe(true);
    expect(endpointTable.step(node, foreign)).toMatchObject({ ret: EINVAL, node, effects: [] });
  }
});
