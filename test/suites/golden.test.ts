// A finding that was written under schema version 1 still replays to the same steps.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { realServices } from '../../cli/wiring.ts';
import { readFinding, schemaVersion } from '../../fuzz/finding/index.ts';
import { toolVersion } from './search.ts';

const path = resolve(import.meta.dirname, 'golden', 'b1-schema-1.finding.json');

test('B1 as schema version 1 had it replays to the same steps', async () => {
  const finding = readFinding(readFileSync(path, 'utf8'));
  expect(finding).toMatchObject({ schema: schemaVersion, program: { system: 'spapr' } });
  const services = await realServices(toolVersion);
  const { outcome, trace, digest } = services.replay(finding);
  expect({ outcome, digest }).toEqual({ outcome: 'same', digest: finding.traceDigest });
  expect(trace.violation).toMatchObject({ property: 'MAP-008', key: 'success over a hole' });
});
