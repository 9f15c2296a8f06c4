// What the driver answers and leaves behind, on the reference and on each version: error codes and
// effects of spec/virtio-domain.md §2 to §6.

import { describe, expect, test } from 'vitest';
import { backing, device, host, page } from '../../../fuzz/scenarios/iommu/hosts.ts';
import {
  alloc,
  attach,
  detach,
  free,
  identity,
  lookUp,
  map,
  one,
  oneGroup,
  pair,
  replace,
  twoInstances,
  unmap,
} from '../../../fuzz/scenarios/iommu/virtioHosts.ts';
import { type Host, refusing, run } from '../../../test/iommu/host.ts';
import {
  EEXIST,
  EINVAL,
  EIO,
  ENODEV,
  ENOMEM,
  ENOSPC,
  ENOSYS,
  EOPNOTSUPP,
  ERANGE,
  EXDEV,
} from '../../errno.ts';
import { virtioRevisions } from '../../revisions/iommu/virtio.ts';
import type { IommuOp } from '../vocabulary/index.ts';
import type { ViommuDomain } from './objects.ts';

const versions = {
  reference: [],
  v0: virtioRevisions['virtio/6.1'] ?? [],
  v1: virtioRevisions['virtio/6.8'] ?? [],
  vs: virtioRevisions['virtio/seed'] ?? [],
  v2: virtioRevisions['virtio/6.16'] ?? [],
};
type Version = keyof typeof versions;

const hardware = ({ world }: Host, i = 0) => world.virtio.instances[i]!.hw.state.stored;
const slot = ({ world }: Host, i = 0) => world.slots.domain(i).stored as ViommuDomain;
const prot = (bits: number): IommuOp => ({
  op: 'iommu_map',
  domain: 0,
  iova: 0,
  pa: backing,
  size: page,
  prot: bits,
});

describe('a domain is of an instance from its allocation on, or from its first attach', () => {
  test.each<[Version, number, number]>([
    ['reference', 0, EINVAL],
    ['v0', EINVAL, 0],
    ['v1', EINVAL, 0],
    ['vs', 0, EINVAL],
    ['v2', 0, EINVAL],
  ])('%s: map before attach %i, attach behind another instance %i', (version, mapped, other) => {
    const deltas = versions[version];
    expect(run([alloc(), map(0, 1)], one(), deltas).rets).toEqual([0, mapped]);
    expect(run([alloc(), attach(0, 1)], twoInstances(), deltas).rets).toEqual([0, other]);
  });

  test.each<[Version, number]>([
    ['reference', EINVAL],
    ['v0', EXDEV],
    ['v1', EINVAL],
    ['vs', EINVAL],
    ['v2', EINVAL],
  ])('%s: once it is bound, another instance is %i', (version, errno) => {
    const h = run([alloc(), attach(), attach(0, 1)], twoInstances(), versions[version]);
    expect(h.rets).toEqual([0, 0, errno]);
    expect(slot(h).viommu.stored).toBe(h.world.virtio.instances[0]);
  });
});

describe('allocation', () => {
  const large = host({
    iommus: [{ driver: 'virtio', virtio: { pageShift: 16 } }],
    devices: [device({ unplugged: true })],
  });
  test.each<[Version, number]>([
    ['reference', ENODEV],
    ['vs', ENOMEM],
    ['v2', ENODEV],
    // Nobody asks before the first attach.
    ['v0', 0],
    ['v1', 0],
  ])('%s: of a granule larger than a page %i', (version, errno) => {
    expect(run([alloc()], large, versions[version]).rets).toEqual([errno]);
  });

  test.each<[Version, number]>([
    ['reference', ENOSPC],
    ['vs', ENOMEM],
    ['v2', ENOSPC],
  ])('%s: when all ids are in use %i', (version, errno) => {
    const h = run([alloc(), alloc(1)], one({ lastDomain: 1 }), versions[version]);
    expect(h.rets).toEqual([0, errno]);
  });

  test('of what there is not', () => {
    const of = (type: 'blocked' | 'nested' | 'sva'): IommuOp => ({
      op: 'domain_alloc',
      domain: 0,
      device: 0,
      type,
    });
    for (const type of ['blocked', 'nested', 'sva'] as const)
      expect(run([of(type)], one()).rets).toEqual([EOPNOTSUPP]);
  });

  test('ids are the lowest that are free, from first_domain on', () => {
    const h = run([alloc(), alloc(1), free(), alloc(0)], one({ firstDomain: 5 }));
    expect(h.rets).toEqual([0, 0, 0, 0]);
    // The group's default domain has the first.
    expect([slot(h).id.stored, slot(h, 1).id.stored]).toEqual([6, 7]);
    h.exit();
  });

  test('ids end at INT_MAX, and there are none from there on', () => {
    const beyond = { firstDomain: 0x80000000, lastDomain: 0xffffffff };
    const h = host({
      iommus: [{ driver: 'virtio', virtio: beyond }],
      devices: [device({ unplugged: true })],
    });
    expect(run([alloc()], h).rets).toEqual([ENOSPC]);
  });
});

