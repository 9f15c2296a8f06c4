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
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return `${value}`;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value === undefined) return 'u';
  if (value === null) return '_';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'object') return writeObject(value, where, depth + 1);
  return refuse(`${where} is a ${typeof value}: states that differ by it cannot be told apart`);
}

function refuse(message: string): never {
  throw new ModelError(
    message,
    'keep plain data in the context: an id instead of an object; what never changes belongs outside',
  );
}

function writeObject(value: object, where: string, depth: number): string {
  if (depth > deepest)
    return refuse(`${where} is nested deeper than ${deepest} levels, or refers to itself`);
  if (Array.isArray(value))
    return `[${value.map((item, i) => write(item, `${where}[${i}]`, depth)).join()}]`;
  if (isActor(value)) return `@${value.id}`;
  if (value instanceof Date) return `D${value.getTime()}`;
  // In the order of insertion: code that iterates sees it.
  if (value instanceof Map) return `M${write([...value], where, depth)}`;
  if (value instanceof Set) return `S${write([...value], where, depth)}`;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return `${value.constructor.name}[${(value as Uint8Array).join()}]`;
  // A RegExp, an Error, a WeakMap: what they hold is not in their fields.
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (kind !== 'Object')
    return refuse(`${where} is a ${kind}: states that differ by it cannot be told apart`);
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
