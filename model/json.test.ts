// A machine as JSON: names are kept, code is told and gets the name of its place.
import { assign, createMachine, fromPromise } from 'xstate';
import { expect, test } from 'vitest';
import { toJson } from './json.ts';
import { entryMachine } from './index.ts';

test('a machine without code is all there', () => {
  expect(toJson(entryMachine)).toMatchInlineSnapshot(`
    {
      "code": [],
      "config": {
        "id": "entry",
        "initial": "clear",
        "states": {
          "clear": {
            "on": {
              "CLEAR": {
                "actions": [
                  {
                    "params": {
                      "ret": 0,
                    },
                    "type": "answer",
                  },
                ],
              },
              "MAP": {
                "actions": [
                  {
                    "params": {
                      "ret": 0,
                    },
                    "type": "answer",
                  },
                ],
                "target": "mapped",
              },
            },
          },
          "mapped": {
            "on": {
              "CLEAR": {
                "actions": [
                  "putOldPage",
                  {
                    "params": {
                      "ret": 0,
                    },
                    "type": "answer",
                  },
                ],
                "target": "clear",
              },
              "MAP": {
                "actions": [
                  "putOldPage",
                  {
                    "params": {
                      "ret": 0,
                    },
                    "type": "answer",
                  },
                ],
              },
            },
          },
        },
      },
    }
  `);
});

test('code is told by its place, and loses nothing silently', () => {
  const machine = createMachine({
    id: 'call',
    context: () => ({ n: 0 }),
    initial: 'waiting',
    states: {
      waiting: {
        entry: 'note',
        on: {
          GO: { guard: () => true, target: 'done', actions: assign({ n: 1 }) },
          STOP: undefined,
        },
        invoke: { id: 'work', src: fromPromise(async () => 1), onDone: 'done' },
      },
      done: { type: 'final' },
    },
  });
  expect(toJson(machine)).toMatchInlineSnapshot(`
    {
      "code": [
        "context",
        "states.waiting.on.GO.guard",
        "states.waiting.on.GO.actions",
        "states.waiting.invoke.src",
      ],
      "config": {
        "id": "call",
        "initial": "waiting",
        "states": {
          "done": {
            "type": "final",
          },
          "waiting": {
            "entry": "note",
            "invoke": {
              "id": "work",
              "onDone": "done",
              "src": "actor of states.waiting.invoke.src",
            },
            "on": {
              "GO": {
                "actions": "assign of states.waiting.on.GO.actions",
                "guard": "guard of states.waiting.on.GO.guard",
                "target": "done",
              },
              "STOP": {},
            },
          },
        },
      },
    }
  `);
});
