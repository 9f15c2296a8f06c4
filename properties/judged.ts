// What was judged already: states of the heap by their 64-bit digest. A state that holds once holds
// whenever it is met again, whoever led there.

export class Judged<T> {
  private readonly known = new Map<number, Map<number, T>>();

  get(lane1: number, lane2: number): T | undefined {
    return this.known.get(lane1)?.get(lane2);
  }

  set(lane1: number, lane2: number, verdict: T): void {
    const row = this.known.get(lane1);
    if (row === undefined) this.known.set(lane1, new Map([[lane2, verdict]]));
    else row.set(lane2, verdict);
  }
}
