// The one-line text form: it survives mail, and says what happened to it when it did not.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FindingError } from './error.ts';
import { anyFinding, sampleFinding } from '../../test/toys/findings.ts';
import { isText, readText, replayablePart, wrapText, writeText } from './text.ts';

const text = writeText(sampleFinding);

function errorOn(input: string): string {
  try {
    readText(input);
  } catch (error) {
    if (error instanceof FindingError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('a finding as text', () => {
  test('reads back as what a replay needs', () => {
    fc.assert(
      fc.property(anyFinding, (finding) => {
        expect(readText(writeText(finding))).toEqual(replayablePart(finding));
      }),
      { numRuns: 300 },
    );
  });

  test('is a single line of modest length', () => {
    expect(text).toMatch(/^iommucheck1:[\w-]+$/);
    expect(text.length).toBeLessThan(1200);
  });

  test('survives wrapping, indentation and quotes', () => {
    const part = replayablePart(sampleFinding);
    expect(readText(wrapText(text))).toEqual(part);
    expect(readText(`\n  "${wrapText(text, 40).replaceAll('\n', '\r\n\t ')}"\n`)).toEqual(part);
  });

  test('identifies itself', () => {
    expect(isText(` ${text}`)).toBe(true);
    expect(isText('iommucheck9:AA')).toBe(true);
    expect(isText('findings/iommucheck1.json')).toBe(false);
  });
});

describe('refused', () => {
  test('cut off, at any place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: text.length - 1 }), (length) => {
        expect(errorOn(text.slice(0, length))).toMatch(/^truncated: /);
      }),
    );
    expect(errorOn(text.slice(0, 100)).replace(/\d+ of \d+/, 'n of m')).toMatchInlineSnapshot(
      `"truncated: the text is cut off: it holds n of m bytes; copy the whole text again, from iommucheck1: to its last character"`,
    );
  });

  test('altered, at any place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: text.length - 2 }), fc.nat(61), (at, turn) => {
        const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
        const other = alphabet[(alphabet.indexOf(text[at] as string) + 1 + turn) % 64] as string;
        const altered = text.slice(0, at) + other + text.slice(at + 1);
        expect(errorOn(altered)).toMatch(/^(checksum|truncated): /);
      }),
    );
    expect(errorOn(`${text}AAAA`)).toMatchInlineSnapshot(
      `"checksum: the text was altered on its way: 3 bytes too many; copy the whole text again, from iommucheck1: to its last character"`,
    );
    expect(errorOn(`${text.slice(0, 60)}x${text.slice(61)}`)).toMatchInlineSnapshot(
      `"checksum: the text was altered on its way: the checksum does not match; copy the whole text again, from iommucheck1: to its last character"`,
    );
  });

  test('not a finding, another version, a foreign character', () => {
    expect(errorOn('')).toMatchInlineSnapshot(
      `"not-text: the text is not a one-line finding: it is empty; the text form begins with iommucheck1:"`,
    );
    expect(errorOn('finding.json')).toMatchInlineSnapshot(
      `"not-text: the text is not a one-line finding: it begins with "finding.json"; the text form begins with iommucheck1:"`,
    );
    expect(errorOn('iommucheck2:AAAA')).toMatchInlineSnapshot(
      `"text-version: the text form has a version that this tool does not know: it is version 2, this tool reads version 1; replay it with the version of iommucheck that wrote it"`,
    );
    expect(errorOn(`${text.slice(0, 30)}…`)).toMatchInlineSnapshot(
      `"encoding: the text holds a character that is not base64url: "…" at character 19 after the colon; copy the whole text again, from iommucheck1: to its last character"`,
    );
  });
});
