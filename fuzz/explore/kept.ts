// What searches keep for all programs of a world, by a key.

import type { World } from '../../engine/runtime/index.ts';

/** A memory of one kind of thing: the one of this world and key, made when first asked for. */
export function keptForWorlds<T>(): (world: World, key: string, make: () => T) => T {
  const worlds = new WeakMap<World, Map<string, T>>();
  return (world, key, make) => {
    let known = worlds.get(world);
    if (known === undefined) worlds.set(world, (known = new Map()));
    let thing = known.get(key);
    if (thing === undefined) known.set(key, (thing = make()));
    return thing;
  };
}