describe('identity', () => {
  test('with F_BYPASS_CONFIG it is static, has the first id, and bypasses', () => {
    const h = run([identity(), attach(), free()], one({ bypassConfig: true, firstDomain: 3 }));
    expect(h.rets.slice(0, 2)).toEqual([0, 0]);
    expect(hardware(h).name).toContain('d3 bypass');
    expect(hardware(h).domainOf(0)).toBe(3);
  });

  test('without it is a table of all but the reserved regions, replayed at the attach', () => {
    const reserved = [{ start: 4 * page, size: page, kind: 'reserved' as const }];
    const h = run([identity(), attach()], oneGroup([{ reserved }]));
    const there = hardware(h).domain(slot(h).id.stored)?.mappings.all;
    expect(there?.map((m) => [m.start, m.last, m.phys, m.flags])).toEqual([
      [0, 0x3fff, 0, 3],
      [0x5000, 0x3ffff, 0x5000, 3],
    ]);
    h.exit();
  });

  test.each<[Version, (number | undefined)[]]>([
    ['reference', [ENOMEM, EINVAL]],
    ['v0', [0, EOPNOTSUPP]],
    ['v1', [0, ENOMEM]],
    ['vs', [0, ENOMEM]],
    ['v2', [ENOMEM, EINVAL]],
  ])('%s: no memory for the fill', (version, rets) => {
    const calls = [refusing({ kzalloc: 0 }, identity()), refusing({ kzalloc: 0 }, attach())];
    const h = run(calls, one(), versions[version]);
    expect(h.rets).toEqual(rets);
    h.exit();
  });
});

describe('attach', () => {
  test.each<['virtio_attach' | 'virtio_len0', number]>([
    ['virtio_attach', ENOSYS],
    ['virtio_len0', EIO],
  ])('%s: the old domain stays, and so do its mappings', (site, errno) => {
    const calls = [
      alloc(),
      attach(),
      map(0, 1),
      alloc(1),
      refusing({ [site]: 0 }, replace(1)),
      map(4, 1),
    ];
    const h = run(calls, one());
    expect(h.rets).toEqual([0, 0, 0, 0, errno, 0]);
    const { id, nrEndpoints } = slot(h);
    expect(nrEndpoints.stored).toBe(1);
    expect(slot(h, 1).nrEndpoints.stored).toBe(0);
    expect(hardware(h).domainOf(0)).toBe(id.stored);
    expect(
      hardware(h)
        .domain(id.stored)
        ?.mappings.all.map((m) => m.start),
    ).toEqual([0, 0x4000]);
    h.exit();
  });

  test('BUG-1: the count wraps, and what is mapped then never reaches the device', () => {
    const calls = [
      alloc(),
      attach(),
      alloc(1),
      refusing({ virtio_attach: 0 }, replace(1)),
      map(0, 1),
    ];
    const h = run(calls, one(), versions.v2);
    expect(h.rets).toEqual([0, 0, 0, ENOSYS, 0]);
    expect(slot(h).nrEndpoints.stored).toBe(0);
    expect(slot(h).mappings.stored.all.length).toBe(1);
    expect(hardware(h).domain(slot(h).id.stored)?.mappings.empty).toBe(true);
  });

  test('a second id that is refused takes the first one back', () => {
    const calls = [alloc(), attach(), alloc(1), refusing({ virtio_attach: 1 }, replace(1))];
    const h = run(calls, oneGroup([{ ids: 2 }]));
    expect(h.rets).toEqual([0, 0, 0, ENOSYS]);
    const id = slot(h).id.stored;
    expect([hardware(h).domainOf(0), hardware(h).domainOf(1)]).toEqual([id, id]);
  });

  test('a second endpoint is counted, and nothing is sent again', () => {
    const h = run([alloc(), map(0, 1), attach(), attach(0, 1)], pair());
    expect(h.rets).toEqual([0, 0, 0, 0]);
    expect(slot(h).nrEndpoints.stored).toBe(2);
    h.exit();
  });

  test('detach is an attach of the default domain; the device forgets the other', () => {
    const h = run([alloc(), attach(), map(0, 1), detach()], one());
    expect(hardware(h).domain(slot(h).id.stored)).toBe(null);
    expect(slot(h).mappings.stored.all.length).toBe(1);
    h.exit();
  });
});

