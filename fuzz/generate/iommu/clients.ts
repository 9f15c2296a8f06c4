// Random programs of lawful in-kernel clients that map, with devices that use what they map.

import fc from 'fast-check';
import type {
  IommuOp,
  IommuProgram,
  IommuTopology,
} from '../../../engine/iommu/vocabulary/index.ts';
import { Client, clientOps } from './client.ts';
import { dmaOps, hostOf, intents, programOf, radix, refusals } from './hosts.ts';

const faults = refusals(['page_table', 'map_pages', 'iotlb_sync_map']);
const setup: readonly IommuOp[] = [
  { op: 'domain_alloc', domain: 0, device: 0, type: 'unmanaged' },
  { op: 'attach_group', domain: 0, group: 0 },
];
/** Where a root of one level ends, and one of two. */
const from = fc.constantFrom([0], [0], [0, 16], [0, 16, 32, 48]);

const caching = (topology: IommuTopology, on: boolean): IommuTopology =>
  on
    ? { ...topology, iommus: topology.iommus.map((i) => ({ ...i, cachingMode: true as const })) }
    : topology;

/** Two clients with a domain each, one of them attached, and a device. */
const apart: fc.Arbitrary<IommuProgram> = fc
  .record({
    topology: hostOf(radix),
    cachingMode: fc.boolean(),
    first: intents(8),
    second: fc.option(intents(4), { nil: [] }),
    from,
    dma: fc.option(dmaOps(1, 3), { nil: [] }),
    faults,
  })
  .map((r) => {
    const other: IommuOp = { op: 'domain_alloc', domain: 1, device: 0, type: 'unmanaged' };
    const tasks = [
      clientOps(new Client({ domain: 0, from: r.from, device: 0 }), r.first),
      clientOps(new Client({ domain: 1 }), r.second),
      r.dma,
    ];
    return programOf({
      topology: caching(r.topology, r.cachingMode),
      setup: r.second.length > 0 ? [...setup, other] : setup,
      tasks,
      faults: r.faults,
    });
  });

/** Two clients that share a domain and its tables: each keeps to its own pages of IOVA. */
const together: fc.Arbitrary<IommuProgram> = fc
  .record({
    topology: hostOf(radix),
    first: intents(4),
    second: intents(4),
    from: fc.tuple(from, from),
    attached: fc.boolean(),
    faults,
  })
  .map((r) =>
    programOf({
      topology: r.topology,
      setup: r.attached ? setup : setup.slice(0, 1),
      tasks: [
        clientOps(new Client({ domain: 0, lane: 0, from: r.from[0], device: 0 }), r.first),
        clientOps(new Client({ domain: 0, lane: 1, from: r.from[1] }), r.second),
      ],
      faults: r.faults,
    }),
  );

export const clients: fc.Arbitrary<IommuProgram> = fc.oneof(apart, apart, together);
