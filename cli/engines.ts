// Which engines a command line names: revisions, and defects alone on the reference.

import type { Catalogue, EngineRef, PropertyInfo } from '../fuzz/catalogue.ts';
import type { Titles } from '../reports/found.ts';
import type { OptionSpec, Values } from './command.ts';
import { unknownName } from './suggest.ts';

export const engineOptions = {
  revision: {
    type: 'string',
    multiple: true,
    value: '<id>',
    help: 'a kernel revision; see iommucheck revisions',
  },
  defect: {
    type: 'string',
    multiple: true,
    value: '<id>',
    help: 'the reference engine with this one defect; see iommucheck defects',
  },
} as const satisfies Record<string, OptionSpec>;

/** In the order of the catalogue's options: revisions first, then defects; empty if none is named. */
export function enginesNamed(values: Values, catalogue: Catalogue): EngineRef[] {
  const revisions = values.all('revision').map((id) => revisionOf(id, catalogue));
  const defects = values.all('defect').map((id): EngineRef => {
    const delta = deltaOf(id, catalogue);
    return { revision: 'reference', deltas: [delta.id] };
  });
  return [...revisions, ...defects];
}

export function allEngines(catalogue: Catalogue): EngineRef[] {
  return catalogue.revisions.map(({ id, deltas }) => ({ revision: id, deltas }));
}

function revisionOf(id: string, { revisions }: Catalogue): EngineRef {
  const revision = revisions.find((r) => r.id === id);
  if (revision !== undefined) return { revision: id, deltas: revision.deltas };
  const ids = revisions.map((r) => r.id);
  throw unknownName('revision', 'revisions', id, ids, 'iommucheck revisions');
}

export function deltaOf(id: string, { deltas }: Catalogue) {
  const delta = deltas.find((d) => d.id === id);
  if (delta !== undefined) return delta;
  const ids = deltas.map((d) => d.id);
  throw unknownName('defect', 'defects', id, ids, 'iommucheck defects');
}

/** A property by id; one that the catalogue does not list is told by its id alone. */
export function propertyOf(id: string, { properties }: Catalogue): PropertyInfo {
  const known = properties.find((p) => p.id === id);
  if (known !== undefined) return known;
  return {
    id,
    title: id,
    rule: id,
    source: 'not in the catalogue',
    blame: 'engine',
    subsystem: null,
  };
}

/** What the catalogue says of properties and deltas, for summaries. */
export function titlesOf(catalogue: Catalogue): Titles {
  return {
    property: (id) => propertyOf(id, catalogue),
    delta: (id) => catalogue.deltas.find((d) => d.id === id),
  };
}
