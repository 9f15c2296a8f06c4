// "Did you mean": the nearest of the names that exist, and the list of them.

import { usageError, type UserError } from './exit.ts';

/** Edits (insert, drop, change, swap of neighbours) between two words. */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  for (let j = 1; j <= b.length; j++) (rows[0] as number[])[j] = j;
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      (rows[i] as number[])[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + (same ? 0 : 1),
        swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
  }
  return at(a.length, b.length);
}

/** The nearest name, if it is near enough to be meant. */
export function nearest(word: string, names: readonly string[]): string | null {
  const ranked = names
    .map((name) => ({ name, distance: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  if (best !== undefined && best.distance <= Math.max(1, Math.floor(word.length / 3)))
    return best.name;
  const contained = names.filter((name) => word.length > 1 && name.includes(word));
  return contained.length === 1 ? (contained[0] as string) : null;
}

/** `what` is in the singular, `next` a command that shows more. */
export function unknownName(
  what: string,
  plural: string,
  word: string,
  names: readonly string[],
  next: string,
): UserError {
  const meant = nearest(word, names);
  return usageError(
    `unknown ${what} '${word}'`,
    ...(meant === null ? [] : [`did you mean ${meant}?`]),
    `${plural}: ${names.join(', ')}`,
    `try: ${next}`,
  );
}
