// What a file has to check: machines and models that a module exports, or one XState JSON configuration.

import {
  type AnyModel,
  guardsAskedIn,
  isMachine,
  ModelError,
  modelOfJson,
  type PropertyKind,
} from '../model/index.ts';
import { usageError, type UserError } from './exit.ts';
import { isNotLoadable } from './import-module.ts';
import type { Io } from './io.ts';
import { unknownName } from './suggest.ts';

export type Models = Readonly<Record<string, AnyModel>>;

type Module = Readonly<Record<string, unknown>>;

/** The fields of a model that a module may export beside its one machine, and their types. */
const fields = {
  events: 'array',
  inputs: 'array',
  properties: 'array',
  fairness: 'array',
  boundary: 'function',
  maxStates: 'number',
  unused: 'object',
} as const;

const kinds = {
  always: ['holds'],
  alwaysStep: ['holds'],
  sometimes: ['holds'],
  eventually: ['holds'],
  leadsTo: ['from', 'to'],
  canAlways: ['goal'],
} as const satisfies Record<PropertyKind, readonly string[]>;

/** By the name of the export. */
export async function loadModels(path: string, io: Io): Promise<Models> {
  if (path.endsWith('.json')) return { [baseName(path)]: jsonModel(path, io) };
  const models = modelsOf(await load(path, io), path);
  for (const [name, model] of Object.entries(models)) checkFields(model, `${name} of ${path}`);
  return models;
}

async function load(path: string, io: Io): Promise<Module> {
  try {
    return await io.importModule(path);
  } catch (error) {
    throw cannotLoad(path, error);
  }
}

function cannotLoad(path: string, error: unknown): UserError {
  const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  if (isNotLoadable(error))
    return usageError(
      `${path} cannot be loaded by this version of Node`,
      `why: ${why}`,
      'for TypeScript: npm install --save-dev tsx (in the folder of the file), or Node 22.18 or newer',
      'or compile it and give the .mjs or .js file',
    );
  return usageError(
    `${path} cannot be loaded`,
    `why: ${why}`,
    'a model is an ES module (.ts, .js, .mjs) that exports a machine, or an XState .json file',
  );
}

function jsonModel(path: string, io: Io): AnyModel {
  let config: unknown;
  try {
    config = JSON.parse(io.files.read(path));
  } catch (error) {
    throw usageError(`${path} cannot be read as JSON`, `why: ${(error as Error).message}`);
  }
  try {
    const model = modelOfJson(config);
    const guards = guardsAskedIn(model);
    if (guards.length > 0)
      io.stderr.write(
        `${path} has no code: every answer of its guards is tried (${guards.join(', ')})\n`,
      );
    return model;
  } catch (error) {
    if (error instanceof ModelError) throw usageError(`${path}: ${error.message}`, ...error.hints);
    throw error;
  }
}

const baseName = (path: string) => path.replace(/^.*[\\/]/, '').replace(/\.json$/, '');

function modelsOf(module: Module, path: string): Models {
  const exported = Object.entries(module);
  const models = exported.flatMap(([name, value]) => (isModel(value) ? [[name, value]] : []));
  const machines = exported.filter(
    ([, value]) => isMachine(value) && !models.some(([, model]) => usesMachine(model, value)),
  );
  const beside = Object.fromEntries(exported.filter(([name]) => Object.hasOwn(fields, name)));
  if (machines.length > 1 && Object.keys(beside).length > 0)
    throw usageError(
      `${path} exports ${Object.keys(beside).join(', ')} and several machines: whose are they?`,
      `machines: ${machines.map(([name]) => name).join(', ')}`,
      'export a model for each: export const one = { machine, events, properties }',
    );
  const found: [string, AnyModel][] = [
    ...(models as [string, AnyModel][]),
    ...machines.map(([name, machine]) => [name, { ...beside, machine }] as [string, AnyModel]),
  ];
  if (found.length === 0) throw nothingFound(exported, path);
  return Object.fromEntries(found);
}

const isObject = (value: unknown): value is Module =>
  typeof value === 'object' && value !== null && !isMachine(value);

const isModel = (value: unknown): boolean =>
  isObject(value) && (isMachine(value['machine']) || isObject(value['machines']));

function usesMachine(model: unknown, machine: unknown): boolean {
  const { machine: own, machines } = model as { machine?: unknown; machines?: Module };
  const parts = Object.values(machines ?? {}) as { machine?: unknown }[];
  return own === machine || parts.some((part) => part.machine === machine);
}

function nothingFound(exported: readonly (readonly [string, unknown])[], path: string): UserError {
  const old = exported.find(([, value]) => isObject(value) && '__xstatenode' in value);
  if (old !== undefined)
    return usageError(
      `${old[0]} of ${path} is a machine of an older XState`,
      'iommucheck checks machines of xstate 5: npm install xstate@5',
    );
  return usageError(
    `${path} exports no machine`,
    `exports: ${exported.map(([name]) => name).join(', ') || 'none'}`,
    'export what createMachine() or setup().createMachine() of xstate 5 returns',
  );
}

/** @throws UserError that names the field which is not what it must be. */
function checkFields(model: AnyModel, where: string): void {
  for (const name of Object.keys(model))
    if (!Object.hasOwn(fields, name) && !['machine', 'machines', 'sync'].includes(name))
      throw unknownName(
        `field of ${where}:`,
        'fields',
        name,
        Object.keys(fields),
        'iommucheck model --help',
      );
  for (const [field, type] of Object.entries(fields)) {
    const value = (model as unknown as Module)[field];
    const isFit =
      value === undefined ||
      (type === 'array' ? Array.isArray(value) : typeof value === type) ||
      (field === 'fairness' && value === 'each-type');
    if (!isFit) throw usageError(`${field} of ${where} is no ${type}`, `it is: ${typeof value}`);
  }
  const properties: readonly unknown[] = model.properties ?? [];
  for (const [i, property] of properties.entries())
    checkProperty(property, `properties[${i}] of ${where}`);
}

function checkProperty(property: unknown, where: string): void {
  const { kind, name, ...rest } = isObject(property) ? property : {};
  const known = Object.keys(kinds).join(', ');
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind))
    throw usageError(
      `${where} is no property`,
      `properties are made by ${known} of iommucheck, or are objects with such a kind`,
    );
  if (typeof name !== 'string' || name === '') throw usageError(`${where} has no name`);
  for (const field of kinds[kind as PropertyKind]) {
    const isName = typeof rest[field] === 'string' && kind !== 'alwaysStep';
    if (isName || typeof rest[field] === 'function') continue;
    throw usageError(
      `'${field}' of ${where} is neither a function nor the name of a state`,
      `a property of kind ${kind} has: ${kinds[kind as PropertyKind].join(', ')}`,
    );
  }
}
