// The catalogue as commands see it, from the lists of the layers below.

import type { AnyDelta } from '../engine/defects/define.ts';
import { deltas, subsystemOf } from '../engine/defects/index.ts';
import { revisions } from '../engine/revisions/index.ts';
import { type SanitizerId, sanitizers } from '../engine/runtime/index.ts';
import type { Catalogue, DeltaInfo, PropertyInfo } from '../fuzz/catalogue.ts';
import { scenarios } from '../fuzz/scenarios/index.ts';
import { allProperties } from '../properties/index.ts';

/** Where what callers must keep apart is written. */
const contracts = 'spec/iommu-core.md §8, spec/split-merge-dirty.md §3, §4.11';

const isContract = (id: string) => id === 'broken-contract' || id === 'unserialised';

const sanitizerInfo = Object.keys(sanitizers).map((id): PropertyInfo => {
  const { title, blame } = sanitizers[id as SanitizerId];
  const watched = 'the runtime watches every engine for this';
  const source = isContract(id) ? `${contracts}; ${watched}` : watched;
  return { id, title, rule: `Never: ${title}.`, source, blame, subsystem: null };
});

function infoOf(delta: AnyDelta): DeltaInfo {
  const { id, system, kind, title, source, class: mistake, violates, trigger } = delta;
  const subsystem = subsystemOf(delta) ?? null;
  return { id, system, subsystem, kind, title, source, class: mistake, violates, trigger };
}

export const catalogue: Catalogue = {
  revisions: revisions.map(({ id, title, source, subsystems, deltas, hidden }) => ({
    id,
    title,
    source,
    subsystems,
    deltas: deltas.map((delta) => delta.id),
    ...(hidden && { hidden }),
  })),
  deltas: deltas.map(infoOf),
  scenarios: scenarios.map(({ id, title, about, subsystem, callers }) => ({
    id,
    title,
    about,
    subsystem,
    ...(callers && { callers }),
  })),
  properties: [...allProperties, ...sanitizerInfo],
};
