// A cell holds one value that tasks share. It is read and written only in a step that announced it;
// the journal behind it belongs to the heap.

import { Access, Flag } from './access.ts';
import { hashString, mix, type Value } from './hash.ts';
import type { KernelObject } from './object.ts';
import { assignCell, outcomeOf, readCell } from './step.ts';

export class Cell<T extends Value> {
  readonly object: KernelObject;
  readonly field: string;
  /** Salts of the two digest lanes, from the cell's name alone. */
  readonly salt1: number;
  readonly salt2: number;
  /** The stored value. For the runtime, properties and reports; engine code uses `value`. */
  stored: T;
  /** What a detector remembers about the cell between steps; no part of the state. */
  shadow: unknown = null;

  /** Plain accesses, as C code makes them: two that conflict are a data race. */
  readonly read: Access;
  readonly write: Access;
  /** READ_ONCE, WRITE_ONCE and an atomic read-modify-write: meant to race. */
  readonly readOnce: Access;
  readonly writeOnce: Access;
  readonly exchange: Access;

  constructor(object: KernelObject, field: string, initial: T) {
    this.object = object;
    this.field = field;
    this.stored = initial;
    const name = hashString(field);
    this.salt1 = mix(object.hash, name);
    this.salt2 = mix(name ^ 0x3c6ef372, object.hash);
    this.read = new Access(this, 'read', Flag.reads | Flag.plain);
    this.write = new Access(this, 'write', Flag.assigns | Flag.mutates | Flag.plain);
    this.readOnce = new Access(this, 'read_once', Flag.reads);
    this.writeOnce = new Access(this, 'write_once', Flag.assigns | Flag.mutates);
    this.exchange = new Access(this, 'xchg', Flag.reads | Flag.assigns | Flag.mutates);
  }

  get name(): string {
    return `${this.object.name}.${this.field}`;
  }

  get title(): string {
    return `${this.object.title}.${this.field}`;
  }

  get value(): T {
    return readCell(this as Cell<Value>) as T;
  }

  set value(value: T) {
    assignCell(this as Cell<Value>, value);
  }

  /** What the runtime answered to the access just performed on this cell. */
  get outcome(): Value {
    return outcomeOf(this as Cell<Value>);
  }
}
