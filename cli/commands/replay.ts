// iommucheck replay: a finding from a file, from its text form or from standard input, step by step.

import {
  canonicalJson,
  type Finding,
  isText,
  readFinding,
  readText,
  type Replayable,
  writeText,
} from '../../fuzz/finding/index.ts';
import { evidenceOf, type Replay, sizeOf } from '../../fuzz/trace/index.ts';
import { failureText } from '../../reports/failure.ts';
import { stepsText } from '../../reports/steps.ts';
import { engineName } from '../../reports/words.ts';
import { type Command, type Context, jsonOption } from '../command.ts';
import { propertyOf } from '../engines.ts';
import { artifactError, exit, type ExitCode, usageError } from '../exit.ts';

export const replay: Command = {
  name: 'replay',
  summary: 'replay a finding step by step and compare it with what the finding says',
  positionals: '<file|text|->',
  maxPositionals: 1,
  options: {
    steps: { type: 'boolean', help: 'every step, also those that only look' },
    json: jsonOption,
  },
  examples: [
    'iommucheck replay findings/some.finding.json',
    "iommucheck replay 'iommucheck1:…'",
    'iommucheck replay - < mail.txt',
  ],
  run: async (values, context) => {
    const [source] = values.positionals;
    if (source === undefined)
      throw usageError(
        'replay needs a finding',
        'give a file, a text that begins with iommucheck1:, or - for standard input',
        'try: iommucheck replay --help',
      );
    const { finding, file } = load(source, context);
    checkEngine(finding, context);
    const result = context.services.replay(finding);
    if (values.has('json')) printJson(finding, result, context);
    else printText(finding, file, result, values.has('steps'), context);
    return exitOf(result);
  },
};

interface Loaded {
  readonly finding: Replayable | Finding;
  readonly file: string | null;
}

function load(source: string, { io }: Context): Loaded {
  if (source === '-') return { finding: read(io.stdin()), file: null };
  if (isText(source)) return { finding: readText(source), file: null };
  let text: string;
  try {
    text = io.files.read(source);
  } catch (error) {
    throw artifactError(
      `${source} cannot be read`,
      `why: ${(error as Error).message}`,
      'a finding is a file, a text that begins with iommucheck1:, or - for standard input',
    );
  }
  return { finding: read(text), file: source };
}

const read = (text: string) => (isText(text) ? readText(text) : readFinding(text));

function checkEngine({ deltas, toolVersion }: Replayable, { services, io }: Context): void {
  const known = services.catalogue.deltas.map((d) => d.id);
  const missing = deltas.filter((id) => !known.includes(id));
  if (missing.length === 0) return;
  throw artifactError(
    `the finding needs deltas that this version does not have: ${missing.join(', ')}`,
    `it was written by iommucheck ${toolVersion}, this is ${io.version}`,
    `deltas: ${known.join(', ')}`,
  );
}

function printText(
  finding: Replayable | Finding,
  file: string | null,
  result: Replay,
  all: boolean,
  context: Context,
): void {
  const { io, paint } = context;
  const { program } = finding;
  const verdict = {
    same: paint('green', 'replayed: the same verdict and the same steps'),
    different: paint('yellow', 'replayed differently'),
    nondeterminism: paint('red', 'not deterministic'),
  }[result.outcome];
  const why = result.explanation === null ? '' : `: ${result.explanation}`;
  io.stdout.write(`${engineName(finding)}, written by iommucheck ${finding.toolVersion}\n\n`);
  io.stdout.write(`${stepsText(program, result.trace, { all, paint })}\n`);
  if (result.trace.violation !== null)
    io.stdout.write(`${failure(finding, file, result, context)}\n`);
  io.stdout.write(`${verdict}${why}\n`);
}

function failure(
  finding: Replayable | Finding,
  file: string | null,
  { trace }: Replay,
  { paint, services }: Context,
): string {
  const described = 'evidence' in finding ? finding : null;
  const { violation } = trace;
  const view = {
    engine: finding,
    program: finding.program,
    property: propertyOf(violation?.property ?? finding.property, services.catalogue),
    message: violation?.message ?? finding.message,
    trace,
    evidence: evidenceOf(trace),
    size: sizeOf(finding.program, trace),
    shrinking: described?.shrinking ?? null,
    causes: [],
    file,
    text: writeText(finding),
  };
  return failureText(view, paint);
}

function printJson(finding: Replayable, result: Replay, { io }: Context): void {
  const { trace, outcome, digest, explanation } = result;
  const found = trace.violation && {
    property: trace.violation.property,
    key: trace.violation.key,
    message: trace.violation.message,
  };
  io.stdout.write(
    canonicalJson({
      tool: 'iommucheck',
      toolVersion: io.version,
      command: 'replay',
      outcome,
      explanation,
      expected: { property: finding.property, key: finding.key, traceDigest: finding.traceDigest },
      found,
      traceDigest: digest,
      stuck: trace.stuck,
      steps: trace.steps,
    }),
  );
}

function exitOf({ outcome }: Replay): ExitCode {
  return outcome === 'same' ? exit.violation : exit.nondeterminism;
}
