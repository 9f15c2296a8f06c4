// Writes the generated documents of docs/: npm run docs.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AnyOp, type Op, opText } from '../engine/index.ts';
import { packageFolder } from '../fuzz/package.ts';
import { type Scenario, scenarios } from '../fuzz/scenarios/index.ts';
import { generatedDocs, type ScenarioRow } from '../reports/docs.ts';
import { opText as opWords } from '../reports/words.ts';
import { catalogue } from './catalogue.ts';

function rowOf({ program, ...scenario }: Scenario): ScenarioRow {
  const lists: (readonly AnyOp[])[] = [program.setup, ...program.tasks.map((task) => task.ops)];
  const text = (op: AnyOp) =>
    program.system === 'spapr' ? opText(op as Op) : opWords(op, program);
  const [setup = '', ...tasks] = lists.map((ops) => ops.map(text).join('; '));
  const before = setup === '' ? '' : `${setup}; then `;
  return { ...scenario, program: `${before}${tasks.join(' ∥ ')}` };
}

/** Every document as it should be. */
export const docs = generatedDocs(catalogue, scenarios.map(rowOf));

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = join(packageFolder, 'docs');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(docs)) writeFileSync(join(folder, name), text);
}
