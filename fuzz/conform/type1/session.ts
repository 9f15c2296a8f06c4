// Replays a log of type1 from its first line to its last: each call alone, compared at once. A call
// that the kernel refused and the engine did not is taken back, so that no difference causes
// others.

import { errnoName, hex } from '../../../engine/index.ts';
import type { IommuOp } from '../../../engine/iommu/vocabulary/index.ts';
import { type Outcome, Violation } from '../../../engine/runtime/index.ts';
import { type Entry, type LogLine, numberField, returned } from '../log.ts';
import type { LineReport } from '../report.ts';
import { buffer, type Range, sameCall, type Type1Meaning, type1Meaning } from './calls.ts';
import type { Type1Host } from './host.ts';
import { memory } from './machine.ts';

/** What an operation may have been, and what had to be assumed for it. */
interface Attempt {
  readonly op: IommuOp;
  readonly note: string | null;
}

interface Answer {
  readonly agrees: boolean;
  readonly kernel: string;
  readonly engine: string;
  /** The engine did what the kernel did not. */
  readonly tooMuch: boolean;
}

/** Calls that answer a descriptor, which the engine does not number. */
const opens = new Set<IommuOp['op']>(['vfio_get_device_fd']);

export class Type1Session {
  private readonly log: readonly LogLine[];
  private readonly host: Type1Host;
  private joined = false;
  private mapped: Range = { iova: 0, size: 0 };
  private last: Outcome = { ret: 0 };

  constructor(log: readonly LogLine[], host: Type1Host) {
    this.log = log;
    this.host = host;
  }

  /** Replays one line; null for a comment. */
  next(at: number): LineReport | null {
    const entry = this.log[at] as LogLine;
    if (entry.kind === 'comment') return null;
    const meaning = type1Meaning(entry, this.mapped);
    if (meaning.kind === 'call') return this.call(entry, meaning.name, meaning.op);
    if (meaning.kind === 'reading') return this.reading(entry, meaning);
    const reason = 'an operation that the engine does not have';
    return { ...blank(entry, meaning.name), reason };
  }

  private reading(entry: Entry, meaning: Type1Meaning & { kind: 'reading' }): LineReport {
    const { dirty = 0, size } = this.last.out ?? {};
    const asked = meaning.unmapped === undefined ? [] : [hex(meaning.unmapped)];
    const kernel = [`${meaning.bits} dirty`, ...asked].join(', ');
    const engine = [`${dirty} dirty`, ...(asked.length === 0 ? [] : [hex(size ?? 0)])].join(', ');
    const verdict = kernel === engine ? 'agreed' : 'differs';
    return { ...blank(entry, 'bitmap'), kind: 'reading', verdict, kernel, engine };
  }

  private call(entry: Entry, name: string, op: IommuOp): LineReport {
    const before = this.join(entry, op);
    let first: Answer | null = null;
    for (const attempt of this.attempts(entry, op)) {
      const mark = this.host.mark();
      const outcome = this.host.run(attempt.op);
      const answer = compare(entry, op, outcome);
      first ??= answer;
      if (!answer.agrees) {
        if (answer.tooMuch || attempt.op !== op) this.host.back(mark);
        continue;
      }
      this.keep(attempt.op, outcome);
      return line(entry, name, answer, attempt.note ?? before);
    }
    return line(entry, name, first as Answer, before);
  }

  /** SET_CONTAINER is not in these logs: a SET_IOMMU says whether there is a group. */
  private join(entry: Entry, { op }: IommuOp): string | null {
    const alone = String(entry.fields['op']).includes('before any group');
    if (op !== 'vfio_set_iommu' || alone || this.joined) return null;
    this.joined = true;
    for (const step of [
      { op: 'vfio_register', device: 0 },
      { op: 'vfio_group_open', group: 0 },
      { op: 'vfio_set_container', group: 0, container: 0 },
    ] as const)
      this.host.run(step);
    return 'a group has joined the container, which the log does not list';
  }

  /**
   * Where the log has the same call with two results side by side, something differed that it does
   * not record: the address of the memory.
   */
  private attempts(entry: Entry, op: IommuOp): readonly Attempt[] {
    const plain = { op, note: null };
    if (op.op !== 'vfio_map_dma' || !this.unrecorded(entry)) return [plain];
    return [
      plain,
      { op: { ...op, va: buffer + 1 }, note: 'taken for a misaligned address' },
      { op: { ...op, va: memory.end }, note: 'taken for memory that is not there' },
    ];
  }

  private unrecorded(entry: Entry): boolean {
    const at = this.log.indexOf(entry);
    const from = this.log.slice(0, at).findLastIndex((l) => l.kind === 'comment') + 1;
    const end = this.log.findIndex((l, i) => i > at && l.kind === 'comment');
    const section = this.log.slice(from, end < 0 ? this.log.length : end);
    return section.some(
      (other) =>
        other.kind === 'entry' && sameCall(entry, other) && returned(entry) !== returned(other),
    );
  }

  private keep(op: IommuOp, outcome: Outcome | Violation): void {
    if (outcome instanceof Violation) return;
    this.last = outcome;
    if (op.op === 'vfio_map_dma' && outcome.ret === 0)
      this.mapped = { iova: op.iova, size: op.size };
  }
}

function compare(entry: Entry, op: IommuOp, outcome: Outcome | Violation): Answer {
  const kernel = returned(entry);
  const refused = kernel.startsWith('-');
  if (outcome instanceof Violation) {
    const engine = `stops: ${outcome.property}: ${outcome.message}`;
    return { agrees: false, kernel, engine, tooMuch: false };
  }
  const done = outcome.ret >= 0;
  const ret = done ? String(outcome.ret) : errnoName(outcome.ret);
  const same = opens.has(op.op) ? refused !== done : kernel === ret;
  const unmapped = numberField(entry, 'unmapped');
  // The structure of a call that fails is not written to.
  const asked = op.op === 'vfio_unmap_dma' ? op.size : 0;
  const size = done ? (outcome.out?.['size'] ?? 0) : asked;
  const tooMuch = refused && done;
  if (unmapped === undefined || unmapped === size)
    return { agrees: same, kernel, engine: same ? kernel : ret, tooMuch };
  return {
    agrees: false,
    kernel: `${kernel}, unmapped ${hex(unmapped)}`,
    engine: `${ret}, unmapped ${hex(size)}`,
    tooMuch,
  };
}

const blank = ({ line: at }: Entry, name: string): LineReport => ({
  line: at,
  kind: 'outside',
  name,
  verdict: 'outside',
  kernel: null,
  engine: null,
  reason: null,
  note: null,
  listed: false,
});

function line(entry: Entry, name: string, answer: Answer, note: string | null): LineReport {
  const { agrees, kernel, engine } = answer;
  const verdict = agrees ? 'agreed' : 'differs';
  return { ...blank(entry, name), kind: 'call', verdict, kernel, engine, note };
}
