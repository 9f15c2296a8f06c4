// How much sooner several workers are done with a scope than one, each run a process of its own:
// `npm run bench:workers -- [--workers <n>] [--repeats <n>] [-- <options of check>]`. The answers must
// be the same, byte for byte.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageFolder } from '../../fuzz/package.ts';
import { disturbedAbove, median, type Repeated, repeat } from '../peers/harness/repeat.ts';
import { type Ended, runProcess } from '../peers/harness/process.ts';

/** Three tasks of two operations each that register and unregister: a minute or two for one worker. */
const usual = ['--scope', '3x2', '--subsystem', 'registration', '--context', 'register-cycle'];

const { values: options, positionals } = parseArgs({
  options: {
    workers: { type: 'string', default: '2' },
    repeats: { type: 'string', default: '3' },
  },
  allowPositionals: true,
});
const workers = countOf('workers');
const repeats = countOf('repeats');
const chosen = positionals.length > 0 ? positionals : usual;
const cli = join(packageFolder, 'dist/cli/main.js');
const noCap = 2 ** 31 - 1;

function countOf(name: 'workers' | 'repeats'): number {
  const count = Number(options[name]);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new Error(`--${name} ${options[name]}: not a count`);
}

async function by(count: number): Promise<Repeated<Ended>> {
  const args = [cli, 'check', ...chosen, '--workers', `${count}`];
  return repeat({ repeats, repeatsOfLong: repeats, attempts: 2 }, async (i) => {
    const run = await runProcess({ file: process.execPath, args }, tmpdir(), noCap);
    const { code, stdout, stderr } = run.output;
    if (code !== 0 && code !== 1) throw new Error(`check ended with ${code}: ${stderr || stdout}`);
    process.stderr.write(`${count} workers, run ${i + 1}: ${seconds(run.wallMs)}\n`);
    return { run, last: false };
  });
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

const wallsOf = ({ runs }: Repeated<Ended>) => runs.map(({ wallMs }) => wallMs);

function rowOf(count: number, measured: Repeated<Ended>): string {
  const { cpuMs, others } = measured;
  const walls = wallsOf(measured);
  const cores = (cpuMs / median(walls)).toFixed(2);
  const range = `${seconds(Math.min(...walls))} – ${seconds(Math.max(...walls))}`;
  const disturbed =
    others !== null && others > disturbedAbove
      ? `, disturbed: others used ${others.toFixed(2)} cores`
      : '';
  return `${count} worker${count === 1 ? '' : 's'}: ${seconds(median(walls))} (${range}), ${cores} cores${disturbed}`;
}

const one = await by(1);
const many = await by(workers);
const answers = new Set([...one.runs, ...many.runs].map(({ output }) => output.stdout));
const gain = median(wallsOf(one)) / median(wallsOf(many));
console.log(`check ${chosen.join(' ')}, median of ${repeats}`);
console.log(rowOf(1, one));
console.log(rowOf(workers, many));
console.log(`${gain.toFixed(2)} × as fast with ${workers} workers`);
if (answers.size !== 1) {
  console.log('the answers differ');
  process.exitCode = 1;
} else console.log('the answers are the same');
