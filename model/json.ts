// A machine as an XState JSON configuration: what other tools, and `iommucheck model`, read. Code cannot
// be written as JSON: named guards and actions keep their names, inline ones get the name of their place.
import type { AnyStateMachine } from 'xstate';
import { normalise } from './names.ts';

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

export interface ExportedJson {
  readonly config: Json;
  /** What stands in the machine as code, by its place: without it the configuration is not the machine. */
  readonly code: readonly string[];
}

/** Values at these keys are guards, actions or actors: names, or functions that need one. */
const named = new Set(['guard', 'actions', 'entry', 'exit', 'src']);

export function toJson(machine: AnyStateMachine): ExportedJson {
  const code: string[] = [];

  const write = (value: unknown, path: readonly string[]): Json => {
    const place = path.join('.');
    if (typeof value === 'function') {
      code.push(place);
      return `${normalise(value).type} of ${place}`;
    }
    if (Array.isArray(value)) return value.map((item, i) => write(item, [...path, `${i}`]));
    if (typeof value === 'object' && value !== null) return fields(value, path);
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    // A forbidden event is declared as undefined.
    if (value === undefined) return {};
    code.push(place);
    return `${typeof value} of ${place}`;
  };

  const fields = (value: object, path: readonly string[]): Json => {
    // Invoked logic is an object with methods.
    if (path.at(-1) === 'src') {
      code.push(path.join('.'));
      return `actor of ${path.join('.')}`;
    }
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key, inner]) => isWritten(key, inner, path))
        .map(([key, inner]) => [key, write(inner, [...path, key])]),
    );
  };

  /** Code where no name may stand has no place in JSON; it is told, and left out. */
  const isWritten = (key: string, value: unknown, path: readonly string[]): boolean => {
    const isEvent = path.at(-1) === 'on';
    if (value === undefined) return isEvent;
    if (typeof value !== 'function' || named.has(key) || path.some((p) => named.has(p)))
      return true;
    code.push([...path, key].join('.'));
    return false;
  };

  return { config: write(machine.config, []), code };
}
