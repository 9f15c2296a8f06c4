// One macrostep of an XState machine, with the transitions that it took. XState's own transition() makes
// an actor for every call and does not say which eventless transitions were taken on the way; here one
// actor, never started, lends its system to all calls, and the system's inspection tells the microsteps.
// Nothing is executed: actions are collected, timers and invoked actors never run.
import {
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  createMachine,
  type EventObject,
} from 'xstate';
import { nodesOf } from './declared.ts';
import type { Action } from './system.ts';

/** A longer chain of eventless transitions is an endless one. */
const maxIterations = 10_000;

export interface Macrostep {
  readonly snapshot: AnyMachineSnapshot;
  /** The event selected a transition with a target or an action; XState's `can` says the same. */
  readonly handled: boolean;
  readonly actions: readonly Action[];
  readonly uses: readonly object[];
}

export class Stepper {
  readonly machine: AnyStateMachine;
  private scope: AnyActorScope;
  private actions: Action[] = [];
  private uses: object[] = [];
  /** Undefined until the first microstep of the call has told. */
  private handled: boolean | undefined;
  private readonly needsFreshSystem: boolean;

  constructor(given: AnyStateMachine) {
    const options = { maxIterations, ...given.config.options };
    this.machine = createMachine({ ...given.config, options }, given.implementations);
    // A system refuses a second actor of the same systemId.
    this.needsFreshSystem = nodesOf(this.machine.root).some((node) =>
      node.invoke.some(({ systemId }) => systemId !== undefined),
    );
    this.scope = this.newScope();
  }

  initial(input: unknown): Macrostep {
    this.begin();
    return this.end(this.machine.getInitialSnapshot(this.scope, input));
  }

  /** @throws whatever guards and assignments throw. */
  step(snapshot: AnyMachineSnapshot, event: EventObject): Macrostep {
    this.begin();
    return this.end(this.machine.transition(snapshot, event, this.scope));
  }

  private begin(): void {
    if (this.needsFreshSystem) this.scope = this.newScope();
    this.actions = [];
    this.uses = [];
    this.handled = undefined;
  }

  private end(snapshot: AnyMachineSnapshot): Macrostep {
    for (const node of snapshot._nodes) this.uses.push(node);
    const { actions, uses } = this;
    return { snapshot, handled: this.handled ?? false, actions, uses };
  }

  private newScope(): AnyActorScope {
    // An empty machine's: an actor of the machine itself would begin a life of its own in the system.
    const self = createActor(createMachine({ id: this.machine.id }), { id: this.machine.id });
    const { system, id, sessionId } = self;
    system.inspect((inspected) => {
      if (inspected.type !== '@xstate.microstep') return;
      const { _transitions: taken, snapshot } = inspected;
      this.handled ??=
        (snapshot as AnyMachineSnapshot).status === 'error' ||
        taken.some((t) => t.target !== undefined || t.actions.length > 0);
      for (const transition of taken) this.uses.push(transition);
      for (const node of (snapshot as AnyMachineSnapshot)._nodes) this.uses.push(node);
    });
    const nothing = () => undefined;
    return {
      self,
      system,
      id,
      sessionId,
      logger: nothing,
      defer: nothing,
      emit: nothing,
      stopChild: nothing,
      actionExecutor: ({ type, params }) => void this.actions.push({ type, params }),
    };
  }
}
