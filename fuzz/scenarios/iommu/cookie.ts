// Scenarios of domain cookies: spec/cookies.md §9 to §12.

import type { IommuOp, IommuProgram } from '../../../engine/iommu/vocabulary/index.ts';
import type { Scenario } from '../scenario.ts';
import { backing, device, host, page, program } from './hosts.ts';

const base = 0x8000;
const doorbell = 0xfee00000;

const alloc = (type: 'unmanaged' | 'identity' | 'dma' = 'unmanaged'): IommuOp => ({
  op: 'domain_alloc',
  domain: 0,
  device: 0,
  type,
});
const free: IommuOp = { op: 'domain_free', domain: 0 };
const attach = (group = 0): IommuOp => ({ op: 'attach_group', domain: 0, group });
const detach = (group = 0): IommuOp => ({ op: 'detach_group', domain: 0, group });
const getMsi: IommuOp = { op: 'get_msi_cookie', domain: 0, base };
const getDma: IommuOp = { op: 'get_dma_cookie', domain: 0 };
const setFault: IommuOp = { op: 'set_fault_handler', domain: 0 };
const prepare = (n = 0, dev = 0): IommuOp => ({
  op: 'prepare_msi',
  device: dev,
  address: doorbell + n * page,
});
const compose: IommuOp = { op: 'compose_msi', device: 0, address: doorbell + 4 };
const setup = (dev: number): IommuOp => ({ op: 'setup_dma_ops', device: dev });

/** An interrupt window that software puts where it likes, as on arm64. */
const window = [{ start: base, size: 4 * page, kind: 'swMsi' }] as const;
const iommufd = (dev = 0): IommuOp[] => [
  { op: 'iommufd_bind', device: dev },
  { op: 'iommufd_attach', device: dev, hwpt: 0 },
];
const ioas: IommuOp = { op: 'ioas_alloc', ioas: 0 };
const hwpt: IommuOp = { op: 'hwpt_alloc', hwpt: 0, device: 0, ioas: 0 };
const foreign: IommuOp = { op: 'attached_get_msi_cookie', device: 0, base };

/** A group of one device joins VFIO's container. */
const joined = (group: number): IommuOp[] => [
  { op: 'vfio_register', device: group },
  { op: 'vfio_group_open', group },
  { op: 'vfio_set_container', group, container: 0 },
];

/** The last page that smallTables reach: what the IOVA allocator hands out first. */
const top = 0x3f000;
const dmaMap = (n: number): IommuOp => ({
  op: 'dma_map',
  device: 0,
  pa: backing + n * page,
  size: page,
});
const dmaUnmap = (n: number): IommuOp => ({
  op: 'dma_unmap',
  device: 0,
  iova: top - n * page,
  size: page,
});

/** Up to 6.14 a handler is installed beside any cookie. */
const handlerBeside = { 'cookie/6.12': ['CKE-002'], 'cookie/seed': ['CKE-002'] };

const scenario = (
  id: string,
  title: string,
  about: string,
  of: IommuProgram,
  expect: Scenario['expect'] = {},
): Scenario => ({ id: `cookie/${id}`, title, about, subsystem: 'cookie', expect, program: of });

const oneTask = (...ops: readonly IommuOp[]) => program(host(), [], [ops]);
const twoGroups = host({ groups: [{}, {}], devices: [device(), device({ group: 1 })] });
const windows = host({
  groups: [{}, {}],
  devices: [device({ reserved: window }), device({ group: 1, reserved: window })],
});

