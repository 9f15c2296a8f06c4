// The smallest scope that finds a defect: programs by increasing size, over the contexts of the bundled
// scenarios that show it, until one violates the property that the defect names and the reference does
// not. Each of these scenarios is a program of its context, so that there is an end to it.

import { deltaById, subsystemOf } from '../../engine/defects/index.ts';
import type { AnyDelta } from '../../engine/defects/define.ts';
import type { AnyProgram } from '../../engine/program.ts';
import type { EngineRef } from '../catalogue.ts';
import { ExhaustiveSearch } from '../explore/exhaustive.ts';
import { instantiate } from '../instance.ts';
import { type Shape, shapes } from '../programs.ts';
import { scenarioById } from '../scenarios/index.ts';
import type { Booted } from '../systems/index.ts';
import { brokenRule } from './callers.ts';
import type { ScopeContext } from './context.ts';
import { contextsIn } from './contexts.ts';
import { Programs } from './programs.ts';
import { Hosts } from './search.ts';

/** Programs after which a defect is given up; the scenarios that show it are larger than all of them. */
const maxPrograms = 200_000;
const maxStates = 500_000;
const maxSteps = 20_000;

export interface SmallestScope {
  readonly defect: string;
  readonly property: string;
  /** Null: no program of the sizes that were searched. */
  readonly found: {
    readonly context: string;
    readonly shape: Shape;
    readonly program: AnyProgram;
  } | null;
  /** Contexts whose scenarios show the defect. */
  readonly contexts: number;
  /** Programs that were searched. */
  readonly programs: number;
  /** Nothing smaller was cut off: no smaller program of these contexts finds the defect. */
  readonly complete: boolean;
}

export function smallestScope(defect: string): SmallestScope {
  const delta = deltaById(defect);
  const property = delta?.violates ?? null;
  if (delta === undefined || property === null) throw new Error(`there is no defect ${defect}`);
  return new Search(delta, property).run();
}

const reference: EngineRef = { revision: 'reference', deltas: [] };

/** A context with what is needed to run programs of it. */
interface Ready {
  readonly context: ScopeContext;
  readonly programs: Programs;
  readonly defective: Hosts;
  readonly sound: Hosts;
}

class Search {
  private readonly delta: AnyDelta;
  private readonly property: string;
  private searched = 0;
  private complete = true;

  constructor(delta: AnyDelta, property: string) {
    this.delta = delta;
    this.property = property;
  }

  run(): SmallestScope {
    const engine: EngineRef = { revision: 'reference', deltas: [this.delta.id] };
    const showing = contextsIn('full').filter((context) => this.shown(context));
    const ready = showing.map(
      (context): Ready => ({
        context,
        programs: new Programs(context),
        defective: new Hosts(context, { engine }),
        sound: new Hosts(context, { engine: reference }),
      }),
    );
    const found = showing.length === 0 ? null : this.find(ready);
    return {
      defect: this.delta.id,
      property: this.property,
      found,
      contexts: showing.length,
      programs: this.searched,
      complete: this.complete,
    };
  }

  /** Some scenario of the context shows the defect. */
  private shown({ subsystem, scenarios }: ScopeContext): boolean {
    if (subsystem !== subsystemOf(this.delta)) return false;
    return scenarios.some((id) => {
      const program = scenarioById(id)?.program;
      return program !== undefined && this.shows(instantiate(program, [this.delta])).length > 0;
    });
  }

  private find(ready: readonly Ready[]): SmallestScope['found'] {
    for (let operations = 1; ; operations++)
      for (let tasks = 1; tasks <= operations; tasks++)
        for (const one of ready)
          for (const shape of shapes(operations, tasks)) {
            const found = this.within(one, shape);
            if (found !== null) return found;
            if (this.searched < maxPrograms) continue;
            this.complete = false;
            return null;
          }
  }

  private within(one: Ready, shape: Shape): SmallestScope['found'] {
    const { context, programs, defective, sound } = one;
    for (const placed of programs.range(shape)) {
      if (this.searched++ >= maxPrograms) return null;
      const program = programs.program(shape, placed);
      const keys = this.shows(defective.boot(program));
      if (keys.length === 0 || brokenRule(program, context.whole) !== null) continue;
      const also = this.shows(sound.boot(program), false);
      if (keys.some((key) => !also.includes(key))) return { context: context.id, shape, program };
    }
    return null;
  }

  /** Keys by which the property is violated; by default the first that is met. */
  private shows({ executor, judge }: Booted, first = true): string[] {
    const keys = new Set<string>();
    const result = new ExhaustiveSearch(executor, judge, {
      maxStates,
      maxDepth: maxSteps,
      preemptions: Number.POSITIVE_INFINITY,
      onViolation: ({ property, key }) => {
        if (property === this.property) keys.add(key);
        return !first || keys.size === 0;
      },
    }).run();
    if (!result.complete && keys.size === 0) this.complete = false;
    return [...keys];
  }
}
