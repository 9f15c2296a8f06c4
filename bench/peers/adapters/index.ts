// All peers, in the order of the table. One file each; add a peer here.

import type { Peer } from '../peer.ts';
import { fastCheck } from './fastCheck.ts';
import { ours } from './ours.ts';
import { quint } from './quint.ts';
import { spin } from './spin.ts';
import { xstateGraph, xstateGraphPackage } from './xstate.ts';

export const peers: readonly Peer[] = [
  ours,
  spin,
  xstateGraph,
  xstateGraphPackage,
  fastCheck,
  quint,
];