describe('map', () => {
  test('flags that the device has not offered are -EINVAL', () => {
    expect(run([alloc(), prot(1 | 16)], one()).rets).toEqual([0, EINVAL]);
    expect(run([alloc(), prot(1 | 16)], one({ mmio: true })).rets).toEqual([0, 0]);
  });

  test('what is refused in the queue fails with its status, and leaves nothing', () => {
    const calls = [alloc(), attach(), refusing({ virtio_map: 0 }, map(0, 1)), lookUp(0)];
    const h = run(calls, one());
    expect(h.rets).toEqual([0, 0, ENOMEM, 0]);
    expect(h.results[3]?.out).toEqual({ pa: 0 });
  });

  test.each<[Version, number]>([
    ['v0', ENOMEM],
    ['v1', 0],
    ['vs', 0],
    ['v2', 0],
  ])('%s: refused by the device, it returns %i', (version, ret) => {
    const calls = [alloc(), attach(), refusing({ virtio_map: 0 }, map(0, 1))];
    expect(run(calls, one(), versions[version]).rets).toEqual([0, 0, ret]);
  });

  test('over a mapping -EEXIST, outside the aperture -ERANGE', () => {
    expect(run([alloc(), map(0, 1), map(0, 1)], one()).rets).toEqual([0, 0, EEXIST]);
    const small = { driver: 'virtio', aperture: { start: 0, end: 4 * page - 1 } } as const;
    expect(run([alloc(), map(4, 1)], host({ iommus: [small] })).rets).toEqual([0, ERANGE]);
  });
});

describe('unmap', () => {
  const sizes = (h: Host, from: number) => h.results.slice(from).map((r) => r.out?.['size']);

  test('a mapping goes as a whole: from its start more than asked, from within nothing', () => {
    const h = run([alloc(), attach(), map(0, 4), unmap(1, 1), unmap(0, 1)], one());
    expect(sizes(h, 3)).toEqual([0, 4 * page]);
    expect(hardware(h).domain(slot(h).id.stored)?.mappings.empty).toBe(true);
  });

  test('up to the first hole', () => {
    const h = run([alloc(), attach(), map(0, 1), map(2, 1), unmap(0, 3), lookUp(2)], one());
    expect(sizes(h, 4).slice(0, 1)).toEqual([page]);
    expect(h.results[5]?.out).toEqual({ pa: backing + 2 * page });
  });

  test('BUG-2: 0 bytes, and the tree is empty while the device has both', () => {
    const calls = [alloc(), attach(), map(0, 1), map(2, 1), unmap(0, 3)];
    const h = run(calls, one(), versions.v2);
    expect(sizes(h, 4)).toEqual([0]);
    expect(slot(h).mappings.stored.empty).toBe(true);
    expect(hardware(h).domain(slot(h).id.stored)?.mappings.all.length).toBe(2);
  });

  test('BUG-3: 20K for 12K, and the device has removed nothing', () => {
    const calls = [alloc(), attach(), map(0, 1), map(2, 4), unmap(0, 3)];
    const h = run(calls, one(), versions.v2);
    expect(sizes(h, 4)).toEqual([5 * page]);
    expect(hardware(h).domain(slot(h).id.stored)?.mappings.all.length).toBe(2);
  });
});
