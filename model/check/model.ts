// What is given to be checked: one machine, or several side by side, with events, bounds and properties.
import type { AnyMachineSnapshot, AnyStateMachine, EventObject, SnapshotFrom } from 'xstate';
import type { Unused } from './coverage.ts';
import { ModelError } from './errors.ts';
import { MachineSystem } from './machine.ts';
import { ProductSystem } from './product.ts';
import type { Fairness, Property } from './property.ts';
import type { System } from './system.ts';

export interface Part<M extends AnyStateMachine = AnyStateMachine> {
  readonly machine: M;
  /** Inputs of the initial states that are looked at; by default one, undefined. */
  readonly inputs?: readonly unknown[];
  /** By default one for each declared type, without payload. */
  readonly events?: readonly EventObject[];
}

interface Asked<S> {
  readonly properties?: readonly Property<S>[];
  /** Of `eventually` and `leadsTo`; by default none. */
  readonly fairness?: Fairness;
  /** States for which it is false are not explored: what is unbounded needs one. */
  readonly boundary?: (snapshot: S) => boolean;
  /** States that are explored at most; by default 100 000. */
  readonly maxStates?: number;
  readonly unused?: Unused;
}

export interface MachineModel<M extends AnyStateMachine = AnyStateMachine>
  extends Part<M>,
    Asked<SnapshotFrom<M>> {}

export type Parts = Readonly<Record<string, Part>>;

/** Of a product: the snapshot of each machine, by its name. */
export type Snapshots<P extends Parts> = { readonly [K in keyof P]: SnapshotFrom<P[K]['machine']> };

export interface ProductModel<P extends Parts = Parts> extends Asked<Snapshots<P>> {
  readonly machines: P;
  /** Types of events that the machines which handle them handle together or not at all. */
  readonly sync?: readonly string[];
}

/** The same with the snapshots' types forgotten, for lists and loaded files. */
export type AnyModel = (Part | Pick<ProductModel, 'machines' | 'sync'>) & Asked<never>;

/** The model itself; so that its functions know the types of their snapshots. */
export function defineModel<P extends Parts>(model: ProductModel<P>): ProductModel<P>;
export function defineModel<M extends AnyStateMachine>(model: MachineModel<M>): MachineModel<M>;
export function defineModel(model: unknown): unknown {
  return model;
}

export const defaultMaxStates = 100_000;

export const isMachine = (value: unknown): value is AnyStateMachine =>
  typeof value === 'object' &&
  value !== null &&
  'getTransitionData' in value &&
  'root' in value &&
  'config' in value;

/** @throws ModelError if something of it cannot be explored. */
export function systemOf(model: AnyModel): System<unknown> {
  if (!('machines' in model)) return machineSystem(model, 'the model');
  const parts = Object.entries(model.machines).map(
    ([name, part]): [string, System<AnyMachineSnapshot>] => {
      if (/[.\s:]/.test(name))
        throw new ModelError(`'${name}' cannot name a machine: no dots, colons or spaces`);
      return [name, machineSystem(part, name)];
    },
  );
  if (parts.length === 0) throw new ModelError('the product has no machines');
  return new ProductSystem(Object.fromEntries(parts), model.sync);
}

function machineSystem({ machine, inputs, events }: Part, name: string): MachineSystem {
  if (!isMachine(machine))
    throw new ModelError(
      `${name} has no XState v5 machine under 'machine'`,
      'make it by createMachine() or setup().createMachine() of xstate 5',
    );
  return new MachineSystem(machine, inputs, events);
}
