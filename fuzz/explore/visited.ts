// The set of visited states: 64-bit fingerprints in open addressing, two 32-bit lanes a slot. Once it
// is large it is cut into segments by the fingerprint: each grows on its own, in the cache, and
// growing never needs the memory of two tables. The segments begin with different sizes, so that they
// double at different times: a state costs about 14 bytes, however many millions there are.

const maxLoad = 0.8;
const firstCapacity = 1 << 10;
/** States at which the one segment is cut into many. */
const cutAt = 1 << 14;
const segmentCount = 1 << 8;

/** One open-addressing table. A slot of two zeros is empty. */
class Segment {
  private slots: Int32Array;
  private capacity: number;
  private limit: number;
  private size = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.slots = new Int32Array(2 * capacity);
    this.limit = Math.floor(capacity * maxLoad);
  }

  /** Adds a fingerprint; false if it was there. */
  add(lane1: number, lane2: number): boolean {
    const { slots, capacity } = this;
    // Multiply-shift onto [0, capacity): needs no power of two.
    let i = Math.floor(((lane1 >>> 0) * capacity) / 0x1_0000_0000);
    for (;;) {
      const a = slots[2 * i] as number;
      const b = slots[2 * i + 1] as number;
      if (a === lane1 && b === lane2) return false;
      if ((a | b) === 0) break;
      if (++i === capacity) i = 0;
    }
    slots[2 * i] = lane1;
    slots[2 * i + 1] = lane2;
    if (++this.size > this.limit) this.grow();
    return true;
  }

  get bytes(): number {
    return this.slots.byteLength;
  }

  forEach(see: (lane1: number, lane2: number) => void): void {
    const { slots } = this;
    for (let i = 0; i < slots.length; i += 2) {
      const a = slots[i] as number;
      const b = slots[i + 1] as number;
      if ((a | b) !== 0) see(a, b);
    }
  }

  private grow(): void {
    const bigger = new Segment(2 * this.capacity);
    this.forEach((a, b) => bigger.add(a, b));
    this.slots = bigger.slots;
    this.capacity = bigger.capacity;
    this.limit = bigger.limit;
  }
}

export class Visited {
  private segments = [new Segment(firstCapacity)];
  private mask = 0;
  size = 0;

  /** Adds a fingerprint; false if it was there. */
  add(lane1: number, lane2: number): boolean {
    if ((lane1 | lane2) === 0) lane2 = 1;
    const isNew = (this.segments[lane2 & this.mask] as Segment).add(lane1, lane2);
    if (isNew && ++this.size === cutAt) this.cut();
    return isNew;
  }

  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /** Probability that two of the visited states share a fingerprint (birthday bound). */
  get collisionProbability(): number {
    return -Math.expm1((-this.size * (this.size - 1)) / 2 / 2 ** 64);
  }

  private cut(): void {
    const [whole] = this.segments as [Segment];
    const least = (1.5 * cutAt) / segmentCount;
    const capacity = (i: number) => Math.ceil(least * 2 ** (i / segmentCount));
    this.mask = segmentCount - 1;
    this.segments = Array.from({ length: segmentCount }, (_, i) => new Segment(capacity(i)));
    whole.forEach((a, b) => (this.segments[b & this.mask] as Segment).add(a, b));
  }
}
