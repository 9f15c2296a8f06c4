// Values that are equal if their keys are: one object and one number for all of them.

export interface Keyed {
  /** Canonical: equal if and only if the values are the same. */
  readonly key: string;
}

/** Of equal values the one that was met first, and a number for it. */
export class Canon<T extends Keyed> {
  private readonly byKey = new Map<string, T>();
  private readonly numbers = new Map<T, number>();

  of(value: T): T {
    if (this.numbers.has(value)) return value;
    const known = this.byKey.get(value.key);
    if (known !== undefined) return known;
    this.byKey.set(value.key, value);
    this.numbers.set(value, this.numbers.size);
    return value;
  }

  /** Of a value that `of` has returned. */
  numberOf(value: T): number {
    return this.numbers.get(value) as number;
  }
}
