// Puts the real services together for the command line.

import type { Services } from './services.ts';

export async function realServices(version: string): Promise<Services> {
  throw new Error(`the engines of ${version} are not connected yet`);
}
