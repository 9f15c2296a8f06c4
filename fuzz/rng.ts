// The one source of pseudo-random numbers: alea, seeded by text, never global. A run's seed is a pure
// function of the campaign's seed and the run's index, so that any worker can make any run.

import seedrandom from 'seedrandom';

/** Where a generator stands; plain data, may be stored as JSON. */
export type RngState = seedrandom.State.Alea;

export class Rng {
  private readonly draw: seedrandom.StatefulPRNG<RngState>;

  private constructor(draw: seedrandom.StatefulPRNG<RngState>) {
    this.draw = draw;
  }

  static seeded(seed: string): Rng {
    return new Rng(seedrandom.alea(seed, { state: true }));
  }

  static restored(state: RngState): Rng {
    return new Rng(seedrandom.alea('', { state }));
  }

  /** A whole number in [0, n). */
  next(n: number): number {
    return Math.floor(this.draw() * n);
  }

  /** A number in [0, 1). */
  float(): number {
    return this.draw();
  }

  save(): RngState {
    return this.draw.state();
  }
}

/** The seed of run `index` of the campaign `seed`. */
export function derive(seed: string, index: number): string {
  return `${seed}/${index}`;
}
