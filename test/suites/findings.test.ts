// Findings are values: from JSON and from text they replay to the same steps; the same work gives the
// same bytes, on one thread or two.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from '../../bundle.ts';
import { realServices } from '../../cli/wiring.ts';
import { revisionById } from '../../engine/revisions/index.ts';
import { campaignService } from '../../fuzz/campaignService.ts';
import { checkScenario } from '../../fuzz/checker.ts';
import {
  canonicalJson,
  readFinding,
  readText,
  writeFinding,
  writeText,
} from '../../fuzz/finding/index.ts';
import { engineOf, maxStates, toolVersion } from './search.ts';

const engine = engineOf(revisionById('spapr/6.12')!);
const { signal } = new AbortController();

const sample = ['unregister-mapped', 'map-unregister', 'map-remove', 'first-maps', 'map-refused'];

test.each([...sample, 'create-refused', 'detach-one-of-two', 'first-registers'])(
  'what %s shows of spapr/6.12 replays to the same steps from a file and from text',
  async (scenario) => {
    const services = await realServices(toolVersion);
    const { found } = checkScenario(engine, scenario, { toolVersion, maxStates });
    expect(found.length).toBeGreaterThan(0);
    for (const { finding } of found) {
      for (const read of [readFinding(writeFinding(finding)), readText(writeText(finding))]) {
        const { outcome, digest, trace } = services.replay(read);
        expect({ outcome, digest }).toEqual({ outcome: 'same', digest: finding.traceDigest });
        expect(trace.violation).toMatchObject({ property: finding.property, key: finding.key });
      }
    }
  },
);

test('two campaigns with one seed are the same bytes', async () => {
  const plan = { engines: [engine], seed: 'twice', runs: 1000, expired: () => false } as const;
  const events = { progress: () => {}, found: () => {} };
  const run = () =>
    campaignService(toolVersion).fuzz({ ...plan, scheduler: 'pct' }, events, signal);
  const first = await run();
  expect(first[0]?.found.length).toBeGreaterThan(2);
  expect(canonicalJson(await run())).toBe(canonicalJson(first));
});

// Worker threads start from built scripts, so the project is built into a folder of its own, from where
// its packages are found.
const cache = resolve(import.meta.dirname, '../../node_modules/.cache');
let built = '';

beforeAll(async () => {
  mkdirSync(cache, { recursive: true });
  built = mkdtempSync(join(cache, 'suites-'));
  await bundle(built);
});

afterAll(() => rmSync(built, { recursive: true, force: true }));

test('one worker thread and two give the same results in the same order', () => {
  const check = (workers: number) => {
    const scenarios = sample.flatMap((id) => ['--scenario', id]);
    const args = ['check', '--revision', 'spapr/6.12', ...scenarios, '--json'];
    const main = join(built, 'cli/main.js');
    return spawnSync(process.execPath, [
      main,
      ...args,
      '--workers',
      `${workers}`,
    ]).stdout.toString();
  };
  const one = check(1);
  expect(check(2)).toBe(one);
  const { items } = JSON.parse(one) as { items: { scenario: string }[] };
  expect(items.map((item) => item.scenario)).toEqual(sample);
  expect(one).toContain('REG-007');
});
