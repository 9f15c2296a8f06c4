// The names of guards, actions and events as a declaration has them, also where it has no name: inline
// functions, and XState's own assign, raise, and, or.

/** Guards and actions are declared by name, as { type, params }, or inline. */
export function normalise(action: unknown): { readonly type: string; readonly params?: unknown } {
  if (typeof action === 'function') return { type: inlineName(action) };
  if (typeof action === 'object' && action !== null && 'type' in action)
    return action as { readonly type: string; readonly params?: unknown };
  return { type: String(action) };
}

function inlineName(action: object & { readonly name: string }): string {
  const type = 'type' in action ? String(action.type) : action.name;
  return type.replace(/^xstate\./, '') || 'inline';
}

/** Events that XState names: `any`, `after 100`, `work done`, `work failed`, `done`. */
export function shortEvent(event: string): string {
  if (event === '*') return 'any';
  const [prefix, kind, of, ...rest] = event.split('.');
  if (prefix !== 'xstate') return event;
  if (kind === 'after') return `after ${of}`;
  if (of === 'actor') return `${rest.join('.')} ${kind === 'error' ? 'failed' : kind}`;
  return kind ?? event;
}
