// iommucheck linearize as a user meets it: the histories of examples/histories/, and everything that can
// be wrong with one.

import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { iommucheck } from './fake.ts';

const folder = resolve(import.meta.dirname, '../../examples/histories');
const files = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(resolve(folder, name), 'utf8')]),
);

const transcript = async (...args: string[]) =>
  (await iommucheck(['linearize', ...args], { files })).text;

describe('histories that have an order', () => {
  test('a swap that was lost and took effect', async () => {
    expect(await transcript('cas-register.jsonl')).toMatchInlineSnapshot(`
      "$ iommucheck linearize cas-register.jsonl
      cas-register.jsonl as a history of cas-register: 3 calls, 1 without a return

      linearizable: in this order (4 nodes)
        T1  cas 0 5 = true
        T0  cas 0 1 = false
        T0  read = 5
      exit 0
      "
    `);
  });

  test('a set', async () => {
    expect(await transcript('set.jsonl')).toMatchInlineSnapshot(`
      "$ iommucheck linearize set.jsonl
      set.jsonl as a history of set: 3 calls

      linearizable: in this order (4 nodes)
        T0  insert 7 = true
        T1  insert 7 = false
        T1  contains 7 = true
      exit 0
      "
    `);
  });

  test('operations of containers, by the machines', async () => {
    expect(await transcript('spapr.jsonl')).toMatchInlineSnapshot(`
      "$ iommucheck linearize spapr.jsonl
      spapr.jsonl as a history of spapr: 3 calls

      linearizable: in this order (4 nodes)
        T1  attach c0 ← group 0 = 0
        T0  enable c0 = 0
        T0  enable c0 = -EBUSY
      exit 0
      "
    `);
  });
});

describe('histories that have none', () => {
  test('a queue', async () => {
    expect(await transcript('queue.jsonl')).toMatchInlineSnapshot(`
      "$ iommucheck linearize queue.jsonl
      queue.jsonl as a history of queue: 3 calls

      not linearizable: no order gives what was returned (3 nodes)

      what is to blame (2 returns, the fewest that have no order)
        A
        enqueue "x"
        dequeue = "y" ✗

      why
        enqueue "x" (line 3) returned before dequeue (line 7) began
        so dequeue (line 7) can only be "x"; it returned "y"

      as far as an order goes
        A  enqueue "x"
        B  enqueue "y"

      what did not matter
        whether these took effect, and when:
          B  enqueue "y" (line 5)
      exit 1
      "
    `);
  });

  test('a register: new, then old', async () => {
    expect(await transcript('register.jsonl')).toMatchInlineSnapshot(`
      "$ iommucheck linearize register.jsonl
      register.jsonl as a history of register: 4 calls

      not linearizable: no order gives what was returned (5 nodes)

      what is to blame (2 returns, the fewest that have no order)
        reader
        read = 1
        read = 0 ✗

      why
        read (line 6) returned 1 before read (line 8) began
        so read (line 8) can only be 1; it returned 0

      as far as an order goes
        writer  write 1
        reader  read = 1

      what did not matter
        whether these took effect, and when:
          writer  write 1 (line 3)
          reader  read (line 4)
      exit 1
      "
    `);
  });

  test('a counter: a lost update', async () => {
    expect(await transcript('counter.jsonl')).toMatchInlineSnapshot(`
      "$ iommucheck linearize counter.jsonl
      counter.jsonl as a history of counter: 3 calls

      not linearizable: no order gives what was returned (3 nodes)

      what is to blame (2 returns, the fewest that have no order)
        T0                 T1
        fetch_add 1
                           fetch_add 1 = 0
        … fetch_add = 0 ✗

      why
        fetch_add 1 (line 4) returned 0
        so fetch_add 1 (line 3) can only be 1; it returned 0

      as far as an order goes
        T0  fetch_add 1 = 0
      exit 1
      "
    `);
  });

  test('look-ups beside an unmap, by the machines', async () => {
    expect(await transcript('iommu.jsonl')).toMatchInlineSnapshot(`
      "$ iommucheck linearize iommu.jsonl
      iommu.jsonl as a history of iommu: 5 calls

      not linearizable: no order gives what was returned (5 nodes)

      what is to blame (3 returns, the fewest that have no order)
        T0                                                  T1
        iommu_map d0 iova 0x1000 ← pa 0x100000, 1 page,
            prot 3 = 0
                                                            iova_to_phys d0 iova 0x1000 = 0 {"pa":0}
                                                            iova_to_phys d0 iova 0x1000 = 0 {"pa":1048576} ✗

      why
        iommu_map d0 iova 0x1000 ← pa 0x100000, 1 page, prot 3 (line 5) returned 0 before iova_to_phys d0 iova 0x1000 (line 8) began
        iova_to_phys d0 iova 0x1000 (line 8) returned 0 {"pa":0} before iova_to_phys d0 iova 0x1000 (line 10) began
        so iova_to_phys d0 iova 0x1000 (line 10) can only be 0 {"pa":0}; it returned 0 {"pa":1048576}

      as far as an order goes
        T0  domain_alloc d0 dev0 type unmanaged = 0
        T0  iommu_map d0 iova 0x1000 ← pa 0x100000, 1 page, prot 3 = 0
        T0  iommu_unmap d0 iova 0x1000, 1 page = 0 {"size":4096}
        T1  iova_to_phys d0 iova 0x1000 = 0 {"pa":0}

      what did not matter
        whether these took effect, and when:
          T0  domain_alloc d0 dev0 type unmanaged (line 3)
          T0  iommu_unmap d0 iova 0x1000, 1 page (line 7)
      exit 1
      "
    `);
  });
});

