// A whole log of type1 on one revision and behind one IOMMU; where these are not told, the ones
// that explain the log best.

import type { AnyRevision } from '../../../engine/defects/define.ts';
import type { IommuDelta } from '../../../engine/iommu/kernel.ts';
import { revisionById } from '../../../engine/revisions/index.ts';
import type { Annotation } from '../annotations.ts';
import { list, staleOf } from '../conform.ts';
import { LogError, type LogLine, parseLog, textField } from '../log.ts';
import { type ConformReport, countsOf } from '../report.ts';
import { Type1Host } from './host.ts';
import { type IommuName, iommuNames } from './machine.ts';
import { Type1Session } from './session.ts';

/** Revisions that logs of type1 are compared with, where none is told. */
export const type1RevisionIds = ['core/6.12', 'core/6.1', 'core/7.2'] as const;

export interface Type1Choice {
  readonly iommu?: IommuName;
  readonly revision?: AnyRevision;
  readonly annotations?: readonly Annotation[];
}

export interface Type1Report {
  readonly revision: string;
  readonly report: ConformReport;
}

/** Names of calls that only a container with type1 answers to. */
const type1Calls = /^(VFIO_IOMMU_DIRTY_PAGES|VFIO_IOMMU_GET_INFO)$/;

/** Whether a log is of type1: SPAPR containers have neither of these calls. */
export function isType1Log(text: string): boolean {
  return parseLog(text).some(
    (line) => line.kind === 'entry' && type1Calls.test(textField(line, 'op') ?? ''),
  );
}

export function conformType1(text: string, choice: Type1Choice = {}): Type1Report {
  const log = parseLog(text);
  const revisions =
    choice.revision === undefined
      ? type1RevisionIds.flatMap((id) => revisionById(id) ?? [])
      : [choice.revision];
  const names = choice.iommu === undefined ? iommuNames : [choice.iommu];
  let best: Type1Report | null = null;
  for (const revision of revisions)
    for (const name of names) {
      const next = replay(log, revision, name, choice);
      const differ = best?.report.counts.unlisted ?? Number.POSITIVE_INFINITY;
      // Of equally good ones the first: a log may not tell kernels or IOMMUs apart.
      if (next.report.counts.unlisted < differ) best = next;
      if (next.report.counts.unlisted === 0) return next;
    }
  if (best === null) throw new LogError(0, 'there is no revision to compare the log with');
  return best;
}

function replay(
  log: readonly LogLine[],
  revision: AnyRevision,
  name: IommuName,
  { iommu, annotations = [] }: Type1Choice,
): Type1Report {
  const deltas = revision.deltas.filter((d): d is IommuDelta => d.system === 'iommu');
  const session = new Type1Session(log, new Type1Host(name, deltas));
  const lines = log.flatMap((_, at) => session.next(at) ?? []).map((l) => list(l, annotations));
  return {
    revision: revision.id,
    report: {
      machine: `${name} IOMMU`,
      hostPage: 4096,
      assumedMachine: iommu === undefined,
      lines,
      counts: countsOf(lines),
      stale: staleOf(annotations, lines),
    },
  };
}
