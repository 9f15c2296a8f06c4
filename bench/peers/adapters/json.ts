// Reads the answers of the processes that the bench itself brings: one line of JSON.

import type { Answer, Output } from '../peer.ts';

const numbers = [
  'states',
  'transitions',
  'traces',
  'runs',
  'steps',
  'switches',
  'rssMb',
] as const satisfies readonly (keyof Answer)[];

/** `otherwise` is what the process can say when it has met no violation. */
export function readJson({ stdout }: Output, otherwise: 'holds' | 'nothing found'): Answer {
  const line = stdout.trim().split('\n').at(-1) ?? '';
  let raw: Readonly<Record<string, unknown>>;
  try {
    raw = JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    throw new Error(`its last line is not JSON: '${line.slice(0, 80)}'`);
  }
  if (typeof raw['violated'] !== 'boolean')
    throw new Error(`it says nothing of a verdict: ${line}`);
  if (raw['complete'] === false) throw new Error(`its search is not complete: ${line}`);
  const given = numbers.filter((key) => typeof raw[key] === 'number');
  return {
    verdict: raw['violated'] ? 'violated' : otherwise,
    ...Object.fromEntries(given.map((key) => [key, raw[key]])),
  };
}
