// A machine as Mermaid stateDiagram text, for documents and reviews: every transition with its guard
// and what it answers. A pure function of the machine's declaration.
import type { AnyStateMachine } from 'xstate';
import { readActions } from './compile.ts';
import * as errno from './errno.ts';

const names = new Map<number, string>(
  Object.entries(errno).map(([name, value]) => [value, `-${name}`]),
);

type Transition =
  AnyStateMachine['root']['transitions'] extends Map<string, (infer T)[]> ? T : never;

const isNamed = (action: unknown): action is { type: string; params?: unknown } =>
  typeof action === 'object' && action !== null && 'type' in action;

/** Guards and actions are declared by name or as { type, params }. */
function normalise(action: unknown): { type: string; params?: unknown } {
  return isNamed(action) ? action : { type: String(action) };
}

function label(event: string, transition: Transition): string {
  const guard = transition.guard === undefined ? '' : ` [${normalise(transition.guard).type}]`;
  const { ret, effects } = readActions(transition.actions.map(normalise));
  const does = effects.length === 0 ? '' : ` / ${effects.join(' ')}`;
  return `${event === '*' ? 'any' : event}${guard}${does} = ${names.get(ret) ?? ret}`;
}

export function toMermaid(machine: AnyStateMachine): string {
  const lines = ['stateDiagram-v2'];
  const initial = machine.root.initial.target?.[0]?.key;
  if (initial !== undefined) lines.push(`  [*] --> ${initial}`);
  for (const [name, state] of Object.entries(machine.states)) {
    for (const [event, list] of state.transitions) {
      for (const transition of list) {
        const target = transition.target?.[0]?.key ?? name;
        lines.push(`  ${name} --> ${target}: ${label(event, transition)}`);
      }
    }
  }
  return lines.join('\n');
}
