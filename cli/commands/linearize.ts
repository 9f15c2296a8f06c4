// iommucheck linearize: a recorded history, judged by a specification whose operations are atomic.

import {
  HistoryError,
  judge,
  type Recorded,
  readHistory,
  specifications,
} from '../../fuzz/linearize/index.ts';
import { canonicalJson } from '../../fuzz/finding/index.ts';
import type { Answer } from '../../properties/linearizability/explain.ts';
import { linearizeText } from '../../reports/linearize.ts';
import { type Command, type Context, jsonOption, type Values } from '../command.ts';
import { artifactError, exit, type ExitCode, usageError } from '../exit.ts';
import { wholeNumber } from '../parse.ts';
import { unknownName } from '../suggest.ts';

const names = specifications.map((s) => s.name);
const defaults = { maxNodes: 1_000_000, maxExplainNodes: 200_000, maxSearches: 5_000 };

export const linearize: Command = {
  name: 'linearize',
  summary: 'judge a recorded history: an order of its calls, or why there is none',
  positionals: '<history|->',
  maxPositionals: 1,
  options: {
    spec: {
      type: 'string',
      value: '<name>',
      help: `${names.join(', ')}; as the history says unless told otherwise`,
    },
    'max-nodes': {
      type: 'string',
      value: '<n>',
      help: `give up beyond this many sets of calls (default ${defaults.maxNodes})`,
    },
    json: jsonOption,
  },
  examples: [
    'iommucheck linearize examples/histories/queue.jsonl',
    'iommucheck linearize some.jsonl --spec cas-register',
    'iommucheck linearize - --spec counter < some.jsonl',
  ],
  run: async (values, context) => {
    const [source] = values.positionals;
    if (source === undefined)
      throw usageError(
        'linearize needs a history',
        'give a file of JSON lines, one for each call and each return, or - for standard input',
        'try: iommucheck linearize --help',
      );
    const maxNodes = wholeNumber(values, 'max-nodes', 1) ?? defaults.maxNodes;
    const recorded = recordedIn(source, values, context);
    const answer = judge(recorded, { ...defaults, maxNodes });
    const { io, paint } = context;
    const text = values.has('json')
      ? json(recorded, answer, context)
      : linearizeText(recorded, answer, { log: source, maxNodes }, paint);
    io.stdout.write(text);
    return codes[answer.verdict];
  },
};

const codes = {
  order: exit.holds,
  none: exit.violation,
  inconclusive: exit.inconclusive,
} as const satisfies Readonly<Record<Answer<unknown, unknown>['verdict'], ExitCode>>;

function recordedIn(source: string, values: Values, { io }: Context): Recorded {
  const named = values.text('spec');
  if (named !== undefined && !names.includes(named))
    throw unknownName(
      'specification',
      'specifications',
      named,
      names,
      'iommucheck linearize --help',
    );
  const text = source === '-' ? io.stdin() : read(source, io.files);
  try {
    return readHistory(text, named);
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error;
    throw artifactError(
      `${source === '-' ? 'standard input' : source}: ${error.message}`,
      'a history has one JSON object a line: {"event": "call", "id": 1, "task": "T0", "op": "read"},',
      'and then {"event": "return", "id": 1, "ret": 0}; lines that begin with # are comments',
      'the format: docs/HISTORIES.md',
    );
  }
}

function read(source: string, files: Context['io']['files']): string {
  try {
    return files.read(source);
  } catch (error) {
    throw artifactError(`${source} cannot be read`, `why: ${(error as Error).message}`);
  }
}

function json(
  { name, lines }: Recorded,
  answer: Answer<unknown, unknown>,
  { io }: Context,
): string {
  const head = { tool: 'iommucheck', toolVersion: io.version, command: 'linearize' };
  const common = { ...head, specification: name, verdict: answer.verdict, nodes: answer.nodes };
  const idOf = ({ id }: { readonly id: string }) => id;
  if (answer.verdict === 'order') {
    const order = answer.order.map(({ call, result }) => ({ id: call.id, result }));
    return canonicalJson({ ...common, order });
  }
  if (answer.verdict === 'inconclusive') return canonicalJson(common);
  const { calls, last, ordered, others, possible, proof } = answer.explanation;
  return canonicalJson({
    ...common,
    explanation: {
      calls: calls.map(({ id }) => ({ id, ...lines.get(id) })),
      last: last.id,
      ordered: ordered.map((pair) => pair.map(idOf)),
      others: others.map(idOf),
      possible,
      proof,
    },
  });
}