test('another specification than the file names', async () => {
  const counted = ['linearize', 'register.jsonl', '--spec', 'counter'];
  const { code, stderr } = await iommucheck(counted, { files });
  expect(code).toBe(5);
  expect(stderr).toContain(
    "register.jsonl: line 3: op: a counter has no operation 'write'; it has get, add, fetch_add",
  );
  const args = ['linearize', 'register.jsonl', '--spec', 'cas-register'];
  expect((await iommucheck(args, { files })).code).toBe(1);
});

test('standard input, and JSON', async () => {
  const args = ['linearize', '-', '--json'];
  const none = await iommucheck(args, { stdin: files['register.jsonl'] ?? '' });
  expect(none.code).toBe(1);
  expect(JSON.parse(none.stdout)).toEqual({
    tool: 'iommucheck',
    toolVersion: '0.1.0',
    command: 'linearize',
    specification: 'register',
    verdict: 'none',
    nodes: 5,
    explanation: {
      calls: [
        { id: 'r2', call: 6, end: 7 },
        { id: 'r3', call: 8, end: 9 },
      ],
      last: 'r3',
      ordered: [['r2', 'r3']],
      others: ['w', 'r1'],
      possible: [1],
      proof: 'smallest',
    },
  });
  const order = await iommucheck(args, { stdin: files['set.jsonl'] ?? '' });
  expect(JSON.parse(order.stdout)).toMatchObject({
    verdict: 'order',
    order: [
      { id: '1', result: true },
      { id: '2', result: false },
      { id: '3', result: true },
    ],
  });
});

test('a bound that is hit is no answer', async () => {
  const { code, text } = await iommucheck(['linearize', 'set.jsonl', '--max-nodes', '2'], {
    files,
  });
  expect(code).toBe(3);
  expect(text).toContain(
    'inconclusive: more than 2 nodes\n  try: iommucheck linearize --max-nodes',
  );
});

const head = '{"spec": "register"}';
const call = (more = '"op": "read"', id = 1, task = 'A') =>
  `{"event": "call", "id": ${id}, "task": "${task}", ${more}}`;
const end = (more = '"ret": 0', id = 1) => `{"event": "return", "id": ${id}, ${more}}`;
const container = files['spapr.jsonl']?.split('\n')[1] ?? '';
const domain = files['iommu.jsonl']?.split('\n')[1] ?? '';

