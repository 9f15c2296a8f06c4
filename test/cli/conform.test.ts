// iommucheck conform as a user meets it: the log of a live kernel, and everything that can be wrong
// with a command line or a log.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { iommucheck } from './fake.ts';

const read = (name: string) => readFileSync(`${import.meta.dirname}/../kernel/${name}`, 'utf8');
const name = 'powernv9-6.12.107';
const files = {
  'live.jsonl': read(`${name}.jsonl`),
  'live.annotations.json': read(`${name}.annotations.json`),
};

test('the log of a live kernel: sums, the one difference and its reason', async () => {
  const { code, stdout } = await iommucheck(['conform', 'live.jsonl'], { files });
  expect(code).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "live.jsonl on spapr/6.12, powernv9 with 4K pages

      calls     164 compared, 163 agreed, 1 differ
      readings  22 compared, 22 agreed, 0 differ
      outside   36 lines of what the engine does not have
      listed    1 difference with a known reason

    differing lines:
      line 56 REGISTER_MEMORY: listed
        kernel -EINVAL, engine 0
        REGISTER with an argument that the log does not record, among the bad arguments: the line shows a call that is right in every other field. Flags that are not 0, or a short argsz, give this answer

    outside the engine:
         3  binding of drivers to devices
        24  an operation of a device
         9  a summary of many calls that the log does not list

    the engine agrees with the kernel, but for 1 listed difference
    "
  `);
});

test('another revision: exit 1, each difference with its line', async () => {
  const args = ['conform', 'live.jsonl', '--revision', 'reference'];
  const { code, stdout } = await iommucheck(args, { files });
  expect(code).toBe(1);
  expect(stdout).toContain('line 82 UNREGISTER_MEMORY: differs\n    kernel 0, engine -EBUSY\n');
  expect(stdout).toMatch(/15 differences without a reason\n$/);
});

test('a log of type1: its kernel and its IOMMU are told, or seen', async () => {
  const files = { 'type1.jsonl': read('type1/virtio-7.2.jsonl') };
  const told = await iommucheck(
    ['conform', 'type1.jsonl', '--iommu', 'virtio', '--revision', 'core/7.2'],
    { files },
  );
  expect(told.stdout).toMatchInlineSnapshot(`
    "type1.jsonl on core/7.2, virtio IOMMU with 4K pages

      calls     83 compared, 83 agreed, 0 differ
      readings  5 compared, 5 agreed, 0 differ
      outside   0 lines of what the engine does not have

    the engine agrees with the kernel
    "
  `);
  expect(told.code).toBe(0);
  const other = await iommucheck(['conform', 'type1.jsonl', '--iommu', 'intel'], { files });
  expect(other.code).toBe(1);
  expect(other.stdout).toContain('on core/7.2, intel IOMMU with 4K pages');
  expect(other.stdout).toContain('line 48 MAP_DMA: differs\n    kernel 0, engine -EINVAL\n');
});

test('every line on request, and as JSON', async () => {
  const all = await iommucheck(['conform', 'live.jsonl', '--all'], { files });
  expect(all.stdout).toContain('  5  agreed   GET_API_VERSION 0\n');
  const { code, stdout } = await iommucheck(['conform', 'live.jsonl', '--json'], { files });
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as { lines: unknown[]; counts: object };
  expect(report).toMatchObject({ command: 'conform', revision: 'spapr/6.12', machine: 'powernv9' });
  expect(report.counts).toMatchObject({ unlisted: 0, listed: 1 });
  expect(report.lines).toHaveLength(222);
});

test('standard input has no annotations; the machine may be told', async () => {
  const args = ['conform', '-', '--machine', 'pseries', '--host-page', '65536'];
  const { code, stdout } = await iommucheck(args, { stdin: files['live.jsonl'] });
  expect(code).toBe(1);
  expect(stdout).toContain('- on spapr/6.12, pseries with 64K pages');
});

test.each([
  [['conform'], 2, 'conform needs a log'],
  [['conform', 'live.jsonl', '--revision', 'spapr/7'], 2, "unknown revision 'spapr/7'"],
  [['conform', 'live.jsonl', '--machine', 'x86'], 2, '--machine x86: expected powernv9 or pseries'],
  [['conform', 'live.jsonl', '--iommu', 'sun'], 2, '--iommu sun: expected intel or amd or virtio'],
  [['conform', 'live.jsonl', '--host-page', '1'], 2, '--host-page 1: expected 4096 or 65536'],
  [['conform', 'none.jsonl'], 5, 'none.jsonl cannot be read'],
  [['conform', '-'], 5, 'standard input: the log is empty'],
  [['conform', 'bad.jsonl'], 5, 'bad.jsonl: line 2: not JSON'],
])('%j ends with %i', async (args, code, message) => {
  const bad = { 'bad.jsonl': '# a comment\n{"op": ' };
  const result = await iommucheck(args, { files: { ...files, ...bad }, stdin: '' });
  expect(result.code).toBe(code);
  expect(result.stderr).toContain(message);
  expect(result.stderr).not.toMatch(/\n +at /);
});
