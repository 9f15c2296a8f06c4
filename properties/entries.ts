// TCE entries: the userspace view beside them (TCE-003), and what MAP promises (MAP-008).

import type { Access, Outcome, Value, Watcher } from '../engine/runtime/index.ts';
import { errnoName, hex, type IommuTable, type Op, type SpaprWorld } from '../engine/index.ts';
import { properties } from './catalogue.ts';
import { broken } from './property.ts';
import { entriesOf } from './view.ts';

export function checkViews(world: SpaprWorld): void {
  for (const container of world.containers) {
    if (!container.v2) continue;
    for (const e of entriesOf(container)) {
      if ((e.tce !== 0) === (e.ua !== 0)) continue;
      const at = hex(e.table.start + e.index * 2 ** e.table.itPageShift);
      throw broken(
        properties.viewMatches,
        e.tce !== 0 ? 'no user address' : 'no TCE',
        `at iova ${at} the TCE is ${hex(e.tce)} and the userspace entry is ${hex(e.ua)}`,
        e.table,
      );
    }
  }
}

interface MapState {
  /** Bytes of IOVA that the call has mapped and not cleared again. */
  readonly mapped: number;
  /** The ioctl itself is over; what follows is the release of a container closed meanwhile. */
  readonly over: boolean;
}

/** Follows a MAP's own writes; other operations are not its business. */
export class MapWatcher implements Watcher<MapState> {
  private readonly ops: ReadonlyMap<string, Op>;

  constructor(ops: ReadonlyMap<string, Op>) {
    this.ops = ops;
  }

  begin(): MapState {
    return { mapped: 0, over: false };
  }

  step(state: MapState, access: Access, _key: Value, assigned: Value | undefined): MapState {
    if (access.verb === 'fdput') return { ...state, over: true };
    const isEntry = typeof assigned === 'number' && access.cell.field.startsWith('tce[');
    if (!isEntry || state.over) return state;
    const page = 2 ** (access.cell.object as IommuTable).itPageShift;
    const mapped = state.mapped + (assigned === 0 ? -page : page);
    return { mapped: Math.max(0, mapped), over: false };
  }

  end({ mapped: set }: MapState, result: Outcome, label: string): void {
    const op = this.ops.get(label);
    if (op?.op !== 'map') return;
    if (result.ret === 0 && set < op.size)
      throw broken(
        properties.mapWhole,
        'success over a hole',
        `MAP returned 0 but mapped ${hex(set)} of ${hex(op.size)} bytes`,
        null,
        { mapped: set, asked: op.size },
      );
    if (result.ret !== 0 && set > 0)
      throw broken(
        properties.mapWhole,
        'failure leaves entries',
        `MAP returned ${errnoName(result.ret)} and leaves ${hex(set)} bytes mapped`,
        null,
        { mapped: set },
      );
  }
}
