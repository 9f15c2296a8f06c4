// A machine without code: an XState JSON configuration. Its guards are names, so nobody knows what they
// answer; each event comes in a variant for every answer of the guards that it may meet. More runs than
// the machine has, never fewer: what holds of them holds of the machine, whatever its guards are.
import { type AnyStateMachine, type AnyStateNode, createMachine, type EventObject } from 'xstate';
import { nodesOf } from './declared.ts';
import { ModelError, reasonOf } from './errors.ts';
import { derivedEvents } from './events.ts';
import { keyOf } from './key.ts';
import type { Part } from './model.ts';

/** With more guards than this an event has too many variants: 2 to the power of them. */
const mostGuards = 10;

type Answers = Readonly<Record<string, boolean>>;

/** Events carry the answers; the first event of all, xstate.init, carries them in its input. */
interface Answering extends EventObject {
  readonly $guards?: Answers;
  readonly input?: { readonly $guards?: Answers };
}

/** @throws ModelError if it is no configuration of a machine. */
export function modelOfJson(config: unknown): Part {
  const machine = machineOf(config);
  const anyTime = nodesOf(machine.root).flatMap((node) =>
    guardsOn(node, (type) => type === null || type.startsWith('xstate.done.state.')),
  );
  const events = derivedEvents(machine).flatMap(({ type }) => {
    const own = nodesOf(machine.root).flatMap((node) =>
      guardsOn(node, (other) => other === type || (other?.endsWith('*') ?? false)),
    );
    return answersOf([...own, ...anyTime], type).map(($guards) => ({ type, $guards }));
  });
  const inputs = answersOf(anyTime, 'the initial state').map(($guards) => ({ $guards }));
  return { machine, inputs, events };
}

/** The guards of a model made by modelOfJson, whose every answer its events try. */
export function guardsAskedIn({ events = [] }: Pick<Part, 'events'>): string[] {
  const names = events.flatMap((event) => Object.keys((event as Answering).$guards ?? {}));
  return [...new Set(names)];
}

function machineOf(config: unknown): AnyStateMachine {
  if (typeof config !== 'object' || config === null || !('states' in config))
    throw new ModelError(
      'it is no XState machine configuration: an object with states is needed',
      'such as { "id": "door", "initial": "shut", "states": { "shut": { "on": { … } } } }',
    );
  try {
    const bare = createMachine(config as object) as AnyStateMachine;
    const names = nodesOf(bare.root).flatMap((node) => guards(node).map(({ type }) => type));
    const answer =
      (name: string) =>
      ({ event: { $guards, input } }: { readonly event: Answering }, params: unknown) =>
        ($guards ?? input?.$guards)?.[guardName(name, params)] ?? false;
    return bare.provide({
      guards: Object.fromEntries(names.map((name) => [name, answer(name)])),
    } as never);
  } catch (error) {
    throw new ModelError('XState refuses the machine configuration', `why: ${reasonOf(error)}`);
  }
}

interface Guard {
  readonly type: string;
  readonly params?: unknown;
  /** The event's type; null for an eventless transition. */
  readonly on: string | null;
}

function guards(node: AnyStateNode): Guard[] {
  const listed = [...node.transitions].flatMap(([on, list]) => list.map((t) => ({ on, t })));
  const eventless = (node.always ?? []).map((t) => ({ on: null, t }));
  return [...listed, ...eventless].flatMap(({ on, t: { guard } }): Guard[] => {
    if (guard === undefined) return [];
    if (typeof guard === 'string') return [{ type: guard, on }];
    const { type, params } = guard as { readonly type: string; readonly params?: unknown };
    return [{ type, params, on }];
  });
}

/** The same guard with other parameters may answer otherwise. */
const guardName = (type: string, params: unknown) =>
  params === undefined ? type : `${type} ${keyOf(params, 'params')}`;

const guardsOn = (node: AnyStateNode, isMeant: (on: string | null) => boolean) =>
  guards(node).flatMap(({ type, params, on }) => (isMeant(on) ? [guardName(type, params)] : []));

function answersOf(listed: readonly string[], where: string): Answers[] {
  const names = [...new Set(listed)];
  if (names.length > mostGuards)
    throw new ModelError(
      `${names.length} guards may be asked at ${where}: too many to try every answer`,
      `guards: ${names.join(', ')}`,
      'give the machine as a module, with its guards as functions',
    );
  return names.reduce<Answers[]>(
    (rows, name) =>
      rows.flatMap((row) => [false, true].map((holds) => ({ ...row, [name]: holds }))),
    [{}],
  );
}
