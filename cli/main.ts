#!/usr/bin/env node
// The iommucheck command. Everything it does is in cli/run.ts, with the outside world passed in.

import { nodeIo } from './node-io.ts';
import { run } from './run.ts';
import { realServices } from './wiring.ts';

const io = nodeIo();
process.exitCode = await run(process.argv.slice(2), io, () => realServices(io.version));
