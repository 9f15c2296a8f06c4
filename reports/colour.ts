// Colour for people, none for files: a painter either styles or returns its text as it is.

import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export type Painter = (style: Style, text: string) => string;

export const plain: Painter = (_, text) => text;

// Node 22 asks the real stdout whether to style unless told not to; here the caller has decided.
const always = { validateStream: false };
const style = styleText as (style: Style, text: string, options: typeof always) => string;

export const coloured: Painter = (name, text) => (text === '' ? '' : style(name, text, always));

/** NO_COLOR (any value but empty) wins, then FORCE_COLOR, then whether anybody is watching. */
export function painterFor(
  isTTY: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Painter {
  if ((env['NO_COLOR'] ?? '') !== '') return plain;
  const force = env['FORCE_COLOR'] ?? '';
  if (force !== '') return force === '0' ? plain : coloured;
  return isTTY && env['TERM'] !== 'dumb' ? coloured : plain;
}
