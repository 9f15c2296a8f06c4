// The schedulers of a campaign by name. What one run of a program teaches, its next runs use; what is
// known of one program says nothing about another, so each has schedules of its own, and run i stays a
// function of the seed and i.

import type { SchedulerName } from './campaign.ts';
import { Rng } from './rng.ts';
import { Guided } from './schedulers/guided.ts';
import { Orders } from './schedulers/orders.ts';
import { type ContestedSteps, Pct } from './schedulers/pct.ts';
import { Pos } from './schedulers/pos.ts';
import { PreemptionBounded } from './schedulers/preemptionBounded.ts';
import { RandomWalk } from './schedulers/random.ts';
import type { Scheduler } from './schedulers/scheduler.ts';

/** PCT: bugs that need so many ordering constraints, over so many steps until a run has more. */
const pctDepth = 3;
const pctSteps = 16;
/** Preemptions of a `pb` run. */
const preemptionBound = 2;

type Plain = Exclude<SchedulerName, 'mix'>;

const turns = ['guided', 'pos', 'pct', 'random'] as const satisfies readonly Plain[];

/** The schedulers of one program's runs, in the order of the runs. */
export class Schedules {
  private readonly name: SchedulerName;
  private readonly makers: Readonly<Record<Plain, (rng: Rng) => Scheduler>>;
  private run = 0;

  constructor(name: SchedulerName) {
    this.name = name;
    const orders = new Orders();
    const steps: ContestedSteps = { most: pctSteps };
    this.makers = {
      guided: (rng) => new Guided(rng, orders),
      pos: (rng) => new Pos(rng),
      pct: (rng) => new Pct(rng, { depth: pctDepth, steps }),
      pb: (rng) => new PreemptionBounded(rng, { bound: preemptionBound }),
      random: (rng) => new RandomWalk(rng),
    };
  }

  /** The scheduler of the next run. */
  next(seed: string): Scheduler {
    const turn = turns[this.run++ % turns.length] as Plain;
    return this.makers[this.name === 'mix' ? turn : this.name](Rng.seeded(seed));
  }
}
