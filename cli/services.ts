// What commands ask of the layers below. The real ones are put together in cli/wiring.ts.

import type { CampaignService } from '../fuzz/campaign.ts';
import type { Catalogue } from '../fuzz/catalogue.ts';
import type { CheckService } from '../fuzz/check.ts';
import type { Replayable } from '../fuzz/finding/index.ts';
import type { ScopeService } from '../fuzz/scopes/scope.ts';
import type { Replay } from '../fuzz/trace/index.ts';

export interface Services extends CheckService, CampaignService, ScopeService {
  readonly catalogue: Catalogue;
  /** Replays on the reference with the finding's deltas; all of them are known to exist. */
  replay(finding: Replayable): Replay;
}
