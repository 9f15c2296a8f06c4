// Slots in which clients keep pointers are numbered from 0 without gaps. Right before the values: a
// renumbering changes nothing about a run, but is less to read.

import { mapOps, opsOf } from './edit.ts';
import { numberIn, slotTables, withField } from './fields.ts';
import type { Pass } from './shrinker.ts';

/** Each table of slots at once, in the order in which operations first name them. */
export const lowerSlots: Pass = {
  name: 'lower slots',
  run(shrinker) {
    for (const fields of slotTables) {
      const { program, moves } = shrinker.best;
      const used = opsOf(program).flatMap((op) => fields.flatMap((f) => numberIn(op, f) ?? []));
      const order = [...new Set(used)];
      if (order.every((slot, i) => slot === i)) continue;
      const edited = mapOps(program, (op) =>
        fields.reduce((changed, field) => {
          const slot = numberIn(op, field);
          return slot === undefined ? changed : withField(changed, field, order.indexOf(slot));
        }, op),
      );
      shrinker.considerPlainer({ program: edited, moves });
    }
  },
};
