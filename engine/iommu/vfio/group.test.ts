// Groups and containers: error codes in the order of the checks (spec/coherency-and-ownership.md
// §2).

import { describe, expect, test } from 'vitest';
import { device, page } from '../../../fuzz/scenarios/iommu/hosts.ts';
import * as t from '../../../fuzz/scenarios/iommu/type1Parts.ts';
import { run } from '../../../test/iommu/host.ts';
import { EBADF, EBUSY, EINVAL, ENODEV, EPERM } from '../../errno.ts';
import type { IommuOp, IommuTopology } from '../vocabulary/index.ts';

const closeContainer: IommuOp = { op: 'vfio_close_container', container: 0 };
const bound: IommuOp = { op: 'use_default_domain', device: 1 };
const pair = { devices: [device(), device()] };

type Row = readonly [name: string, rets: number[], calls: readonly IommuOp[], IommuTopology?];

const rows: readonly Row[] = [
  ['a group without devices', [ENODEV], [t.open()]],
  ['a group opened twice', [0, 0, EBUSY], [t.register(), t.open(), t.open()]],
  ['a device registered twice', [0, EINVAL], [t.register(), t.register()]],
  [
    'no coherent DMA',
    [EINVAL],
    [t.register()],
    t.one({ iommus: [{ driver: 'arm', coherentWalk: false }] }),
  ],
  ['a group that is not open', [EBADF], [t.join()]],
  ['a container that is closed', [0, 0, 0, EBADF], [...t.opened(), closeContainer, t.join()]],
  ['a group in a container', [0, 0, 0, EINVAL], [...t.opened(), t.join(), t.join()]],
  [
    'a device of the group has a kernel driver',
    [0, 0, 0, EPERM],
    [bound, ...t.opened(), t.join()],
    t.one(pair),
  ],
  [
    'a group whose device is gone',
    [0, 0, 0, ENODEV],
    [...t.opened(), { op: 'vfio_unregister', device: 0 }, t.join()],
  ],
  [
    'the last device takes the group out of its container',
    [0, 0, 0, 0, 0, 0, 0, EINVAL],
    [...t.ready(), t.map(0), { op: 'vfio_unregister', device: 0 }, t.register(), t.map(0)],
  ],
  [
    'an open device stays',
    [0, 0, 0, 0, 0, EBUSY],
    [...t.ready(), t.deviceFd(), { op: 'vfio_unregister', device: 0 }],
  ],
  ['SET_IOMMU without a group', [EINVAL], [t.setIommu()]],
  ['SET_IOMMU of another driver', [0, 0, 0, ENODEV], [...t.opened(), t.join(), t.setIommu(2)]],
  ['SET_IOMMU twice', [0, 0, 0, 0, EINVAL], [...t.ready(), t.setIommu()]],
  [
    'interrupts that are not isolated',
    [0, 0, 0, EPERM],
    t.ready(),
    t.one({ iommus: [{ driver: 'amd', isolatedMsi: false }] }),
  ],
  [
    'unsafe interrupts allowed',
    [0, 0, 0, 0],
    t.ready(),
    t.one({ iommus: [{ driver: 'amd', isolatedMsi: false }], allowUnsafeInterrupts: true }),
  ],
  ['UNSET_CONTAINER without one', [0, 0, EINVAL], [...t.opened(), t.leave()]],
  ['a device without a container', [0, 0, EINVAL], [...t.opened(), t.deviceFd()]],
  ['a device without SET_IOMMU', [0, 0, 0, EINVAL], [...t.opened(), t.join(), t.deviceFd()]],
  ['a device in use', [0, 0, 0, 0, 0, EBUSY], [...t.ready(), t.deviceFd(), t.leave()]],
  [
    'a device closed again',
    [0, 0, 0, 0, 0, 0, 0],
    [...t.ready(), t.deviceFd(), t.closeDevice(), t.leave()],
  ],
  [
    'a mapping in a reserved region of the second group',
    [0, 0, 0, 0, 0, 0, 0, EINVAL],
    [...t.ready(), t.map(4), ...t.opened(1), t.join(1)],
    t.two({}, { reserved: [{ start: 4 * page, size: page, kind: 'reserved' }] }),
  ],
  [
    'a mapping outside of the second aperture',
    [0, 0, 0, 0, 0, 0, 0, EINVAL],
    [...t.ready(), t.map(8), ...t.opened(1), t.join(1)],
    t.two(
      {
        iommus: [
          { driver: 'intel' },
          { driver: 'intel', aperture: { start: 0, end: 8 * page - 1 } },
        ],
      },
      { iommu: 1 },
    ),
  ],
];

for (const [name, rets, calls, topology] of rows)
  test(name, () => {
    const host = run(calls, topology ?? t.one());
    expect(host.rets).toEqual(rets);
    host.exit();
  });

describe('the last group', () => {
  test('a group is owned and blocked in a container, and in its default domain after it', () => {
    const joined = run([...t.opened(), t.join()], t.one()).world.groups[0]!;
    expect(joined.ownerCnt.stored).toBe(1);
    expect(joined.domain.stored).toBe(joined.blockingDomain.stored);
    const left = run([...t.ready(), t.map(0), t.close()], t.one()).world.groups[0]!;
    expect(left.ownerCnt.stored).toBe(0);
    expect(left.domain.stored).toBe(left.defaultDomain.stored);
  });

  test('an open device keeps the file of its group', () => {
    const host = run([...t.ready(), t.deviceFd(), t.close(), t.open(), t.closeDevice()], t.one());
    expect(host.rets.slice(4)).toEqual([0, 0, EBUSY, 0]);
    expect(host.world.vfio.containers[0]?.iommuData.stored).toBeNull();
  });

  test('like groups share a domain, unlike ones do not', () => {
    const domains = (snoopControl?: false) => {
      const second = {
        driver: 'intel',
        ...(snoopControl === false ? { snoopControl } : {}),
      } as const;
      const topology = t.two({ iommus: [{ driver: 'intel' }, second] }, { iommu: 1 });
      const { world } = run([...t.ready(), ...t.opened(1), t.join(1)], topology);
      return world.vfio.containers[0]?.iommuData.stored?.domainList.stored.items.length;
    };
    expect([domains(), domains(false)]).toEqual([1, 2]);
  });
});
