// What a property is. Properties look at the engine from outside: they read stored values, never
// announce, never write.

import { Violation } from '../engine/runtime/index.ts';
import type { KernelObject } from '../engine/runtime/index.ts';
import type { Subsystem } from '../engine/subsystems.ts';

export interface Property {
  /** Family and number: REG-002. */
  readonly id: string;
  readonly title: string;
  /** What must hold, in one sentence. */
  readonly rule: string;
  /** Where the rule is written. */
  readonly source: string;
  /** Whose fault a violation is. */
  readonly blame: 'engine' | 'caller';
  /** Where it is told; default: it is about the whole of its system. */
  readonly subsystem?: Subsystem;
}

/** A violation of `property`; `key` tells failures of one property apart. */
export function broken(
  property: Property,
  key: string,
  message: string,
  object: KernelObject | null = null,
  counts: Readonly<Record<string, number>> = {},
): Violation {
  return new Violation(property.id, key, message, object, counts);
}
