// A finding as one line of text, to paste into a mail or a commit message: `iommucheck1:` and the
// base64url of length, deflated canonical JSON of the replayable part, and checksum. White space
// anywhere (a wrapped line) and one pair of quotes around it do no harm.

import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { canonicalJson } from './canonical.ts';
import { FindingError } from './error.ts';
import { validated } from './file.ts';
import { type Finding, type Replayable, replayableSchema } from './schema.ts';

const prefix = /^iommucheck(\d+):/;
const lengthBytes = 4;
const checksumBytes = 6;
const frameBytes = lengthBytes + checksumBytes;
/** More than any program and schedule: a forged text must not eat the memory. */
const maxOutputLength = 1 << 26;
const again = 'copy the whole text again, from iommucheck1: to its last character';

/** The part of a finding that a replay needs. */
export function replayablePart(finding: Finding | Replayable): Replayable {
  const { tool, toolVersion, schema, revision, deltas, program, decisions } = finding;
  const { property, key, message, traceDigest } = finding;
  const engine = { tool, toolVersion, schema, revision, deltas };
  return { ...engine, program, decisions, property, key, message, traceDigest };
}

export function writeText(finding: Finding | Replayable): string {
  const json = canonicalJson(replayablePart(finding), 0);
  const body = deflateRawSync(Buffer.from(json, 'utf8'), { level: 9 });
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(body.length);
  return `iommucheck1:${Buffer.concat([length, body, checksum(body)]).toString('base64url')}`;
}

/** Whether this looks like a finding's text form (of any version) rather than a file name. */
export function isText(text: string): boolean {
  return prefix.test(bare(text));
}

/** The text in lines that fit a mail. */
export function wrapText(text: string, columns = 76): string {
  return (text.match(new RegExp(`.{1,${columns}}`, 'g')) ?? []).join('\n');
}

export function readText(text: string): Replayable {
  const body = unframe(decode(payload(bare(text))));
  return validated(replayableSchema, unpack(body)) as Replayable;
}

function unpack(body: Buffer): unknown {
  try {
    return JSON.parse(inflateRawSync(body, { maxOutputLength }).toString('utf8'));
  } catch (error) {
    throw new FindingError(
      'checksum',
      '',
      `it does not unpack: ${(error as Error).message}`,
      again,
    );
  }
}

function bare(text: string): string {
  const joined = text.replace(/\s+/g, '');
  return /^(["'`]).*\1$/.test(joined) ? joined.slice(1, -1) : joined;
}

function payload(text: string): string {
  const match = prefix.exec(text);
  if (match === null) {
    const start =
      text === '' ? 'it is empty' : `it begins with ${JSON.stringify(text.slice(0, 12))}`;
    throw new FindingError('not-text', '', start, 'the text form begins with iommucheck1:');
  }
  if (match[1] !== '1')
    throw new FindingError(
      'text-version',
      '',
      `it is version ${match[1]}, this tool reads version 1`,
      'replay it with the version of iommucheck that wrote it',
    );
  return text.slice(match[0].length);
}

function decode(payload: string): Buffer {
  const bad = /[^A-Za-z0-9_-]/.exec(payload);
  if (bad === null) return Buffer.from(payload, 'base64url');
  const reason = `${JSON.stringify(bad[0])} at character ${bad.index + 1} after the colon`;
  throw new FindingError('encoding', '', reason, again);
}

function unframe(bytes: Buffer): Buffer {
  const wanted = bytes.length < lengthBytes ? frameBytes : bytes.readUInt32BE(0) + frameBytes;
  const has = `it holds ${bytes.length} of ${wanted} bytes`;
  if (bytes.length < wanted) throw new FindingError('truncated', '', has, again);
  const body = bytes.subarray(lengthBytes, wanted - checksumBytes);
  if (bytes.length === wanted && checksum(body).equals(bytes.subarray(wanted - checksumBytes)))
    return body;
  const extra = bytes.length - wanted;
  const reason = extra > 0 ? `${extra} bytes too many` : 'the checksum does not match';
  throw new FindingError('checksum', '', reason, again);
}

function checksum(body: Buffer): Buffer {
  return createHash('sha256').update(body).digest().subarray(0, checksumBytes);
}
