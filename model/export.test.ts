// The diagrams of the machines, as they are.
import { assign, createMachine, fromPromise } from 'xstate';
import { expect, test } from 'vitest';
import {
  containerMachine,
  entryMachine,
  regionMachine,
  toMermaid,
  windowMachine,
} from './index.ts';

test('entry', () => {
  expect(toMermaid(entryMachine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> clear
      clear --> mapped: MAP = 0
      clear --> clear: CLEAR = 0
      mapped --> mapped: MAP / putOldPage = 0
      mapped --> clear: CLEAR / putOldPage = 0"
  `);
});

test('window', () => {
  expect(toMermaid(windowMachine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> absent
      absent --> absent: CREATE [pageSizeUnsupported] = -EINVAL
      absent --> absent: CREATE [tableSizeZero] = -EINVAL
      absent --> absent: CREATE [overLimit] = -ENOMEM
      absent --> present: CREATE = 0
      absent --> present: ADOPT = 0
      absent --> absent: LOOKUP = -ENXIO
      absent --> absent: REMOVE = -EINVAL
      present --> present: CREATE = -ENOSPC
      present --> present: LOOKUP = 0
      present --> absent: REMOVE / clearEntries uncharge = 0"
  `);
});

test('region', () => {
  expect(toMermaid(regionMachine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> unregistered
      unregistered --> registered: REGISTER / use = 0
      unregistered --> unregistered: UNREGISTER = -ENOENT
      unregistered --> unregistered: MAP_ENTRY = -EINVAL
      registered --> registered: REGISTER / use = 0
      registered --> registered: UNREGISTER [usedElsewhere] / unuse = 0
      registered --> registered: UNREGISTER [entriesLive] = -EBUSY
      registered --> draining: UNREGISTER / unuse = 0
      registered --> registered: PUT [usedElsewhere] / unuse = 0
      registered --> orphaned: PUT [entriesLive] / unuse = 0
      registered --> draining: PUT / unuse = 0
      registered --> registered: MAP_ENTRY / incMapped = 0
      registered --> registered: UNMAP_ENTRY [noEntries] = 0
      registered --> registered: UNMAP_ENTRY / decMapped = 0
      draining --> draining: REGISTER = -EBUSY
      draining --> draining: UNREGISTER = -ENOENT
      draining --> unregistered: RELEASED / release = 0
      draining --> draining: MAP_ENTRY = -ENXIO
      orphaned --> registered: REGISTER / use = 0
      orphaned --> orphaned: UNREGISTER = -ENOENT
      orphaned --> orphaned: MAP_ENTRY / incMapped = 0
      orphaned --> draining: UNMAP_ENTRY [lastEntry] / decMapped = 0
      orphaned --> orphaned: UNMAP_ENTRY / decMapped = 0"
  `);
});

test('container', () => {
  expect(toMermaid(containerMachine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> disabled
      disabled --> disabled: ENTER [stranger] = -EPERM
      disabled --> disabled: ENTER = 0
      disabled --> disabled: SET_MM [v1] = -ENOTTY
      disabled --> disabled: SET_MM [stranger] = -EPERM
      disabled --> disabled: SET_MM / setMm = 0
      disabled --> disabled: BIND_MM / setMm = 0
      disabled --> disabled: NEED_GROUP [noGroups] = -ENXIO
      disabled --> disabled: NEED_GROUP = 0
      disabled --> disabled: NEED_WINDOW [pendingWithoutGroups] = -ENODEV
      disabled --> disabled: NEED_WINDOW [pending] / createDefaultWindow = 0
      disabled --> disabled: NEED_WINDOW = 0
      disabled --> disabled: DEFAULT_SETTLED / settleDefault = 0
      disabled --> disabled: ATTACH [noTableGroup] = -ENODEV
      disabled --> disabled: ATTACH [kindOfOtherVersion] = -EPERM
      disabled --> disabled: ATTACH [noDynamicWindowsInV2] = -EINVAL
      disabled --> disabled: ATTACH [legacyBesideOthers] = -EBUSY
      disabled --> disabled: ATTACH [secondGroupInV1] = -EBUSY
      disabled --> disabled: ATTACH [alreadyMember] = -EBUSY
      disabled --> disabled: ATTACH [otherFamily] = -EPERM
      disabled --> disabled: ATTACH = 0
      disabled --> disabled: ATTACHED [needsDefaultWindow] / addGroup deferDefault = 0
      disabled --> disabled: ATTACHED / addGroup = 0
      disabled --> disabled: DETACHED [noGroups] = 0
      disabled --> disabled: DETACHED [lastGroup] / dropGroup clearAllEntries = 0
      disabled --> disabled: DETACHED / dropGroup = 0
      disabled --> disabled: ENABLE [v2] = -ENOTTY
      disabled --> disabled: ENABLE [noGroups] = -ENODEV
      disabled --> disabled: ENABLE [noWindow32] = -EPERM
      disabled --> disabled: ENABLE [stranger] = -EPERM
      disabled --> disabled: ENABLE / setMm charge = 0
      disabled --> enabled: ENABLED [v1WithMm] = 0
      disabled --> disabled: DISABLE [v2] = -ENOTTY
      disabled --> disabled: DISABLE = 0
      disabled --> enabled: REGISTERED [v2WithMm] = 0
      disabled --> disabled: UNREGISTER [v1] = -ENOTTY
      disabled --> disabled: UNREGISTER [noMm] = -EPERM
      disabled --> disabled: UNREGISTER = 0
      disabled --> disabled: USE_DMA = -EPERM
      disabled --> closed: CLOSE / forget = 0
      enabled --> enabled: ENTER [stranger] = -EPERM
      enabled --> enabled: ENTER = 0
      enabled --> enabled: SET_MM [v1] = -ENOTTY
      enabled --> enabled: SET_MM [stranger] = -EPERM
      enabled --> enabled: SET_MM / setMm = 0
      enabled --> enabled: BIND_MM / setMm = 0
      enabled --> enabled: NEED_GROUP [noGroups] = -ENXIO
      enabled --> enabled: NEED_GROUP = 0
      enabled --> enabled: NEED_WINDOW [pendingWithoutGroups] = -ENODEV
      enabled --> enabled: NEED_WINDOW [pending] / createDefaultWindow = 0
      enabled --> enabled: NEED_WINDOW = 0
      enabled --> enabled: DEFAULT_SETTLED / settleDefault = 0
      enabled --> enabled: ATTACH [noTableGroup] = -ENODEV
      enabled --> enabled: ATTACH [kindOfOtherVersion] = -EPERM
      enabled --> enabled: ATTACH [noDynamicWindowsInV2] = -EINVAL
      enabled --> enabled: ATTACH [legacyBesideOthers] = -EBUSY
      enabled --> enabled: ATTACH [secondGroupInV1] = -EBUSY
      enabled --> enabled: ATTACH [alreadyMember] = -EBUSY
      enabled --> enabled: ATTACH [otherFamily] = -EPERM
      enabled --> enabled: ATTACH = 0
      enabled --> enabled: ATTACHED [needsDefaultWindow] / addGroup deferDefault = 0
      enabled --> enabled: ATTACHED / addGroup = 0
      enabled --> enabled: DETACHED [noGroups] = 0
      enabled --> enabled: DETACHED [lastGroup] / dropGroup clearAllEntries = 0
      enabled --> enabled: DETACHED / dropGroup = 0
      enabled --> enabled: ENABLE [v2] = -ENOTTY
      enabled --> enabled: ENABLE = -EBUSY
      enabled --> enabled: DISABLE [v2] = -ENOTTY
      enabled --> disabled: DISABLE / uncharge = 0
      enabled --> enabled: REGISTERED = 0
      enabled --> enabled: UNREGISTER [v1] = -ENOTTY
      enabled --> enabled: UNREGISTER = 0
      enabled --> enabled: USE_DMA = 0
      enabled --> closed: CLOSE [v1] / forget uncharge = 0
      enabled --> closed: CLOSE / forget = 0
      closed --> closed: any = -EBADF"
  `);
});

test('what other machines have: nested and parallel states, ends, delays, actors, inline code', () => {
  const machine = createMachine({
    id: 'call',
    initial: 'waiting',
    states: {
      waiting: {
        after: { 1000: { target: 'late', actions: assign({}) } },
        invoke: { id: 'work', src: fromPromise(async () => 1), onDone: 'done', onError: 'late' },
      },
      late: {
        type: 'parallel',
        states: {
          bell: { initial: 'off', states: { off: { on: { RING: 'on' } }, on: {} } },
          'the lamp': { initial: 'off', states: { off: { always: 'on' }, on: {} } },
        },
        on: { RETRY: { guard: () => true, target: 'waiting' } },
      },
      done: { type: 'final' },
    },
    on: { RESET: '.waiting' },
  });
  expect(toMermaid(machine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      state "call" as call {
        [*] --> waiting
        waiting --> done: work done
        waiting --> late: work failed
        waiting --> late: after 1000 / assign
        state "late" as late {
          state "bell" as late_bell {
            [*] --> late_bell_off
            state "off" as late_bell_off
            late_bell_off --> late_bell_on: RING
            state "on" as late_bell_on
          }
          --
          state "the lamp" as late_the_lamp {
            [*] --> late_the_lamp_off
            state "off" as late_the_lamp_off
            late_the_lamp_off --> late_the_lamp_on: always
            state "on" as late_the_lamp_on
          }
        }
        late --> waiting: RETRY [guard]
        done --> [*]
      }
      call --> waiting: RESET"
  `);
});
