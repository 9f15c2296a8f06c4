// States and events in words, for reports and errors.
import type { AnyMachineSnapshot, EventObject, StateValue } from 'xstate';
import { shortEvent } from '../names.ts';

/** `idle`, `open.reading`, `left.on right.off`. */
export function valueText(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([name, inner]) => (inner === undefined ? name : under(name, inner)))
    .join(' ');
}

function under(name: string, inner: StateValue): string {
  const text = valueText(inner);
  if (text === '') return name;
  return text
    .split(' ')
    .map((part) => `${name}.${part}`)
    .join(' ');
}

export function dataText(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(dataText).join(', ')}]`;
  if (value instanceof Map) return `Map ${dataText([...value])}`;
  if (value instanceof Set) return `Set ${dataText([...value])}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if ('send' in value && 'id' in value) return `actor ${String(value.id)}`;
  return `{${fieldsText(value)}}`;
}

const fieldsText = (value: object) =>
  Object.entries(value)
    .map(([name, field]) => `${name}: ${dataText(field)}`)
    .join(', ');

/** `registered {used: 1, mapped: 0}`. */
export function snapshotText({ value, context, status }: AnyMachineSnapshot): string {
  const state = valueText(value as StateValue) || '(root)';
  const data = Object.keys(context as object).length === 0 ? '' : ` ${dataText(context)}`;
  return `${state}${data}${status === 'error' ? ' (error)' : ''}`;
}

/** `CREATE {finding: 'fine'}`. */
export function eventText({ type, ...payload }: EventObject): string {
  const shown = Object.fromEntries(
    Object.entries(payload).filter(([name, value]) => name !== '$guards' && value !== undefined),
  );
  const data = Object.keys(shown).length === 0 ? '' : ` ${dataText(shown)}`;
  return `${shortEvent(type)}${data}${guardsText(payload)}`;
}

/** What a machine without code is told about its guards (unknown-guards.ts). */
function guardsText(payload: object): string {
  if (!('$guards' in payload)) return '';
  const guards = Object.entries(payload.$guards as Readonly<Record<string, boolean>>);
  return guards.length === 0
    ? ''
    : ` [${guards.map(([name, holds]) => (holds ? name : `not ${name}`)).join(', ')}]`;
}
