// How a machine says what a call returns: a transition's `answer` action carries the result, so a
// guard and its error code stand side by side in the machine. Effects are other, unanswered actions.

export interface AnswerParams {
  readonly ret: number;
}

/** The `answer` action of every machine; the compiler reads its parameters, nobody executes it. */
export function answerAction(_args: unknown, _params: AnswerParams): void {}

/** An effect that the container system applies (uncharge, release, …); only its name matters. */
export function effectAction(): void {}

export const answer = (ret: number) => ({ type: 'answer', params: { ret } }) as const;
export const ok = answer(0);

/** A refusal: the named guard holds, the call returns `ret`, and nothing changes. */
export function refuse<G extends string>(guard: G, ret: number) {
  return { guard, actions: answer(ret) } as const;
}

/** An answer whatever the context is. */
export const always = (ret: number) => ({ actions: answer(ret) }) as const;
