// How much sooner several workers are done with a scope than one: `npm run bench:workers -- --help`.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageFolder } from '../../fuzz/package.ts';
import { parseOptions, positive, runBench } from '../commandLine.ts';
import { type Ended, runProcess } from '../peers/harness/process.ts';
import { disturbedAbove, median, type Repeated, repeat } from '../peers/harness/repeat.ts';

/** Three tasks of two operations each that register and unregister: a minute or two for one worker. */
const usual = ['--scope', '3x2', '--subsystem', 'registration', '--context', 'register-cycle'];

const help = `npm run bench:workers -- [options] [-- <options of iommucheck check>]

Checks a scope with one worker and with several, each run a process of its own, and prints how much
sooner several are done. The answers must be the same, byte for byte: else exit code 1.
Without options of check: ${usual.join(' ')}

  --workers <n>  how many are several (default: 2)
  --repeats <n>  runs of each; the median counts (default: 3)
  --help         this text
`;

const cli = join(packageFolder, 'dist/cli/main.js');
const noCap = 2 ** 31 - 1;

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseOptions({
    args: [...args],
    options: {
      workers: { type: 'string', default: '2' },
      repeats: { type: 'string', default: '3' },
    },
    allowPositionals: true,
  });
  const workers = positive('workers', values.workers);
  const repeats = positive('repeats', values.repeats);
  const scope = positionals.length > 0 ? positionals : usual;
  const one = await by(1, scope, repeats);
  const many = await by(workers, scope, repeats);
  const answers = new Set([...one.runs, ...many.runs].map(({ output }) => output.stdout));
  const gain = median(wallsOf(one)) / median(wallsOf(many));
  console.log(`check ${scope.join(' ')}, median of ${repeats}`);
  console.log(rowOf(1, one));
  console.log(rowOf(workers, many));
  console.log(`${gain.toFixed(2)} × as fast with ${workers} workers`);
  console.log(answers.size === 1 ? 'the answers are the same' : 'the answers differ');
  if (answers.size !== 1) process.exitCode = 1;
}

async function by(
  workers: number,
  scope: readonly string[],
  repeats: number,
): Promise<Repeated<Ended>> {
  const args = [cli, 'check', ...scope, '--workers', `${workers}`];
  return repeat({ repeats, repeatsOfLong: repeats, attempts: 2 }, async (i) => {
    const run = await runProcess({ file: process.execPath, args }, tmpdir(), noCap);
    const { code, stdout, stderr } = run.output;
    if (code !== 0 && code !== 1) throw new Error(`check ended with ${code}: ${stderr || stdout}`);
    process.stderr.write(`${workers} workers, run ${i + 1}: ${seconds(run.wallMs)}\n`);
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

await runBench(help, main);
