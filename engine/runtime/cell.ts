// A cell holds one value that tasks share. It is read and written only in a step that announced it;
// the journal behind it belongs to the heap.

import { Access, Flag } from './access.ts';
import { hashString, hashString2, mix, type Value } from './hash.ts';
import type { KernelObject } from './object.ts';
import type { Renaming } from './renaming.ts';
import { assignCell, outcomeOf, readCell } from './step.ts';

export class Cell<T extends Value> {
  readonly object: KernelObject;
  readonly field: string;
  /** Salts of the two digest lanes, from the cell's name alone. */
  readonly salt1: number;
  readonly salt2: number;
  /**
   * The stored value. For the runtime, properties and reports; engine code uses `value`. Declared
   * only, so that a test can watch who looks.
   */
  declare stored: T;
  /** What becomes of a value when tasks are renamed; null: values name no tasks by number. */
  renamed: ((value: Value, renaming: Renaming) => Value) | null = null;
  /** What a detector remembers about the cell between steps; no part of the state. */
  shadow: unknown = null;

  // Made when first announced: most cells are accessed in one or two ways only.
  private plainRead: Access | null = null;
  private plainWrite: Access | null = null;
  private markedRead: Access | null = null;
  private markedWrite: Access | null = null;
  private swap: Access | null = null;

  constructor(object: KernelObject, field: string, initial: T) {
    this.object = object;
    this.field = field;
    this.stored = initial;
    this.salt1 = mix(object.hash, hashString(field));
    this.salt2 = mix(object.hash2, hashString2(field));
  }

  /** Plain accesses, as C code makes them: two that conflict are a data race. */
  get read(): Access {
    return (this.plainRead ??= new Access(this, 'read', Flag.reads | Flag.plain));
  }

  get write(): Access {
    return (this.plainWrite ??= new Access(
      this,
      'write',
      Flag.assigns | Flag.mutates | Flag.plain,
    ));
  }

  /** READ_ONCE, WRITE_ONCE and an atomic read-modify-write: meant to race. */
  get readOnce(): Access {
    return (this.markedRead ??= new Access(this, 'read_once', Flag.reads));
  }

  get writeOnce(): Access {
    return (this.markedWrite ??= new Access(this, 'write_once', Flag.assigns | Flag.mutates));
  }

  get exchange(): Access {
    return (this.swap ??= new Access(this, 'xchg', Flag.reads | Flag.assigns | Flag.mutates));
  }

  get name(): string {
    return `${this.object.name}.${this.field}`;
  }

  get title(): string {
    return `${this.object.title}.${this.field}`;
  }

  get value(): T {
    return readCell(this) as T;
  }

  set value(value: T) {
    assignCell(this, value);
  }

  /** What the runtime answered to the access just performed on this cell. */
  get outcome(): Value {
    return outcomeOf(this);
  }
}
