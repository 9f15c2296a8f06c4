// Which refusal of the environment an operation has met: the machines are told, so that they allow
// the error that follows from it and no other.

import type { Access, Value, Watcher } from '../engine/runtime/index.ts';

const verb = /^refuse (\w+)\?$/;

/** State: the site of the refusal, '' for none. */
export class FaultWatcher implements Watcher<string> {
  begin(): string {
    return '';
  }

  step(site: string, access: Access, key: Value): string {
    if (key !== 1) return site;
    return verb.exec(access.verb)?.[1] ?? site;
  }

  end(): void {}
}
