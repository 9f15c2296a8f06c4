// Hashes of values and names: what state identities are made of. Two independent 32-bit lanes are
// mixed from one value hash; nothing here depends on the order in which objects were made.

/**
 * Something that a cell may point to: it brings its own hashes, derived from its name. They must be
 * independent, or states that differ in one pointer would be told apart by 32 bits only.
 */
export interface Hashed {
  readonly hash: number;
  readonly hash2: number;
}

/** What a cell may hold. Objects are compared by identity, everything else by value. */
export type Value = number | boolean | string | null | Hashed;

/**
 * Mixes two 32-bit integers into one, for all b alike at any a: digests are sums of such, and two that
 * differ only in which of two cells has which value must not meet more often than others. The rounds are
 * those of triple32 (C. Wellons, hash-prospector), with `a` taken in twice.
 */
export function mix(a: number, b: number): number {
  let h = (a + b + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 17), 0xed5ad4bb);
  h = Math.imul(((h ^ (h >>> 11)) + a) | 0, 0xac4c1b51);
  h = Math.imul(h ^ (h >>> 15), 0x31848bab);
  return h ^ (h >>> 14);
}

/**
 * Folds two 32-bit integers into one. Traces print such hashes of values without a name, and seeds become
 * programs by them: it must stay as it is.
 */
export function fold(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul((b + 0x165667b1) | 0, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x27d4eb2f);
  return h ^ (h >>> 13);
}

/** 32-bit FNV-1a of a name, finished with {@link fold}. */
export const hashString = (text: string): number => fnv(text, 0x811c9dc5, 0x01000193);

/** Independent of the first. */
export const hashString2 = (text: string): number => fnv(text, 0x2c1b3c6d, 0x5bd1e995);

function fnv(text: string, seed: number, prime: number): number {
  let h = seed;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), prime);
  return fold(h, text.length);
}

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

/** First lane's hash of one value, equal for equal values. */
export function hashValue(value: Value): number {
  if (typeof value === 'number') {
    if ((value | 0) === value) return Math.imul(value, 0x9e3779b1);
    double[0] = value;
    return mix(halves[0] as number, halves[1] as number);
  }
  if (value === null) return 0x5bd1e995;
  if (typeof value === 'object') return value.hash;
  if (typeof value === 'string') return hashString(value);
  return value ? 0x2545f491 : 0x1b873593;
}

/** Second lane's: whole numbers and constants are told apart by either lane, the rest anew. */
export function hashValue2(value: Value): number {
  if (typeof value === 'number') {
    if ((value | 0) === value) return Math.imul(value, 0x9e3779b1);
    double[0] = value;
    return mix(halves[1] as number, (halves[0] as number) ^ 0x2c1b3c6d);
  }
  if (value === null) return 0x5bd1e995;
  if (typeof value === 'object') return value.hash2;
  if (typeof value === 'string') return hashString2(value);
  return value ? 0x2545f491 : 0x1b873593;
}

/** A value that its text says whole: whoever interns it keeps one object for each text. */
export abstract class TextValue implements Hashed {
  /** Printed in traces. */
  readonly name: string;
  readonly hash: number;
  readonly hash2: number;

  constructor(name: string) {
    this.name = name;
    this.hash = hashString(name);
    this.hash2 = hashString2(name);
  }
}