export const cookieScenarios: readonly Scenario[] = [
  scenario(
    'msi-pages',
    'doorbells get pages of the window in turn, each page once',
    'spec/cookies.md §12.1: base, the same page again, base + 4K',
    oneTask(
      alloc(),
      getMsi,
      attach(),
      prepare(),
      { op: 'prepare_msi', device: 0, address: doorbell + 4 },
      prepare(1),
      detach(),
      free,
    ),
  ),
  scenario(
    'msi-map-fails',
    'a doorbell that cannot be mapped takes no IOVA',
    'spec/cookies.md §12.2: the next one gets the page that the failed one had',
    program(
      host(),
      [alloc(), getMsi, attach()],
      [[prepare(), prepare(1), prepare(2)]],
      ['map_pages', 'kzalloc'],
    ),
  ),
  scenario(
    'second-cookie',
    'who asks for a second cookie gets -EEXIST and changes nothing',
    'spec/cookies.md §9, row DMA_MSI',
    oneTask(alloc(), getMsi, getMsi, getDma, setFault, free),
    handlerBeside,
  ),
  scenario(
    'handler-first',
    'a fault handler is a cookie: who comes later gets nothing',
    'spec/cookies.md §9, row FAULT_HANDLER',
    oneTask(alloc(), setFault, getMsi, getDma, free),
  ),
  scenario(
    'two-handlers',
    'a second fault handler is not installed',
    'spec/cookies.md §9, row FAULT_HANDLER; §10: up to 6.14 it replaces the first',
    oneTask(alloc(), setFault, setFault, free),
  ),
  scenario(
    'no-memory',
    'without memory for it there is no cookie, and no tag of one',
    'spec/cookies.md §2: -ENOMEM',
    program(host(), [alloc()], [[getMsi, getDma]], ['kzalloc']),
  ),
  scenario(
    'identity',
    'an MSI cookie is for UNMANAGED domains',
    'spec/cookies.md §9, row NONE/IDENTITY',
    oneTask(alloc('identity'), getMsi, setFault, free),
  ),
  scenario(
    'dma-domain',
    'a DMA domain has its cookie from the core: -EINVAL by type, and a WARN',
    'spec/cookies.md §12.3',
    oneTask(alloc('dma'), getMsi, getDma, setFault, free),
    handlerBeside,
  ),
  scenario(
    'sva',
    'the mm of an SVA domain is dropped with it',
    'spec/cookies.md §7.5',
    oneTask({ op: 'sva_domain_alloc', domain: 0, device: 0 }, getMsi, free),
  ),
  scenario(
    'sva-handler',
    'a fault handler does not take the place of the mm',
    'spec/cookies.md §8 M6',
    oneTask({ op: 'sva_domain_alloc', domain: 0, device: 0 }, setFault, free),
    handlerBeside,
  ),
  scenario(
    'no-cookie',
    'behind a domain without a cookie an interrupt cannot be set up',
    'spec/cookies.md §9: -EOPNOTSUPP, also for domains of in-kernel clients',
    oneTask(alloc(), attach(), prepare(), detach(), free),
  ),
  scenario(
    'identity-group',
    'an identity domain leaves the message as it is; the next domain does not',
    'spec/cookies.md §12.6',
    program(
      host({ groups: [{ defaultDomain: 'identity' }] }),
      [alloc()],
      [[prepare(), attach(), prepare(), detach()]],
    ),
  ),
  scenario(
    'switch',
    'prepare_msi while the group goes to another domain, and the domain goes',
    'spec/cookies.md §12.7: the IOVA is of exactly one of the two domains',
    program(host(), [alloc(), getMsi, attach()], [[prepare()], [detach(), free]]),
    { 'cookie/6.12': ['broken-contract', 'data-race', 'leak', 'use-after-free'] },
  ),
  scenario(
    'two-groups',
    'interrupts of two groups of one domain are set up side by side',
    'the list of MSI pages is the domain’s, not a group’s',
    program(twoGroups, [alloc(), getMsi, attach(0), attach(1)], [[prepare(0, 0)], [prepare(1, 1)]]),
    {
      'cookie/seed': ['CKE-006', 'CKE-007', 'data-race'],
      'cookie/6.15': ['CKE-006', 'CKE-007', 'data-race'],
    },
  ),
  scenario(
    'composed-late',
    'an interrupt is started after its domain is gone',
    'spec/cookies.md §11: the descriptor holds the IOVA, not a page of the domain',
    oneTask(alloc(), getMsi, attach(), prepare(), detach(), free, compose),
  ),
  scenario(
    'late-window',
    'the window opens while an interrupt is set up',
    'spec/cookies.md §8 M4: VFIO attaches first and asks for the cookie afterwards',
    program(host(), [alloc(), attach()], [[getMsi], [prepare()]]),
  ),
  scenario(
    'default-domain-handler',
    'a driver sets a fault handler on its default domain',
    'spec/cookies.md §3, §10: works up to 6.14, ignored since',
    oneTask(
      { op: 'attached_set_fault_handler', device: 0 },
      { op: 'report_fault', device: 0, iova: 0 },
    ),
    handlerBeside,
  ),
  scenario(
    'init-race',
    'two devices of a group set up the IOVA allocator, one uses it already',
    'real-bugs.md 15: done once, under cookie->mutex',
    program(
      host({ devices: [device(), device()] }),
      [alloc('dma'), attach()],
      [[setup(0), prepare()], [setup(1)]],
    ),
  ),
  scenario(
    'flush-queue',
    'an IOVA in the flush queue is handed out again after the flush only',
    'spec/cookies.md §7.10; spec/iommu-core.md §12 S8',
    program(
      host({ devices: [device({ kernelDriver: true })] }),
      [{ op: 'set_group_type', group: 0, type: 'dmaFq' }, dmaMap(0), dmaMap(1)],
      [
        [{ op: 'dma_write', device: 0, iova: top }, dmaUnmap(0), dmaUnmap(1), dmaMap(2)],
        [{ op: 'fq_timeout', group: 0 }],
      ],
    ),
  ),
  scenario(
    'iommufd-owned',
    'somebody asks for an MSI cookie of iommufd’s domain',
    'seed 004; real-bugs.md K1: -EEXIST, and the interrupt uses iommufd’s pages',
    program(
      host({ devices: [device({ reserved: window })] }),
      [ioas, ...iommufd().slice(0, 1), hwpt, ...iommufd().slice(1)],
      [[foreign, prepare()]],
    ),
    { 'cookie/seed': ['CKE-012'] },
  ),
  scenario(
    'iommufd-owned-early',
    'somebody asks for an MSI cookie before iommufd does',
    'spec/cookies.md §10: up to 6.13 iommufd’s domains are as free as any',
    program(
      host(),
      [ioas, ...iommufd().slice(0, 1), hwpt, ...iommufd().slice(1)],
      [[foreign, { op: 'iommufd_detach', device: 0 }]],
    ),
    { 'cookie/6.12': ['CKE-012'], 'cookie/seed': ['CKE-012'] },
  ),
  scenario(
    'iommufd-two-groups',
    'two groups with interrupt windows share a hwpt',
    'spec/cookies.md §8 M7, §12.5: one cookie, one list of doorbells',
    program(
      windows,
      [ioas, { op: 'iommufd_bind', device: 0 }, hwpt, { op: 'iommufd_bind', device: 1 }],
      [
        [
          { op: 'iommufd_attach', device: 0, hwpt: 0 },
          prepare(),
          { op: 'iommufd_attach', device: 1, hwpt: 0 },
          prepare(0, 1),
        ],
      ],
    ),
  ),
  scenario(
    'iommufd-freed',
    'a hwpt goes, and nothing but its domain with it',
    'spec/cookies.md §12.4: no cookie is released',
    program(
      host(),
      [ioas, { op: 'iommufd_bind', device: 0 }],
      [[hwpt, { op: 'hwpt_destroy', hwpt: 0 }]],
    ),
  ),
  scenario(
    'iommufd-nested',
    'somebody asks for an MSI cookie of a nested domain of iommufd',
    'spec/cookies.md §4, §10: -EINVAL, and doorbells are in the parent',
    program(
      host({ devices: [device({ reserved: window })] }),
      [
        ioas,
        { op: 'iommufd_bind', device: 0 },
        { op: 'hwpt_alloc', hwpt: 0, device: 0, ioas: 0, flags: 1 },
        { op: 'hwpt_alloc', hwpt: 1, device: 0, ioas: 0, parent: 0 },
      ],
      [[{ op: 'iommufd_attach', device: 0, hwpt: 1 }, foreign, prepare()]],
    ),
  ),
  scenario(
    'vfio-window',
    'VFIO’s domain gets its MSI window, or no group',
    'spec/cookies.md §3, §7.11',
    program(
      host({ devices: [device({ reserved: window })], containers: [{ process: 0 }] }),
      joined(0),
      [[{ op: 'vfio_set_iommu', container: 0, type: 3 }, prepare()]],
      ['kzalloc'],
    ),
  ),
  scenario(
    'vfio-two-groups',
    'two groups with interrupt windows share a domain of VFIO',
    'spec/cookies.md §12.5: the cookie is allocated once, the second group shares it',
    program(
      { ...windows, containers: [{ process: 0 }] },
      [...joined(0), { op: 'vfio_set_iommu', container: 0, type: 3 }],
      [[prepare(), ...joined(1), prepare(0, 1), prepare(1, 1)]],
    ),
  ),
];
