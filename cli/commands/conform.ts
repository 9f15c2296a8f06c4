// iommucheck conform: the log of a live kernel, replayed line by line on a revision of the engine.

import { revisionById } from '../../engine/revisions/index.ts';
import {
  annotationsPath,
  conform as run,
  type ConformReport,
  conformType1,
  type HostPage,
  hostPages,
  type IommuName,
  iommuNames,
  isType1Log,
  LogError,
  type MachineName,
  machineNames,
  parseAnnotations,
} from '../../fuzz/conform/index.ts';
import { canonicalJson } from '../../fuzz/finding/index.ts';
import { conformText } from '../../reports/conform.ts';
import { type Command, type Context, jsonOption, type Values } from '../command.ts';
import { artifactError, exit, usageError } from '../exit.ts';
import { unknownName } from '../suggest.ts';

const defaultRevision = 'spapr/6.12';

export const conform: Command = {
  name: 'conform',
  summary: 'replay the log of a live kernel on a revision and list what differs',
  positionals: '<log|->',
  maxPositionals: 1,
  options: {
    revision: {
      type: 'string',
      value: '<id>',
      help: `the kernel revision; ${defaultRevision} unless told otherwise, for type1 as the log says`,
    },
    iommu: {
      type: 'string',
      value: '<name>',
      help: `of logs of type1: ${iommuNames.join(', ')}; as the log says unless told otherwise`,
    },
    machine: {
      type: 'string',
      value: '<name>',
      help: `${machineNames.join(' or ')}; as the log says unless told otherwise`,
    },
    'host-page': {
      type: 'string',
      value: '<bytes>',
      help: `${hostPages.join(' or ')}; as the log says unless told otherwise`,
    },
    all: { type: 'boolean', help: 'every line, also those that agree' },
    json: jsonOption,
  },
  examples: [
    'iommucheck conform some.jsonl',
    'iommucheck conform some.jsonl --revision reference',
    'iommucheck conform - --machine pseries --host-page 65536 < some.jsonl',
    'iommucheck conform type1.jsonl --iommu intel --revision core/6.12',
  ],
  run: async (values, context) => {
    const [source] = values.positionals;
    if (source === undefined)
      throw usageError(
        'conform needs a log',
        'give a file of JSON lines, one for each ioctl, or - for standard input',
        'try: iommucheck conform --help',
      );
    const { revision, report } = replayed(source, values, context);
    const { io, paint } = context;
    const listing = { revision, log: source, all: values.has('all') };
    if (values.has('json')) io.stdout.write(json(report, revision, context));
    else io.stdout.write(`${conformText(report, listing, paint)}\n`);
    return report.counts.unlisted === 0 ? exit.holds : exit.violation;
  },
};

/** undefined: none is named. */
function revisionNamed(values: Values, { services }: Context) {
  const id = values.text('revision');
  const revision = id === undefined ? undefined : revisionById(id);
  if (id === undefined || revision !== undefined) return revision;
  const ids = services.catalogue.revisions.map((r) => r.id);
  throw unknownName('revision', 'revisions', id, ids, 'iommucheck revisions');
}

interface Replayed {
  readonly revision: string;
  readonly report: ConformReport;
}

function replayed(source: string, values: Values, context: Context): Replayed {
  const revision = revisionNamed(values, context);
  const iommu = oneOf(values, 'iommu', iommuNames) as IommuName | undefined;
  const text = read(source, context);
  try {
    if (!isType1Log(text)) return onSpapr(text, source, values, context);
    return conformType1(text, {
      annotations: annotationsBeside(source, context),
      ...(iommu === undefined ? {} : { iommu }),
      ...(revision === undefined ? {} : { revision }),
    });
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    throw artifactError(
      `${source === '-' ? 'standard input' : source}: ${error.message}`,
      'a log has one JSON object a line, such as {"op": "SET_IOMMU", "type": 7, "ret": 0}',
      'lines that begin with # are comments',
    );
  }
}

function onSpapr(text: string, source: string, values: Values, context: Context): Replayed {
  const revision = revisionNamed(values, context) ?? revisionById(defaultRevision);
  if (revision === undefined) throw new Error(`${defaultRevision} is not in the catalogue`);
  const machine = oneOf(values, 'machine', machineNames) as MachineName | undefined;
  const page = oneOf(values, 'host-page', hostPages.map(String));
  const report = run(text, {
    deltas: revision.deltas,
    annotations: annotationsBeside(source, context),
    ...(machine === undefined ? {} : { machine }),
    ...(page === undefined ? {} : { hostPage: Number(page) as HostPage }),
  });
  return { revision: revision.id, report };
}

function annotationsBeside(source: string, { io }: Context) {
  const beside = source === '-' ? null : io.files.readIfThere(annotationsPath(source));
  return beside === null ? [] : parseAnnotations(beside);
}

function read(source: string, { io }: Context): string {
  if (source === '-') return io.stdin();
  try {
    return io.files.read(source);
  } catch (error) {
    throw artifactError(`${source} cannot be read`, `why: ${(error as Error).message}`);
  }
}

function oneOf(values: Values, option: string, names: readonly string[]): string | undefined {
  const text = values.text(option);
  if (text === undefined || names.includes(text)) return text;
  throw usageError(
    `--${option} ${text}: expected ${names.join(' or ')}`,
    'try: iommucheck conform --help',
  );
}

function json(report: ConformReport, revision: string, { io }: Context): string {
  const head = { tool: 'iommucheck', toolVersion: io.version, command: 'conform', revision };
  return canonicalJson({ ...head, ...report });
}
