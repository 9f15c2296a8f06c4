// A recorded history with a specification to judge it by: everything that can be wrong with a file is
// found here, and named by line and field.

import type { Program } from '../../engine/program.ts';
import type { History } from '../../properties/linearizability/history.ts';
import type { Json } from '../../properties/linearizability/specifications/json.ts';
import type { Specification } from '../../properties/linearizability/specification.ts';
import { HistoryError, objection } from './error.ts';
import { type CallEvent, type Lines, readLines, type ReturnEvent } from './events.ts';
import { type Matched, matched } from './match.ts';
import { type NamedOp, objects, type ObjectSpecification } from './objects.ts';
import { type Asked, outcome, type SystemSpecification, systemSpecifications } from './systems.ts';

/** What a history is to be judged by. Its types are those of its own specification. */
export interface Recorded {
  readonly name: string;
  readonly specification: Specification<unknown, unknown, unknown>;
  readonly history: History<unknown, unknown>;
  /** Of systems: the history as a program, which says how operations read. */
  readonly program: Program | null;
  /** By id of a call, the lines of its events. */
  readonly lines: ReadonlyMap<string, { readonly call: number; readonly end: number | null }>;
}

/** Names and titles of the specifications that there are. */
export const specifications: readonly { readonly name: string; readonly title: string }[] = [
  ...objects,
  ...systemSpecifications,
];

/** `named`: the specification that was asked for; the head of the file may name it as well. */
export function readHistory(text: string, named: string | undefined): Recorded {
  const lines = readLines(text);
  const name = named ?? lines.head?.spec;
  if (name === undefined)
    throw new HistoryError(0, '', 'neither the first line nor the command names a specification');
  const calls = matched(lines.events);
  const object = objects.find((o) => o.name === name);
  const system = systemSpecifications.find((s) => s.name === name);
  if (object !== undefined) return ofObject(object, lines, calls);
  if (system !== undefined) return ofSystem(system, lines, calls);
  const known = specifications.map((s) => s.name).join(', ');
  throw new HistoryError(
    lines.head?.line ?? 0,
    'spec',
    `unknown specification '${name}'; there are ${known}`,
  );
}

type Common = Omit<Recorded, 'specification' | 'program'>;

function common(
  name: string,
  calls: readonly Matched[],
  opOf: (call: CallEvent) => unknown,
  resultOf: (end: ReturnEvent, call: CallEvent) => unknown,
): Common {
  const lines = new Map(
    calls.map(({ call, end }) => [call.id, { call: call.line, end: end?.line ?? null }]),
  );
  const history = calls.map(({ call, called, end, returned }) => ({
    id: call.id,
    task: call.task,
    op: opOf(call),
    called,
    returned,
    result: end === null ? undefined : resultOf(end, call),
  }));
  return { name, history, lines };
}

function ofObject(object: ObjectSpecification, { head }: Lines, calls: readonly Matched[]) {
  const { name, ops } = object;
  refuse(head?.topology, head?.line, 'topology', name);
  refuse(head?.faults, head?.line, 'faults', name);
  const initial = head?.initial;
  const parsed = initial === undefined ? null : object.initial.safeParse(initial);
  if (parsed?.success === false) throw objection(head?.line ?? 0, 'initial', parsed.error.issues);
  const specification = object.make(initial);
  return {
    ...common(name, calls, (call) => objectOp(object, call), objectResult),
    specification: specification as Recorded['specification'],
    program: null,
  };

  function objectResult({ ret = null, out, line }: ReturnEvent, { op }: CallEvent): unknown {
    refuse(out, line, 'out', name);
    const result = ops[op]?.ret.safeParse(ret);
    if (result?.success === false) throw objection(line, 'ret', result.error.issues);
    return ret;
  }
}

function objectOp({ name, ops }: ObjectSpecification, call: CallEvent): NamedOp {
  const { op, args = {}, line, process } = call;
  refuse(process, line, 'process', name);
  const known = Object.hasOwn(ops, op) ? ops[op] : undefined;
  if (known === undefined)
    throw new HistoryError(
      line,
      'op',
      `a ${name} has no operation '${op}'; it has ${Object.keys(ops).join(', ')}`,
    );
  const parsed = known.args.safeParse(args);
  if (!parsed.success) throw objection(line, 'args', parsed.error.issues);
  return { ...(args as Readonly<Record<string, Json>>), op };
}

function refuse(value: unknown, line: number | undefined, field: string, name: string): void {
  if (value === undefined) return;
  throw new HistoryError(line ?? 0, field, `a history of a ${name} has none`);
}

function ofSystem(system: SystemSpecification, lines: Lines, calls: readonly Matched[]): Recorded {
  const program = programOf(system, lines, calls);
  const ops = new Map(
    calls.map(({ call }, i) => [call.id, program.tasks[i]?.ops[0] as Asked['op']]),
  );
  const asked = ({ id, process = 0 }: CallEvent): Asked => ({
    op: ops.get(id) as Asked['op'],
    process,
  });
  for (const match of calls) {
    const op = ops.get(match.call.id) as Asked['op'];
    const beyond = system.isBeyond(op, program);
    if (beyond !== null) throw new HistoryError(match.call.line, 'op', `${op.op}: ${beyond}`);
    const why = system.mustStandAlone(op, program);
    const other = why === null ? undefined : beside(match, calls);
    if (why !== null && other !== undefined)
      throw new HistoryError(
        match.call.line,
        'op',
        `${op.op} beside the call of line ${other.call.line}: it does not promise to be atomic (${why})`,
      );
  }
  return {
    ...common(system.name, calls, asked, resultOf),
    specification: system.make(program) as Recorded['specification'],
    program,
  };
}

function beside(one: Matched, calls: readonly Matched[]): Matched | undefined {
  const end = ({ returned }: Matched) => returned ?? Number.POSITIVE_INFINITY;
  return calls.find((c) => c !== one && c.called < end(one) && one.called < end(c));
}

function resultOf({ ret = null, out, line }: ReturnEvent): unknown {
  const parsed = outcome.safeParse(out === undefined ? { ret } : { ret, out });
  if (parsed.success) return parsed.data;
  throw objection(line, '', parsed.error.issues);
}

/** The history as a program, a call a task: the schema of programs has all that there is to check. */
function programOf(
  { name, schema, ops }: SystemSpecification,
  { head }: Lines,
  calls: readonly Matched[],
): Program {
  if (head?.topology === undefined)
    throw new HistoryError(head?.line ?? 0, 'topology', `a history of ${name} says what there is`);
  refuse(head.initial, head.line, 'initial', name);
  const parsed = schema.safeParse({
    system: name,
    topology: head.topology,
    setup: [],
    tasks: calls.map(({ call: { op, args = {}, process = 0 } }) => ({
      process,
      ops: [{ ...args, op }],
    })),
    faults: head.faults ?? { budget: 0, sites: [] },
  });
  if (parsed.success) return parsed.data;
  const [issue = { path: [], message: '' }] = parsed.error.issues;
  const [part, at, field, , ...rest] = issue.path;
  if (part !== 'tasks') throw objection(head.line, '', parsed.error.issues);
  const line = calls[at as number]?.call.line ?? 0;
  const { message } = issue;
  if (field === 'process') throw objection(line, 'process', [{ path: [], message }]);
  if (rest[0] === 'op') {
    const wrong = calls[at as number]?.call.op ?? '';
    const said = `${name} has no operation '${wrong}'; the machines know ${ops.join(', ')}`;
    throw new HistoryError(line, 'op', said);
  }
  const isName = rest.length === 0;
  throw objection(line, isName ? '' : 'args', [{ path: rest, message }]);
}
