// A machine as Mermaid stateDiagram text, for documents and reviews: every transition with its guard, what
// it does and, in the machines of the specification, what it answers. A pure function of the machine's
// declaration. Nested states are blocks, regions of a parallel state stand side by side.
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { readActions } from './compile.ts';
import * as errno from './errno.ts';
import { normalise, shortEvent } from './names.ts';

const names = new Map<number, string>(
  Object.entries(errno).map(([name, value]) => [value, `-${name}`]),
);

type Transition = NonNullable<AnyStateNode['always']>[number];

export function toMermaid({ root }: AnyStateMachine): string {
  // A diagram has no arrows of its own: a root that has some, or regions, is a state of the diagram.
  const isState = root.type === 'parallel' || root.transitions.size > 0;
  const body = isState ? block(root) : inside(root);
  return ['stateDiagram-v2', ...body.map((line) => `  ${line}`)].join('\n');
}

function inside(node: AnyStateNode): string[] {
  const children = Object.values(node.states);
  if (node.type === 'parallel')
    return children.flatMap((child, i) => [...(i === 0 ? [] : ['--']), ...stateLines(child)]);
  const initial = node.initial?.target?.[0];
  return [
    ...(initial === undefined ? [] : [`[*] --> ${idOf(initial)}`]),
    ...children.flatMap(stateLines),
  ];
}

function stateLines(node: AnyStateNode): string[] {
  if (Object.keys(node.states).length > 0) return block(node);
  const named = idOf(node) === node.key ? [] : [`state "${node.key}" as ${idOf(node)}`];
  const end = node.type === 'final' ? [`${idOf(node)} --> [*]`] : [];
  return [...named, ...arrows(node), ...end];
}

function block(node: AnyStateNode): string[] {
  return [
    `state "${node.key}" as ${idOf(node)} {`,
    ...inside(node).map((line) => `  ${line}`),
    '}',
    ...arrows(node),
  ];
}

function arrows(node: AnyStateNode): string[] {
  const listed = [...node.transitions].flatMap(([event, list]) => list.map((t) => ({ event, t })));
  const eventless = (node.always ?? []).map((t) => ({ event: 'always', t }));
  return [...listed, ...eventless].flatMap(({ event, t }) =>
    (t.target ?? [node]).map(
      (target) => `${idOf(node)} --> ${idOf(target)}: ${label(shortEvent(event), t)}`,
    ),
  );
}

function label(event: string, transition: Transition): string {
  const guard = transition.guard === undefined ? '' : ` [${normalise(transition.guard).type}]`;
  const actions = transition.actions.map(normalise);
  const { ret, effects } = readActions(actions);
  const does = effects.length === 0 ? '' : ` / ${effects.join(' ')}`;
  const answers = actions.some(({ type }) => type === 'answer');
  return `${event}${guard}${does}${answers ? ` = ${names.get(ret) ?? ret}` : ''}`;
}

/** Mermaid's ids are words; a path is unique, and a state at the top keeps its name. */
const idOf = (node: AnyStateNode): string =>
  (node.path.length === 0 ? [node.key] : node.path)
    .map((key) => key.replaceAll(/\W/g, '_'))
    .join('_');