test.each([
  ['', 'the history is empty: there is no line with an event'],
  ['# only a comment', 'the history is empty'],
  [head, 'the history is empty'],
  [call(), 'neither the first line nor the command names a specification'],
  [
    '{"spec": "stack"}\n' + call(),
    "line 1: spec: unknown specification 'stack'; there are register,",
  ],
  [`${head}\n{"event": `, 'line 2: not JSON'],
  [`${head}\n[1]`, 'line 2: not a JSON object'],
  [`${head}\n${call()}\n${head}`, 'line 3: event: '],
  [`${head}\n{"event": "fork"}`, 'line 2: event: '],
  [`${head}\n{"event": "call", "id": 1, "op": "read"}`, 'line 2: task: '],
  [`${head}\n${call('"op": 7')}`, 'line 2: op: Invalid input: expected string, received number'],
  [`${head}\n${call('"op": "read", "then": 1')}`, 'line 2: Unrecognized key: "then"'],
  [
    `${head}\n${call()}\n${call('"op": "read"', 1, 'B')}`,
    'line 3: id: there is a call 1 already, in line 2',
  ],
  [
    `${head}\n${call()}\n${call('"op": "read"', 2)}`,
    'line 3: task: A calls while its call 1 of line 2 has not returned',
  ],
  [`${head}\n${end()}`, 'line 2: id: nothing called 1 before this line'],
  [`${head}\n${call()}\n${end()}\n${end()}`, 'line 4: id: call 1 has returned already, in line 3'],
  [
    `${head}\n${call('"op": "push"')}`,
    "line 2: op: a register has no operation 'push'; it has read, write",
  ],
  [`${head}\n${call('"op": "toString"')}`, "line 2: op: a register has no operation 'toString'"],
  [`${head}\n${call('"op": "write"')}`, 'line 2: args.value: Invalid input'],
  [`${head}\n${call('"op": "read", "args": {"at": 1}')}`, 'line 2: args: Unrecognized key: "at"'],
  [
    `${head}\n${call('"op": "read", "process": 1')}`,
    'line 2: process: a history of a register has none',
  ],
  [
    `${head}\n${call('"op": "write", "args": {"value": 1}')}\n${end('"ret": 1')}`,
    'line 3: ret: Invalid input: expected null, received number',
  ],
  [
    `${head}\n${call()}\n${end('"out": {"a": 1}')}`,
    'line 3: out: a history of a register has none',
  ],
  [
    '{"spec": "counter", "initial": "0"}\n' + call('"op": "get"'),
    'line 1: initial: Invalid input: expected number, received string',
  ],
  [
    '{"spec": "counter"}\n' + call('"op": "add", "args": {"by": 0.5}'),
    'line 2: args.by: Invalid input: expected int, received number',
  ],
  [
    '{"spec": "spapr"}\n' + call('"op": "info"'),
    'line 1: topology: a history of spapr says what there is',
  ],
  ['{"spec": "spapr", "topology": {}}\n' + call('"op": "info"'), 'line 1: topology.geometry: '],
  [`${container}\n${call('"op": "info"')}`, 'line 2: args.container: '],
  [
    `${container}\n${call('"op": "pop"')}`,
    "line 2: op: spapr has no operation 'pop'; the machines know attach, detach,",
  ],
  [
    `${container}\n${call('"op": "info", "args": {"container": 3}')}`,
    'line 2: args.container: there is no container 3',
  ],
  [
    `${container}\n${call('"op": "info", "args": {"container": 0}, "process": 4')}`,
    'line 2: process: there is no process 4',
  ],
  [
    `${container}\n${call('"op": "info", "args": {"container": 0}')}\n${end('"ret": "0"')}`,
    'line 3: ret: Invalid input: expected number, received string',
  ],
  [
    `${container}\n${call('"op": "info", "args": {"container": 0}')}\n${call('"op": "unmap", "args": {"container": 0, "iova": 0, "size": 4096}', 2, 'B')}`,
    'line 3: op: unmap beside the call of line 2: it does not promise to be atomic (each entry',
  ],
  [
    `${domain}\n${call('"op": "dma_read", "args": {"device": 0, "iova": 0}')}`,
    'line 2: op: dma_read: the machines do not say what it does',
  ],
])('%j', async (text, message) => {
  const { code, stderr, stdout } = await iommucheck(['linearize', '-'], { stdin: text });
  expect(stderr).toContain(`error: standard input: ${message}`);
  expect([code, stdout]).toEqual([5, '']);
  expect(stderr).not.toMatch(/\n +at /);
});

test.each([
  [['linearize'], 2, 'linearize needs a history'],
  [['linearize', 'none.jsonl'], 5, 'none.jsonl cannot be read'],
  [['linearize', 'set.jsonl', '--spec', 'sets'], 2, "unknown specification 'sets'"],
  [['linearize', 'set.jsonl', '--max-nodes', '0'], 2, '--max-nodes'],
  [['linearize', 'set.jsonl', 'more.jsonl'], 2, "unexpected argument 'more.jsonl'"],
])('%j ends with %i', async (args, code, message) => {
  const result = await iommucheck(args, { files });
  expect(result.code).toBe(code);
  expect(result.stderr).toContain(message);
});
