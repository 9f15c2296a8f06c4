// Programs that no lawful in-kernel client runs, although nothing in the engine says so. What the
// contracts of functions (engine/runtime/contract.ts) cannot see is told here by a rule each; whatever
// fails in such a program is its caller's fault. No bundled scenario of lawful callers is one of them.

import type { AnyProgram } from '../../engine/program.ts';

/** An operation with the fields that rules look at. */
interface Op {
  readonly op: string;
  readonly domain?: number;
  readonly ioas?: number;
  readonly hwpt?: number;
  readonly iova?: number;
}

interface Rule {
  readonly text: string;
  /** `one` is of another task than all of `others`. */
  breaks(one: Op, others: readonly Op[], where: Where): boolean;
}

interface Where {
  readonly program: AnyProgram;
  /** What comes before the operation: the setup, then its own task. */
  readonly before: readonly Op[];
}

const cookies = new Set(['set_fault_handler', 'get_dma_cookie', 'get_msi_cookie']);

const rules: readonly Rule[] = [
  {
    text: 'a client frees a domain that another task of it uses',
    breaks: (one, others) =>
      one.op === 'domain_free' && others.some((o) => o.domain === one.domain),
  },
  {
    text: 'two tasks give one domain a fault handler or a cookie',
    breaks: (one, others) =>
      one.op === 'set_fault_handler' &&
      others.some((o) => cookies.has(o.op) && o.domain === one.domain),
  },
  {
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
    text: 'a page is freed while another task unmaps it',
    breaks: (one, others) => one.op === 'page_free' && others.some((o) => o.op === 'dma_unmap'),
  },
  {
    // Addresses are handed out from the top: the highest that is named is the first.
    text: 'a client unmaps an address that it was not given',
    breaks: (one, others, { program, before }) =>
      one.op === 'dma_unmap' &&
      others.some((o) => o.op === 'dma_map') &&
      before.filter((o) => o.op === 'dma_map').length <= rankOf(one, program),
  },
];

function rankOf(one: Op, { setup, tasks, topology }: AnyProgram): number {
  const { geometry } = topology as { readonly geometry: { readonly pageShift: number } };
  const ops = [...setup, ...tasks.flatMap((task) => task.ops)] as Op[];
  const top = Math.max(...ops.flatMap(({ op, iova }) => (op.startsWith('dma_') ? (iova ?? 0) : 0)));
  return (top - (one.iova ?? 0)) / 2 ** geometry.pageShift;
}

/** The rule that a program breaks; null: it is lawful as far as these rules can tell. */
export function brokenRule(program: AnyProgram): string | null {
  if (program.system !== 'iommu') return null;
  for (const [i, { ops }] of program.tasks.entries()) {
    const others = program.tasks.flatMap((task, j) => (j === i ? [] : task.ops)) as Op[];
    for (const [at, one] of ops.entries()) {
      const before = [...program.setup, ...ops.slice(0, at)] as Op[];
      const rule = rules.find((r) => r.breaks(one as Op, others, { program, before }));
      if (rule !== undefined) return rule.text;
    }
  }
  return null;
}
