// One XState machine as a system: its snapshots interned by their keys.
import type { AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate';
import { declaredOf } from './declared.ts';
import { ModelError, reasonOf } from './errors.ts';
import { checkedEvents, derivedEvents, senderOf } from './events.ts';
import { keyOf } from './key.ts';
import { type Macrostep, Stepper } from './stepper.ts';
import type { Declared, Label, Move, Rest, System } from './system.ts';
import { eventText, snapshotText, valueText } from './text.ts';

export class MachineSystem implements System<AnyMachineSnapshot> {
  readonly labels: readonly Label[];
  readonly roots: readonly Move[];
  readonly declared: readonly Declared[];
  private readonly stepper: Stepper;
  private readonly senders: readonly (string | null)[];
  private readonly snapshots: AnyMachineSnapshot[] = [];
  private readonly numbers = new Map<string, number>();

  /** `inputs`: the machine is looked at from the initial state of each. */
  constructor(
    machine: AnyStateMachine,
    inputs: readonly unknown[] = [undefined],
    events?: readonly EventObject[],
  ) {
    this.stepper = new Stepper(machine);
    this.declared = declaredOf(this.stepper.machine);
    const alphabet = events === undefined ? derivedEvents(machine) : checkedEvents(machine, events);
    this.labels = alphabet.map((event) => ({
      event,
      text: eventText(event),
      names: [event.type],
    }));
    this.senders = alphabet.map(({ type }) => senderOf(type));
    this.roots = inputs.map((input) => this.root(input));
  }

  step(state: number, label: number): Move | null {
    const from = this.snapshot(state);
    if (from.status !== 'active') return null;
    const { event, text } = this.labels[label] as Label;
    const sender = this.senders[label];
    if (sender && !(sender in from.children)) return null;
    let step: Macrostep;
    try {
      step = this.stepper.step(from, event);
    } catch (error) {
      throw new ModelError(
        `machine '${this.stepper.machine.id}' throws at event ${text} in ${snapshotText(from)}`,
        `why: ${reasonOf(error)}`,
        'if it needs a payload, give events with payload variants',
      );
    }
    return step.handled ? this.move(step) : null;
  }

  snapshot(state: number): AnyMachineSnapshot {
    return this.snapshots[state] as AnyMachineSnapshot;
  }

  text(state: number): string {
    return snapshotText(this.snapshot(state));
  }

  rest(state: number): Rest {
    const { status } = this.snapshot(state);
    if (status === 'done') return 'final';
    return status === 'error' ? 'error' : 'no event is handled';
  }

  private root(input: unknown): Move {
    const step = this.stepper.initial(input);
    const { status, error } = step.snapshot;
    if (status === 'error')
      throw new ModelError(
        `machine '${this.stepper.machine.id}' has no initial state`,
        `why: ${reasonOf(error)}`,
        'if its context is made from an input, give inputs',
      );
    return this.move(step);
  }

  private move({ snapshot, actions, uses }: Macrostep): Move {
    return { to: this.intern(snapshot), actions, uses };
  }

  private intern(snapshot: AnyMachineSnapshot): number {
    const key = snapshotKey(snapshot);
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.snapshots.length;
    this.snapshots.push(snapshot);
    this.numbers.set(key, number);
    return number;
  }
}

/** All that decides what happens next: also what history states remember and which actors there are. */
function snapshotKey(snapshot: AnyMachineSnapshot): string {
  const { value, context, status, historyValue, children, output } = snapshot;
  const parts = [`${valueText(value)} ${keyOf(context, 'context')}`];
  for (const [state, nodes] of Object.entries(historyValue ?? {}))
    parts.push(`${state}=${nodes.map(({ id }) => id).join()}`);
  for (const id in children) parts.push(`@${id}`);
  if (status !== 'active') parts.push(status, keyOf(output, 'output'));
  return parts.join('|');
}
