// Which operations promise to be atomic, as data: each with the reason. What is promised is judged;
// what is not is refined in small steps alone.

/** The machines take it as one step, so that CON-101 holds it to the promise already. */
export interface Step {
  readonly promise: 'step';
  readonly why: string;
}

/** Atomic, though the machines have steps for others to come between: CON-103 holds it to the promise. */
export interface Whole<Op, Program> {
  readonly promise: 'whole';
  readonly why: string;
  /** Where it is promised, in words. */
  readonly where: string;
  applies(op: Op, program: Program): boolean;
}

/** Not atomic: others may see parts of it. */
export interface Parts {
  readonly promise: 'parts';
  readonly why: string;
}

/** The machines leave open what comes of it: other properties judge it. */
export interface Open {
  readonly promise: 'open';
  readonly why: string;
}

export type Promised<Op, Program> = Step | Whole<Op, Program> | Parts | Open;

/** The promises of a system's operations, by name. */
export type Promises<Name extends string, Op, Program> = Readonly<
  Record<Name, Promised<Op, Program>>
>;

export const step = (why: string): Step => ({ promise: 'step', why });
export const parts = (why: string): Parts => ({ promise: 'parts', why });
export const open = (why: string): Open => ({ promise: 'open', why });

interface AnyOp {
  readonly op: string;
}

/** As much of a program as there is to a promise of any system. */
interface Tasks<Op> {
  readonly setup: readonly Op[];
  readonly tasks: readonly { readonly ops: readonly Op[] }[];
}

/** The promise of one operation; undefined: the machines do not say what it does. */
export function promiseOf<Op extends AnyOp, Program>(
  promises: Promises<string, Op, Program>,
  { op }: Op,
): Promised<Op, Program> | undefined {
  return Object.hasOwn(promises, op) ? promises[op] : undefined;
}

/**
 * The operations of a program that are promised to be atomic and that the machines take in steps. None
 * where nothing runs side by side.
 */
export function wholeOps<Op extends AnyOp, Program extends Tasks<Op>>(
  promises: Promises<string, Op, Program>,
  program: Program,
): ReadonlySet<Op> {
  const busy = program.tasks.filter(({ ops }) => ops.length > 0);
  if (busy.length < 2) return new Set();
  const isWhole = (op: Op) => {
    const promised = promiseOf<Op, Program>(promises, op);
    return promised?.promise === 'whole' && promised.applies(op, program);
  };
  return new Set(busy.flatMap(({ ops }) => ops).filter(isWhole));
}
