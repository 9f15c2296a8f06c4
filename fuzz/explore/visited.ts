// The set of visited states: 64-bit fingerprints in open addressing, two 32-bit lanes a slot. It
// grows by half at a load of 0.8, so that it holds at most 15 bytes a state once it has grown.

const maxLoad = 0.8;
const growth = 1.5;

export class Visited {
  private slots: Int32Array;
  private capacity: number;
  private limit: number;
  size = 0;

  constructor(capacity = 1 << 12) {
    this.capacity = capacity;
    this.slots = new Int32Array(2 * capacity);
    this.limit = Math.floor(capacity * maxLoad);
  }

  /** Adds a fingerprint; false if it was there. */
  add(lane1: number, lane2: number): boolean {
    if ((lane1 | lane2) === 0) lane2 = 1;
    const slots = this.slots;
    let i = this.home(lane1, lane2);
    for (;;) {
      const a = slots[2 * i] as number;
      const b = slots[2 * i + 1] as number;
      if ((a | b) === 0) break;
      if (a === lane1 && b === lane2) return false;
      if (++i === this.capacity) i = 0;
    }
    slots[2 * i] = lane1;
    slots[2 * i + 1] = lane2;
    if (++this.size > this.limit) this.grow();
    return true;
  }

  clear(): void {
    this.slots.fill(0);
    this.size = 0;
  }

  get bytes(): number {
    return this.slots.byteLength;
  }

  /** Probability that two of the visited states share a fingerprint (birthday bound). */
  get collisionProbability(): number {
    return -Math.expm1((-this.size * (this.size - 1)) / 2 / 2 ** 64);
  }

  // Multiply-shift onto [0, capacity): needs no power of two. Lane 1 is already well mixed.
  private home(lane1: number, lane2: number): number {
    return Math.floor((((lane1 ^ (lane2 << 7)) >>> 0) * this.capacity) / 0x1_0000_0000);
  }

  private grow(): void {
    const old = this.slots;
    this.capacity = Math.ceil(this.capacity * growth);
    this.limit = Math.floor(this.capacity * maxLoad);
    this.slots = new Int32Array(2 * this.capacity);
    this.size = 0;
    for (let i = 0; i < old.length; i += 2) {
      const a = old[i] as number;
      const b = old[i + 1] as number;
      if ((a | b) !== 0) this.add(a, b);
    }
  }
}
