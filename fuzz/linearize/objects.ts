// Specifications of the objects of the literature, for histories of whatever kind: what their operations
// and results look like in a file.

import { z } from 'zod';
import { queue, set } from '../../properties/linearizability/specifications/collections.ts';
import { counter } from '../../properties/linearizability/specifications/counter.ts';
import type { Json } from '../../properties/linearizability/specifications/json.ts';
import { register } from '../../properties/linearizability/specifications/register.ts';
import type { Specification } from '../../properties/linearizability/specification.ts';

/** An operation as it stands in a file, its arguments beside its name. */
export interface NamedOp {
  readonly op: string;
  readonly [argument: string]: Json;
}

export interface ObjectSpecification {
  readonly name: string;
  readonly title: string;
  readonly initial: z.ZodType<Json>;
  /** By operation: its arguments, and its result. */
  readonly ops: Readonly<
    Record<string, { readonly args: z.ZodType; readonly ret: z.ZodType<Json> }>
  >;
  make(initial: Json | undefined): Specification<unknown, NamedOp, Json>;
}

const any = z.json() as z.ZodType<Json>;
const nothing = z.null();
const none = z.strictObject({});
const value = z.strictObject({ value: any });
const by = z.strictObject({ by: z.int() });
const list = z.array(any);

const read = { args: none, ret: any };
const write = { args: value, ret: nothing };

type Made = Specification<unknown, NamedOp, Json>;

export const objects: readonly ObjectSpecification[] = [
  {
    name: 'register',
    title: 'read answers what write wrote last',
    initial: any,
    ops: { read, write },
    make: (initial) => register(initial) as Made,
  },
  {
    name: 'cas-register',
    title: 'a register with compare-and-swap, which answers whether it has swapped',
    initial: any,
    ops: {
      read,
      write,
      cas: { args: z.strictObject({ old: any, new: any }), ret: z.boolean() },
    },
    make: (initial) => register(initial) as Made,
  },
  {
    name: 'counter',
    title: 'get, add, and fetch_add, which answers what was there before',
    initial: z.int(),
    ops: {
      get: { args: none, ret: z.int() },
      add: { args: by, ret: nothing },
      fetch_add: { args: by, ret: z.int() },
    },
    make: (initial) => counter(initial as number | undefined) as Made,
  },
  {
    name: 'queue',
    title: 'first in, first out; dequeue answers null if there is nothing',
    initial: list,
    ops: { enqueue: write, dequeue: read },
    make: (initial) => queue(initial as readonly Json[] | undefined) as Made,
  },
  {
    name: 'set',
    title: 'insert and remove answer whether they have changed it, contains whether it is there',
    initial: list,
    ops: Object.fromEntries(
      ['insert', 'remove', 'contains'].map((op) => [op, { args: value, ret: z.boolean() }]),
    ),
    make: (initial) => set(initial as readonly Json[] | undefined) as unknown as Made,
  },
];
