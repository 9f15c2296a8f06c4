// The key of a state: a text that two values share if and only if no guard or action could tell them
// apart (but by the order of an object's keys, which is sorted away). Shorter and faster than
// JSON.stringify, and unlike it never silent about what it cannot tell: undefined, NaN, Map, Set.
import { ModelError } from './errors.ts';

/** Deeper values are taken to be cyclic. */
const deepest = 64;

/** `where` names the value in errors: `context`. */
export function keyOf(value: unknown, where: string): string {
  return write(value, where, 0);
}

function write(value: unknown, where: string, depth: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return `${value}`;
    case 'boolean':
      return value ? 't' : 'f';
    case 'undefined':
      return 'u';
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? '_' : writeObject(value, where, depth + 1);
    case 'function':
    case 'symbol':
      throw new ModelError(
        `${where} is a ${typeof value}: states that differ by it cannot be told apart`,
        'keep plain data in the context; what never changes belongs outside the machine',
      );
  }
}

function writeObject(value: object, where: string, depth: number): string {
  if (depth > deepest)
    throw new ModelError(
      `${where} is nested deeper than ${deepest} levels, or refers to itself`,
      'states need finite plain data: keep an id in the context instead of the object',
    );
  if (Array.isArray(value))
    return `[${value.map((item, i) => write(item, `${where}[${i}]`, depth)).join()}]`;
  if (isActor(value)) return `@${value.id}`;
  if (value instanceof Date) return `D${value.getTime()}`;
  // In the order of insertion: code that iterates sees it.
  if (value instanceof Map) return `M${write([...value], where, depth)}`;
  if (value instanceof Set) return `S${write([...value], where, depth)}`;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return `${value.constructor.name}[${(value as Uint8Array).join()}]`;
  return writeFields(value as Readonly<Record<string, unknown>>, where, depth);
}

function writeFields(
  value: Readonly<Record<string, unknown>>,
  where: string,
  depth: number,
): string {
  const { constructor: made } = Object.getPrototypeOf(value) ?? {};
  const name = made === undefined || made === Object ? '' : made.name;
  const fields = Object.keys(value)
    .toSorted()
    .map((key) => `${key}:${write(value[key], `${where}.${key}`, depth)}`);
  return `${name}{${fields.join()}}`;
}

/** A reference to an actor: which one it is, is part of the state; what it does is not. */
function isActor(value: object): value is { readonly id: string } {
  return 'id' in value && 'send' in value && 'getSnapshot' in value;
}
