// What holds in every state of the model in which no operation is in progress, whatever led there.
// Spec: spapr-tce-v2.md §10, invariants 1, 2, 4, 5 and 12. A pure function; it explains, never throws.
import type { Container, Guest, ModelState } from './state.ts';

const isV2 = ({ node }: Container): boolean => node.context['version'] === 2;

/** Something that a container holds, of its own mm or of a guest. */
interface Held {
  readonly container: Container;
  readonly guest: Guest;
}

/** The sentences that do not hold, none in a consistent state. */
export function inconsistencies(state: ModelState): readonly string[] {
  const wrong: string[] = [];
  state.containers.forEach(({ locked, inFlight, node, prereg }, index) => {
    if (locked || inFlight > 0) wrong.push(`container ${index} is in use by an operation`);
    if (prereg.length > 0 && node.value !== 'enabled') {
      wrong.push(`container ${index} is ${node.value} and has registrations`);
    }
  });
  state.processes.forEach((_, mm) => wrong.push(...inconsistenciesOf(state, mm)));
  return wrong;
}

function inconsistenciesOf(state: ModelState, mm: number): string[] {
  const wrong: string[] = [];
  const { regions = [], lockedVm = 0 } = state.processes[mm] ?? {};
  const own = ({ container, guest }: Held) => (guest ?? container.mm) === mm;
  const targets = state.containers.filter(isV2).flatMap((container) =>
    container.windows
      .flatMap((window) => [...(window?.entries ?? [])].map((entry) => ({ window, entry })))
      .filter(({ window, entry: [at] }) =>
        own({ container, guest: window?.guests?.get(at) ?? null }),
      )
      .map(({ entry: [, va] }) => va),
  );
  const registered = state.containers.flatMap((container) =>
    container.prereg.filter(({ guest }) => own({ container, guest })),
  );
  const { pageShift, tce32Size } = state.world.geometry;
  const pagesOf = (bytes: number) => Math.floor(bytes / 2 ** pageShift);

  let pages = 0;
  for (const container of state.containers) {
    for (const window of container.windows) {
      if (window !== null && own({ container, guest: window.payer })) pages += window.charge;
    }
    const isEnabled = !isV2(container) && container.node.value === 'enabled';
    if (isEnabled && own({ container, guest: container.payer })) pages += pagesOf(tce32Size);
  }
  let end = 0;
  for (const { va, size, node } of regions) {
    pages += pagesOf(size);
    if (va < end) wrong.push(`region ${va} overlaps the one before`);
    end = va + size;
    const used = registered.filter((mine) => mine.va === va && mine.size === size).length;
    const mapped = targets.filter((target) => va <= target && target < va + size).length;
    const expected = used > 0 ? 'registered' : 'orphaned';
    const key = `${expected}(${used},${mapped})`;
    if (node.key !== key)
      wrong.push(`region ${va} is ${node.key}, and what refers to it is ${key}`);
    if (used + mapped === 0) wrong.push(`region ${va} is referred to by nothing`);
  }
  if (lockedVm !== pages)
    wrong.push(`process ${mm} is charged ${lockedVm} pages, and has ${pages}`);
  return wrong;
}
