// The command line on the real engine: a finding of each kind, from the search to its replay.

import { expect, test } from 'vitest';
import { deltaById } from '../../engine/defects/index.ts';
import { writeFinding, writeText } from '../../fuzz/finding/index.ts';
import { instantiate } from '../../fuzz/instance.ts';
import { scenarioById } from '../../fuzz/scenarios/index.ts';
import { makeFinding } from '../../fuzz/trace/index.ts';
import { realServices } from '../../cli/wiring.ts';
import { failingRun } from '../toys/failing.ts';
import { iommucheck, type Options } from './fake.ts';

const real = async (args: string[], options: Options = {}) => {
  const services = await realServices('0.1.0');
  return iommucheck(args, { ...options, services: () => services });
};

function findingOf(delta: string, scenario: string, preemptions: number) {
  const deltas = [deltaById(delta)!];
  const instance = () => instantiate(scenarioById(scenario)!.program, deltas);
  const engine = { toolVersion: '0.1.0', revision: 'reference', deltas: [delta] };
  return makeFinding({ ...engine, instance: instance(), ...failingRun(instance(), preemptions) });
}

test.each([
  ['B1', 'map-unregister', 1],
  ['A1', 'attach-twice', 0],
  ['R1', 'exit-registered', 0],
  ['B2', 'map-refused', 0],
  ['L1', 'map-remove', 2],
  ['BUG-W', 'first-maps', 2],
])('%s in %s replays from a file and from text to the same steps', async (delta, scenario, n) => {
  const finding = findingOf(delta, scenario, n);
  const fromFile = await real(['replay', '-'], { stdin: writeFinding(finding) });
  const fromText = await real(['replay', writeText(finding)]);
  expect(fromFile.stdout.split('\n').at(-2)).toBe('replayed: the same verdict and the same steps');
  expect(fromFile.code).toBe(1);
  expect(fromText.stdout).toBe(fromFile.stdout);
  if (process.env['SHOW']) console.log(fromFile.stdout);
});

test('the catalogues list everything, and every name leads on', async () => {
  const ids = async (name: string) =>
    (JSON.parse((await real([name, '--json'])).stdout) as { id: string }[]).map((x) => x.id);
  expect(await ids('revisions')).toContain('spapr/6.12');
  expect(await ids('scenarios')).toContain('attach-twice');
  expect(await ids('properties')).toContain('use-after-free');
  for (const id of await ids('defects')) expect((await real(['defects', id])).code).toBe(0);
});
