// What a machine declares: every state, and every transition as `state EVENT #place` (the place in its
// list, where the list has more than one). These are the names by which `unused` excuses one.
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import type { Declared } from './system.ts';

const nameOf = (node: AnyStateNode) => node.path.join('.') || '(root)';

export function declaredOf(machine: AnyStateMachine): Declared[] {
  return nodesOf(machine.root).flatMap((node) => [
    // The root is no state that could be missed, and a history state is never active.
    ...(node.parent === undefined || node.type === 'history' ? [] : [state(node)]),
    ...transitionsOf(node),
  ]);
}

export function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap((child) => nodesOf(child))];
}

const state = (node: AnyStateNode): Declared => ({ kind: 'state', name: nameOf(node), use: node });

type Transition = NonNullable<AnyStateNode['always']>[number];

function transitionsOf(node: AnyStateNode): Declared[] {
  const lists: [string, readonly Transition[]][] = [...node.transitions];
  if (node.always !== undefined) lists.push(['always', node.always]);
  return lists.flatMap(([event, list]) =>
    list.flatMap((use, place): Declared[] => {
      // A forbidden event: that it does nothing is its use.
      if (use.target === undefined && use.actions.length === 0) return [];
      const which = list.length === 1 ? '' : ` #${place}`;
      return [{ kind: 'transition', name: `${nameOf(node)} ${event}${which}`, use }];
    }),
  );
}
