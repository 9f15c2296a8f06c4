// iommucheck model: a user's XState machine, or one of the specification's, explored and judged.

import { canonicalJson } from '../../fuzz/finding/index.ts';
import {
  type AnyModel,
  bundledModels,
  checkModel,
  ModelError,
  type ModelResult,
  toJson,
  toMermaid,
  type Verdict,
} from '../../model/index.ts';
import { modelJson, modelText } from '../../reports/model.ts';
import { type Command, type Context, jsonOption, type Values } from '../command.ts';
import { exit, type ExitCode, usageError } from '../exit.ts';
import { loadModels, type Models } from '../model-file.ts';
import { wholeNumber } from '../parse.ts';
import { unknownName } from '../suggest.ts';

export const model: Command = {
  name: 'model',
  summary: 'check an XState machine: dead states and transitions, and its properties',
  positionals: '<file|name>',
  maxPositionals: 1,
  options: {
    machine: {
      type: 'string',
      value: '<export>',
      help: 'the machine or model of that name only; all that the file exports unless told otherwise',
    },
    bundled: { type: 'boolean', help: "the specification's own models; one of them by its name" },
    'max-states': {
      type: 'string',
      value: '<n>',
      help: 'explore at most n states; as the model says, else 100000',
    },
    mermaid: { type: 'boolean', help: 'print the machine as a Mermaid stateDiagram-v2 instead' },
    'export-json': {
      type: 'boolean',
      help: 'print the machine as an XState JSON configuration instead',
    },
    json: jsonOption,
  },
  notes: [
    'a file is an ES module (.ts, .js, .mjs) or an XState configuration (.json). A module exports a',
    'machine of xstate 5 and, if it likes: events, properties, fairness, boundary, maxStates, inputs,',
    'unused; or models that have these as fields. A .ts file needs tsx or Node 22.18. docs/MODELS.md',
    'tells all of it.',
  ],
  examples: [
    'iommucheck model door.ts',
    'iommucheck model door.ts --machine door --max-states 1000',
    'iommucheck model door.json --mermaid',
    'iommucheck model --bundled',
    'iommucheck model --bundled region --json',
  ],
  run: async (values, context) => {
    const models = await chosen(values, context);
    if (values.has('mermaid')) return printMermaid(models, context);
    if (values.has('export-json')) return printJson(models, context);
    return check(models, values, context);
  },
};

async function chosen(values: Values, { io }: Context): Promise<Models> {
  const [name] = values.positionals;
  const machine = values.text('machine');
  if (values.has('bundled'))
    return pick(bundledModels, machine ?? name, 'iommucheck model --bundled');
  if (name === undefined)
    throw usageError(
      'model needs a file, or --bundled',
      `bundled: ${Object.keys(bundledModels).join(', ')}`,
      'try: iommucheck model --help',
    );
  return pick(await loadModels(name, io), machine, `iommucheck model ${name}`);
}

function pick(models: Models, name: string | undefined, next: string): Models {
  if (name === undefined) return models;
  const found = Object.hasOwn(models, name) ? models[name] : undefined;
  if (found === undefined) throw unknownName('model', 'models', name, Object.keys(models), next);
  return { [name]: found };
}

function check(models: Models, values: Values, { io, paint }: Context): ExitCode {
  const maxStates = wholeNumber(values, 'max-states', 1);
  const results = Object.entries(models).map(([name, model]) => ({
    name,
    result: checked(name, maxStates === undefined ? model : { ...model, maxStates }),
  }));
  const text = values.has('json')
    ? canonicalJson({
        tool: 'iommucheck',
        toolVersion: io.version,
        command: 'model',
        models: results.map(({ name, result }) => modelJson(name, result)),
      })
    : `${results.map(({ name, result }) => modelText(name, result, paint)).join('\n\n')}\n`;
  io.stdout.write(text);
  return exitOf(results.map(({ result }) => result.verdict));
}

/** What is wrong with a model is its author's to fix. */
function checked(name: string, model: AnyModel): ModelResult<unknown> {
  try {
    return checkModel(model);
  } catch (error) {
    if (error instanceof ModelError) throw usageError(`${name}: ${error.message}`, ...error.hints);
    throw error;
  }
}

function exitOf(verdicts: readonly Verdict[]): ExitCode {
  if (verdicts.includes('violated')) return exit.violation;
  return verdicts.includes('inconclusive') ? exit.inconclusive : exit.holds;
}

/** The machines of the models, those of a product each by itself. */
const machinesOf = (models: Models) =>
  Object.entries(models).flatMap(([name, model]) =>
    'machines' in model
      ? Object.entries(model.machines).map(([part, own]) => ({
          name: `${name}.${part}`,
          machine: own.machine,
        }))
      : [{ name, machine: model.machine }],
  );

function printMermaid(models: Models, { io }: Context): ExitCode {
  const machines = machinesOf(models);
  for (const { name, machine } of machines) {
    if (machines.length > 1) io.stdout.write(`%% ${name}\n`);
    io.stdout.write(`${toMermaid(machine)}\n`);
  }
  return exit.holds;
}

function printJson(models: Models, { io }: Context): ExitCode {
  const [first, ...others] = machinesOf(models).map(({ name, machine }) => ({
    name,
    ...toJson(machine),
  }));
  if (first === undefined || others.length > 0)
    throw usageError(
      '--export-json prints one machine',
      `machines: ${machinesOf(models)
        .map(({ name }) => name)
        .join(', ')}`,
      'choose one with --machine <export>',
    );
  if (first.code.length > 0)
    io.stderr.write(`code that JSON cannot have: ${first.code.join(', ')}\n`);
  // In the order of the declaration, which means something.
  io.stdout.write(`${JSON.stringify(first.config, null, 2)}\n`);
  return exit.holds;
}
