// A finding as a document: what is written reads back, to the byte; what is wrong is named.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FindingError } from './error.ts';
import { readFinding, writeFinding } from './file.ts';
import type { Finding } from './schema.ts';
import { readText, replayablePart, writeText } from './text.ts';
import { anyFinding, sampleFinding } from '../../test/toys/findings.ts';

type Json = Record<string, unknown>;

const document = (): Json => JSON.parse(writeFinding(sampleFinding)) as Json;

/** The sample with `value` at `path`, read: the error that this gives. */
function errorOf(path: string, value: unknown): string {
  const root = document();
  const keys = path.split('.');
  const parent = keys.slice(0, -1).reduce((at, key) => at[key] as Json, root);
  parent[keys.at(-1) as string] = value;
  return errorOn(JSON.stringify(root));
}

function errorOn(text: string): string {
  try {
    readFinding(text);
  } catch (error) {
    if (error instanceof FindingError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('a finding as JSON', () => {
  test('reads back as it was, and is written to the same bytes', () => {
    fc.assert(
      fc.property(anyFinding, (finding) => {
        const text = writeFinding(finding);
        expect(readFinding(text)).toEqual(finding);
        expect(writeFinding(readFinding(text))).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  test('does not depend on the order of keys', () => {
    const turned = Object.fromEntries(Object.entries(sampleFinding).reverse());
    expect(writeFinding(turned as typeof sampleFinding)).toBe(writeFinding(sampleFinding));
  });

  test('keeps addresses above 2^53 as hex strings', () => {
    expect(writeFinding(sampleFinding)).toContain('"tce64Start": "0x800000000000000"');
    const { geometry } = readFinding(writeFinding(sampleFinding)).program.topology;
    expect(geometry).toMatchObject({ tce64Start: 2 ** 59 });
  });
});

describe('schema version 1', () => {
  const old = (change: Json = {}): string => {
    const { system: _system, ...program } = document()['program'] as Json;
    return JSON.stringify({ ...document(), schema: 1, program: { ...program, ...change } });
  };

  test('is read as a finding of SPAPR registration', () => {
    expect(readFinding(old())).toEqual(sampleFinding);
    expect(writeFinding(readFinding(old()))).toBe(writeFinding(sampleFinding));
  });

  test('as text, too', () => {
    const text = writeText({ ...(JSON.parse(old()) as Finding) });
    expect(readText(text)).toEqual(replayablePart(sampleFinding));
  });

  test('had no systems', () => {
    expect(errorOn(old({ system: 'iommu' }))).toMatchInlineSnapshot(
      `"invalid: the finding breaks its schema: program: unknown key "system": programs have it from schema version 2 on; a finding is replayed as it was written: restore the original"`,
    );
  });
});

describe('refused', () => {
  test('what is no finding at all', () => {
    expect(errorOn('')).toMatchInlineSnapshot(
      `"not-json: the file is not JSON: it is empty; a cut-off copy looks like this too: fetch the file again, or paste its text form"`,
    );
    expect(errorOn(writeFinding(sampleFinding).slice(0, 99))).toMatch(/^not-json: the file is not/);
    expect(errorOn('[]')).toMatchInlineSnapshot(
      `"not-a-finding: the document is not a finding of iommucheck: it is an array; findings come from iommucheck check --out or fuzz --out"`,
    );
    expect(errorOn('{"a": 1}')).toMatchInlineSnapshot(
      `"not-a-finding: the document is not a finding of iommucheck: tool: the field is missing; a finding holds "tool": "iommucheck""`,
    );
  });

  test('another schema version', () => {
    expect(errorOf('schema', 3)).toMatchInlineSnapshot(
      `"schema-version: the finding has a schema version that this tool does not know: schema: it is 3, this tool reads 1 to 2; replay it with iommucheck 0.1.0"`,
    );
  });

  test('an unknown key, wherever it is', () => {
    expect(errorOf('note', 1)).toMatchInlineSnapshot(
      `"invalid: the finding breaks its schema: unknown key "note"; a finding is replayed as it was written: restore the original"`,
    );
    expect(errorOf('program.setup.0.grop', 1)).toMatchInlineSnapshot(
      `"invalid: the finding breaks its schema: program.setup[0]: unknown key "grop"; a finding is replayed as it was written: restore the original"`,
    );
  });

  test('an operation that does not exist', () => {
    expect(errorOf('program.tasks.0.ops.0.op', 'mmap')).toMatchInlineSnapshot(
      `"invalid: the finding breaks its schema: program.tasks[0].ops[0].op: Invalid discriminator value. Expected 'attach' | 'detach' | 'close' | 'enable' | 'disable' | 'eeh' | 'unknownIoctl' | 'register' | 'unregister' | 'map' | 'unmap' | 'create' | 'remove' | 'info' | 'checkExtension'; a finding is replayed as it was written: restore the original"`,
    );
  });

  test('an index that names nothing', () => {
    expect(errorOf('program.tasks.1.ops.0.container', 7)).toMatchInlineSnapshot(
      `"invalid: the finding breaks its schema: program.tasks[1].ops[0].container: there is no container 7: the topology has 1, numbered from 0; a finding is replayed as it was written: restore the original"`,
    );
  });

  test('a u64 that a double cannot hold', () => {
    expect(errorOf('program.setup.1.va', '0x20000000000001')).toMatchInlineSnapshot(
      `"invalid: the finding breaks its schema: program.setup[1].va: 0x20000000000001 cannot be held exactly: above 2^53 use a multiple of 4096 (0x1000); a finding is replayed as it was written: restore the original"`,
    );
    expect(errorOf('program.setup.1.va', '0x10000000000000000')).toMatchInlineSnapshot(
      `"invalid: the finding breaks its schema: program.setup[1].va: 0x10000000000000000 does not fit in 64 bits; a finding is replayed as it was written: restore the original"`,
    );
    expect(errorOf('program.setup.1.va', 2 ** 60)).toMatchInlineSnapshot(
      `"invalid: the finding breaks its schema: program.setup[1].va: 1152921504606847000 is above 2^53 and may have been rounded: write it as a hex string; a finding is replayed as it was written: restore the original"`,
    );
    expect(errorOf('program.setup.1.va', -4096)).toMatchInlineSnapshot(
      `"invalid: the finding breaks its schema: program.setup[1].va: -4096 is not a whole number from 0 to 2^64-1; a finding is replayed as it was written: restore the original"`,
    );
    expect(errorOf('program.setup.1.va', '65536')).toMatchInlineSnapshot(
      `"invalid: the finding breaks its schema: program.setup[1].va: "65536" is neither a whole number nor a hex string; a finding is replayed as it was written: restore the original"`,
    );
  });

  test('choices out of order or past the end', () => {
    expect(errorOf('decisions.choices', [[99, 1]])).toMatchInlineSnapshot(
      `"invalid: the finding breaks its schema: decisions.choices[0][0]: step 99 is past the 64 steps; a finding is replayed as it was written: restore the original"`,
    );
    expect(
      errorOf('decisions.choices', [
        [5, 1],
        [5, 2],
      ]),
    ).toMatchInlineSnapshot(
      `"invalid: the finding breaks its schema: decisions.choices[1][0]: step 5 is out of order; a finding is replayed as it was written: restore the original"`,
    );
  });
});
