// Puts the real services together for the command line.

import { deltaById } from '../engine/defects/index.ts';
import { revisionById } from '../engine/revisions/index.ts';
import { DataRaces } from '../engine/runtime/index.ts';
import { campaignService } from '../fuzz/campaignService.ts';
import { checkService } from '../fuzz/checkService.ts';
import type { Replayable } from '../fuzz/finding/index.ts';
import { instantiate } from '../fuzz/instance.ts';
import { scopeService } from '../fuzz/scopes/service.ts';
import { type Replay, replayFinding } from '../fuzz/trace/index.ts';
import { catalogue } from './catalogue.ts';
import type { Services } from './services.ts';

export async function realServices(version: string): Promise<Services> {
  return {
    catalogue,
    replay: (finding) => replay(finding, version),
    ...checkService(version),
    ...campaignService(version),
    ...scopeService(version),
  };
}

function replay(finding: Replayable, toolVersion: string): Replay {
  const inForce = finding.deltas.flatMap((id) => deltaById(id) ?? []);
  const deltas = revisionById(finding.revision)?.deltas.map((delta) => delta.id) ?? null;
  const instance = instantiate(finding.program, inForce);
  const engine = { toolVersion, deltas };
  return replayFinding(finding, instance, engine, () => new DataRaces());
}
