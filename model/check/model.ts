// What is given to be checked: one machine, or several side by side, with events, bounds and properties.
import type { AnyEventObject, AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import type { EventFromLogic, EventObject, InputFrom, SnapshotFrom } from 'xstate';
import type { Unused } from './coverage.ts';
import { ModelError } from './errors.ts';
import { MachineSystem } from './machine.ts';
import { ProductSystem } from './product.ts';
import type { Fairness, Property } from './property.ts';
import type { System } from './system.ts';

export interface Part {
  readonly machine: AnyStateMachine;
  /** Inputs of the initial states that are looked at; by default one, undefined. */
  readonly inputs?: readonly unknown[];
  /** By default one for each declared type, without payload. */
  readonly events?: readonly (EventObject | AnyEventObject)[];
}

export type Parts = Readonly<Record<string, Part>>;

/** Of a product: the snapshot of each machine, by its name. */
export type Snapshots<P extends Parts> = { readonly [K in keyof P]: SnapshotFrom<P[K]['machine']> };

/** What is asked of states that are seen as S. */
export interface Asked<S> {
  readonly properties?: readonly Property<S>[];
  /** Of `eventually` and `leadsTo`; by default none. */
  readonly fairness?: Fairness;
  /** States for which it is false are not explored: what is unbounded needs one. */
  readonly boundary?: (snapshot: S) => boolean;
  /** States that are explored at most; by default 100 000. */
  readonly maxStates?: number;
  readonly unused?: Unused;
}

export interface MachineModel<S> extends Part, Asked<S> {}

export interface ProductModel<S> extends Asked<S> {
  readonly machines: Parts;
  /** Types of events that the machines which handle them handle together or not at all. */
  readonly sync?: readonly string[];
}

export type Model<S> = MachineModel<S> | ProductModel<S>;

/** A model whose snapshots are of any type, for lists and loaded files. */
export type AnyModel = Model<never>;

export interface MachineOptions<M extends AnyStateMachine> extends Asked<SnapshotFrom<M>> {
  readonly inputs?: readonly InputFrom<M>[];
  readonly events?: readonly EventFromLogic<M>[];
}

/** A model of one machine; its functions know the types of the machine's snapshots. */
export const modelOf = <M extends AnyStateMachine>(
  machine: M,
  options: MachineOptions<M> = {},
): MachineModel<SnapshotFrom<M>> => ({ ...options, machine });

/** A model of machines side by side, by name. */
export const productOf = <const P extends Parts>(
  machines: P,
  options: Asked<Snapshots<P>> & Pick<ProductModel<never>, 'sync'> = {},
): ProductModel<Snapshots<P>> => ({ ...options, machines });

export const defaultMaxStates = 100_000;

export const isMachine = (value: unknown): value is AnyStateMachine =>
  typeof value === 'object' &&
  value !== null &&
  'getTransitionData' in value &&
  'root' in value &&
  'config' in value;

/** @throws ModelError if something of it cannot be explored. */
export function systemOf<S>(model: Model<S>): System<S> {
  if (!('machines' in model))
    return machineSystem(model, 'the model') as System<unknown> as System<S>;
  const parts = Object.entries(model.machines).map(
    ([name, part]): [string, System<AnyMachineSnapshot>] => {
      if (/[.\s:]/.test(name))
        throw new ModelError(`'${name}' cannot name a machine: no dots, colons or spaces`);
      return [name, machineSystem(part, name)];
    },
  );
  if (parts.length === 0) throw new ModelError('the product has no machines');
  const product: System<unknown> = new ProductSystem(Object.fromEntries(parts), model.sync);
  return product as System<S>;
}

function machineSystem({ machine, inputs, events }: Part, name: string): MachineSystem {
  if (!isMachine(machine))
    throw new ModelError(
      `${name} has no XState v5 machine under 'machine'`,
      'make it by createMachine() or setup().createMachine() of xstate 5',
    );
  return new MachineSystem(machine, inputs, events);
}
