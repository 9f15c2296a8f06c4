// Programs that no lawful in-kernel client runs, although nothing in the engine says so. What the
// contracts of functions (engine/runtime/contract.ts) cannot see is told here by a rule each; whatever
// fails in such a program is its caller's fault. No bundled scenario of lawful callers is one of them.

import type { IommuTopology } from '../../engine/iommu/vocabulary/index.ts';
import type { AnyProgram } from '../../engine/program.ts';

/** An operation with the fields that rules look at. */
interface Op {
  readonly op: string;
  readonly domain?: number;
  readonly ioas?: number;
  readonly hwpt?: number;
  readonly iova?: number;
  readonly size?: number;
}

interface Rule {
  readonly text: string;
  /** `one` is of another task than all of `others`. */
  breaks(one: Op, others: readonly Op[], where: Where): boolean;
}

interface Where {
  /** All that programs like this one may do, and this one. */
  readonly whole: AnyProgram;
  readonly program: AnyProgram;
  /** What comes before the operation: the setup, then its own task. */
  readonly before: readonly Op[];
}

/** What a client waits for before it frees the page. */
const letsGo = new Set(['dma_unmap', 'iotlb_sync', 'flush_iotlb_all']);

const cookies = new Set(['set_fault_handler', 'get_dma_cookie', 'get_msi_cookie']);

const rules: readonly Rule[] = [
  {
    // spec/iommu-core.md §8: attach vs domain_free, and get_*_cookie vs anything on the same domain;
    // spec/coherency-and-ownership.md §7.12: nobody is attached to what is freed. No lock of the core
    // sees to it.
    text: 'a client frees a domain that another task of it uses',
    breaks: (one, others) =>
      one.op === 'domain_free' && others.some((o) => o.domain === one.domain),
  },
  {
    // spec/iommu-core.md §8: set_fault_handler before attach, get_*_cookie vs anything; spec/cookies.md
    // §6. iommu_set_fault_handler tests cookie_type and stores it, handler and token without a lock.
    text: 'two tasks give one domain a fault handler or a cookie',
    breaks: (one, others) =>
      one.op === 'set_fault_handler' &&
      others.some((o) => cookies.has(o.op) && o.domain === one.domain),
  },
  {
    // spec/cookies.md §3 and §6, "caller owns a not-yet-attached domain": only the core calls it, for
    // default domains before they are attached. Since 6.15 ("iommu: Sort out domain user data") Linux
    // stores cookie_type before iova_cookie, as the engine does, and takes no lock for it; prepare_msi
    // reads both under group->mutex, for the domain that is attached (§2). That the cookie comes
    // before the attach is what keeps it from a tag without a pointer.
    text: 'a domain gets its DMA cookie while interrupts of its devices are set up',
    breaks: (one, others) =>
      one.op === 'get_dma_cookie' && others.some((o) => o.op === 'prepare_msi'),
  },
  {
    // A domain is private until its allocation has returned (spec/cookies.md §9), ids of iommufd until
    // the object is finalized (§4): names are the programs' own, and stand for variables of callers.
    text: 'two tasks give new objects one name',
    breaks: ({ op, ...one }, others) =>
      (op === 'ioas_alloc' || op === 'hwpt_alloc' || op === 'domain_alloc') &&
      others.some(
        (o) =>
          o.op === op &&
          (op === 'ioas_alloc'
            ? o.ioas === one.ioas
            : op === 'hwpt_alloc'
              ? o.hwpt === one.hwpt
              : o.domain === one.domain),
      ),
  },
  {
    // spec/iommu-core.md §2: a page may be unpinned or freed only after unmap returned it and the sync
    // of that gather.
    text: 'a page is freed while another task unmaps it',
    breaks: (one, others) => one.op === 'page_free' && others.some((o) => letsGo.has(o.op)),
  },
  {
    // spec/iommu-core.md §4: a WARN where nothing is mapped, and the address goes back to the allocator
    // whoever has it. Addresses are handed out from the top.
    text: 'a client unmaps an address that it was not given, or has given back',
    breaks: (one, others, { whole, before }) =>
      one.op === 'dma_unmap' &&
      others.some((o) => o.op === 'dma_map') &&
      (before.filter((o) => o.op === 'dma_map').length <= rankOf(one, whole) ||
        [...before, ...others].some((o) => o.op === 'dma_unmap' && o.iova === one.iova)),
  },
  {
    // spec/iommu-core.md §8: map and unmap of one IOVA. The page table lets go of a whole leaf, whatever
    // the range that is asked for (§2, §10: size enlarged), so that is the range the two share.
    text: 'a client unmaps a part of a mapping while another task of it maps what is there',
    breaks: (one, others, { program }) =>
      isUnmap(one) &&
      [...program.setup, ...program.tasks.flatMap((task) => task.ops)].some(
        (m: Op) =>
          isMap(m) &&
          meets(m, one) &&
          !covers(one, m) &&
          others.some((o) => isMap(o) && meets(o, m)),
      ),
  },
];

const isMap = ({ op }: Op) => op === 'iommu_map';
const isUnmap = ({ op }: Op) => op === 'iommu_unmap' || op === 'iommu_unmap_fast';
const start = ({ iova = 0 }: Op) => iova;
const end = ({ iova = 0, size = 0 }: Op) => iova + size;
const meets = (a: Op, b: Op) => a.domain === b.domain && start(a) < end(b) && start(b) < end(a);
const covers = (a: Op, b: Op) => start(a) <= start(b) && end(b) <= end(a);

/** How many addresses are handed out before this one. */
function rankOf(one: Op, { setup, tasks, topology }: AnyProgram): number {
  const { geometry } = topology as Pick<IommuTopology, 'geometry'>;
  const size = 2 ** geometry.pageShift;
  const reach = 2 ** (geometry.pageShift + geometry.levels * geometry.levelBits);
  const ops = [...setup, ...tasks.flatMap((task) => task.ops)] as Op[];
  const named = ops.map(({ op, iova }) => (op.startsWith('dma_') ? (iova ?? 0) : 0));
  // With real page tables, devices reach less than the tables do.
  const top = reach <= 2 ** 32 ? reach - size : Math.max(...named);
  return (top - (one.iova ?? 0)) / size;
}

/**
 * The rule that a program breaks; null: it is lawful as far as these rules can tell. `whole` has the
 * operations of all programs like it.
 */
export function brokenRule(program: AnyProgram, whole = program): string | null {
  if (program.system !== 'iommu') return null;
  for (const [i, { ops }] of program.tasks.entries()) {
    const others = program.tasks.flatMap((task, j) => (j === i ? [] : task.ops)) as Op[];
    for (const [at, one] of ops.entries()) {
      const before = [...program.setup, ...ops.slice(0, at)] as Op[];
      const rule = rules.find((r) => r.breaks(one as Op, others, { whole, program, before }));
      if (rule !== undefined) return rule.text;
    }
  }
  return null;
}
