// MAP requests that were put into the queue and refused by the device, until their callers learn of
// it: a value, so that a cell may hold it.

import { TextValue } from '../../runtime/index.ts';
import { errnoName } from '../../errno.ts';
import { hex } from '../../hex.ts';

export interface Failure {
  readonly domain: number;
  readonly start: number;
  readonly last: number;
  readonly errno: number;
}

export class Failures extends TextValue {
  readonly all: readonly Failure[];

  constructor(name: string, all: readonly Failure[]) {
    super(name);
    this.all = all;
  }

  with(failure: Failure): Failures {
    return failures([...this.all, failure]);
  }

  /** The first one of a domain that touches [start, last]. */
  find(domain: number, start: number, last: number): Failure | undefined {
    return this.all.find((f) => f.domain === domain && f.start <= last && f.last >= start);
  }

  /** Without those of a domain that touch [start, last]. */
  without(domain: number, start: number, last: number): Failures {
    const stays = (f: Failure) => f.domain !== domain || f.start > last || f.last < start;
    return failures(this.all.filter(stays));
  }
}

const known = new Map<string, Failures>();

function failures(all: readonly Failure[]): Failures {
  const text = (f: Failure) => `d${f.domain} ${hex(f.start)}-${hex(f.last)} ${errnoName(f.errno)}`;
  const name = all.map(text).join(', ');
  let value = known.get(name);
  if (value === undefined) known.set(name, (value = new Failures(name, all)));
  return value;
}

export const noFailures = failures([]);
