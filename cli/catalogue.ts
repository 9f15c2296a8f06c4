// The catalogue as commands see it, from the lists of the layers below.

import { deltas } from '../engine/defects/index.ts';
import { revisions } from '../engine/revisions/index.ts';
import { type SanitizerId, sanitizers } from '../engine/runtime/index.ts';
import type { SpaprDelta } from '../engine/index.ts';
import type { Catalogue, DeltaInfo, PropertyInfo } from '../fuzz/catalogue.ts';
import { scenarios } from '../fuzz/scenarios/index.ts';
import { catalogue as properties } from '../properties/index.ts';

const sanitizerInfo = Object.keys(sanitizers).map((id): PropertyInfo => {
  const title = sanitizers[id as SanitizerId];
  const source = 'the runtime watches every engine for this';
  return { id, title, rule: `Never: ${title}.`, source, blame: 'engine' };
});

function infoOf({
  id,
  kind,
  title,
  source,
  class: mistake,
  violates,
  trigger,
}: SpaprDelta): DeltaInfo {
  return { id, kind, title, source, class: mistake, violates, trigger };
}

export const catalogue: Catalogue = {
  revisions: revisions.map(({ id, title, source, deltas }) => ({
    id,
    title,
    source,
    deltas: deltas.map((delta) => delta.id),
  })),
  deltas: deltas.map(infoOf),
  scenarios: scenarios.map(({ id, title, about }) => ({ id, title, about })),
  properties: [...Object.values(properties), ...sanitizerInfo],
};
