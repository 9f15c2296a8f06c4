// A state under construction: parts are copied when first written, so that steps may be written as
// plain assignments while states stay immutable. One draft serves one step, or one whole operation.
import { type ContainerData, type ProcessData, StateData, type WindowData } from './state.ts';
import type { World } from './state.ts';

export class Draft {
  readonly world: World;
  #base: StateData;
  #processes: ProcessData[] | undefined;
  #containers: ContainerData[] | undefined;
  readonly #fresh = new Set<object>();

  constructor(base: StateData) {
    this.#base = base;
    this.world = base.world;
  }

  /** To read only. */
  process(index: number): Readonly<ProcessData> {
    return (this.#processes ?? this.#base.processes)[index] ?? missing('process', index);
  }

  /** To read only. */
  container(index: number): Readonly<ContainerData> {
    return (this.#containers ?? this.#base.containers)[index] ?? missing('container', index);
  }

  get containers(): readonly ContainerData[] {
    return this.#containers ?? this.#base.containers;
  }

  changeProcess(index: number): ProcessData {
    this.#processes ??= this.#base.processes.slice();
    const old = this.#processes[index] ?? missing('process', index);
    return this.#fresh.has(old) ? old : (this.#processes[index] = this.#own(old.clone()));
  }

  changeContainer(index: number): ContainerData {
    this.#containers ??= this.#base.containers.slice();
    const old = this.#containers[index] ?? missing('container', index);
    return this.#fresh.has(old) ? old : (this.#containers[index] = this.#own(old.clone()));
  }

  changeWindow(index: number, slot: number): WindowData {
    const container = this.changeContainer(index);
    const old = container.windows[slot] ?? missing('window', slot);
    return this.#fresh.has(old) ? old : (container.windows[slot] = this.#own(old.clone()));
  }

  /** The finished state; the draft must not be used afterwards. */
  finish(): StateData {
    if (this.#processes === undefined && this.#containers === undefined) return this.#base;
    return new StateData(
      this.#base.world,
      this.#processes ?? this.#base.processes,
      this.#containers ?? this.#base.containers,
    );
  }

  #own<T extends object>(part: T): T {
    this.#fresh.add(part);
    return part;
  }
}

function missing(what: string, index: number): never {
  throw new RangeError(
    `model: the topology has no ${what} ${index}; check the operation's indices`,
  );
}
