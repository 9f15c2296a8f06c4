// The command table, in the order of help.

import type { Command } from '../command.ts';
import { check } from './check.ts';
import { conform } from './conform.ts';
import { fuzz } from './fuzz.ts';
import { linearize } from './linearize.ts';
import { defects, properties, revisions, scenarios } from './lists.ts';
import { model } from './model.ts';
import { replay } from './replay.ts';

export const commands: readonly Command[] = [
  check,
  fuzz,
  replay,
  conform,
  model,
  linearize,
  defects,
  revisions,
  scenarios,
  properties,
];
