// What a logged call can have meant: a log does not say which of several containers, groups or
// processes a call was made on, so there may be several attempts, the likeliest first.

import type { Outcome, Steps } from '../../engine/runtime/index.ts';
import type { VfioCore } from '../../engine/vfio/core/kernel.ts';
import type { VfioContainer } from '../../engine/vfio/core/objects.ts';
import type { Call, Named } from './calls.ts';
import type { Host } from './host.ts';
import type { ContainerFile, GroupFile, OpenFile, Process } from './processes.ts';

export interface Attempt {
  readonly process: Process;
  /** Files that the call uses. */
  readonly files: readonly OpenFile[];
  readonly steps: () => Steps<Outcome>;
  /** What the descriptor table makes of success. */
  readonly commit?: (fd: number) => void;
}

function* only(steps: Steps<number>): Steps<Outcome> {
  return { ret: yield* steps };
}

/** The attempts in one process; none if it has no such file open. */
export function attemptsOf(call: Call, named: Named, process: Process, host: Host): Attempt[] {
  const { core } = host;
  switch (call.call) {
    case 'openContainer':
      return [openContainer(process, core)];
    case 'openGroup':
      return openGroup(call.group, process, host);
    case 'setContainer':
      return setContainer(named, process, core);
    case 'status':
    case 'unsetContainer':
    case 'deviceFd':
      return groupsOf(named, process).map((file) => onGroup(call.call, file, process, core));
    case 'close': {
      const file = fileToClose(call.what, named, process);
      return file === null ? [] : [closing(file, process, core)];
    }
    case 'apiVersion':
    case 'checkExtension':
    case 'setIommu':
    case 'driver':
      return containersOf(named.fd ?? named.containerFd, process).map((file) => ({
        process,
        files: [file],
        steps: () => onContainer(call, file.container, core),
      }));
    case 'fork':
    case 'exit':
    case 'wait':
      break;
  }
  return [];
}

type ContainerCall = Extract<
  Call,
  { readonly call: 'apiVersion' | 'checkExtension' | 'setIommu' | 'driver' }
>;

function onContainer(
  call: ContainerCall,
  container: VfioContainer,
  core: VfioCore,
): Steps<Outcome> {
  if (call.call === 'apiVersion') return only(core.vfioGetApiVersion());
  if (call.call === 'setIommu') return only(core.vfioIoctlSetIommu(container, call.type));
  if (call.call === 'driver') return core.vfioFopsUnlIoctl(container, call.op);
  return only(core.vfioContainerIoctlCheckExtension(container, call.extension));
}

function onGroup(
  call: 'status' | 'unsetContainer' | 'deviceFd',
  file: GroupFile,
  process: Process,
  core: VfioCore,
): Attempt {
  const { group } = file;
  const base = { process, files: [file] };
  if (call === 'status') return { ...base, steps: () => core.vfioGroupIoctlGetStatus(group) };
  if (call === 'unsetContainer')
    return { ...base, steps: () => only(core.vfioGroupIoctlUnsetContainer(group)) };
  const commit = (fd: number) => {
    file.refs++;
    process.install(fd, { kind: 'device', of: file, refs: 0, used: 0 });
  };
  return { ...base, steps: () => only(core.vfioGroupIoctlGetDeviceFd(group)), commit };
}

function openContainer(process: Process, core: VfioCore): Attempt {
  let made: VfioContainer | null = null;
  return {
    process,
    files: [],
    *steps() {
      made = yield* core.vfioFopsOpen(process.fds.size);
      return { ret: 0 };
    },
    commit: (fd) => {
      const container = made as VfioContainer;
      process.install(fd, { kind: 'container', container, refs: 0, used: 0 });
    },
  };
}

function openGroup(name: string, process: Process, { core, groups }: Host): Attempt[] {
  const group = groups.get(name);
  if (group === undefined) return [];
  const commit = (fd: number) => process.install(fd, { kind: 'group', group, refs: 0, used: 0 });
  return [{ process, files: [], steps: () => only(core.vfioGroupFopsOpen(group)), commit }];
}

/** Groups that are in no container come first, and the container that was used last. */
function setContainer(named: Named, process: Process, core: VfioCore): Attempt[] {
  const groups = groupsOf(named, process).sort((a, b) => isSet(a) - isSet(b));
  const containers = containersOf(named.containerFd, process);
  return groups.flatMap((file) =>
    containers.map((c) => ({
      process,
      files: [file, c],
      steps: () => only(core.vfioGroupIoctlSetContainer(file.group, c.container)),
    })),
  );
}

const isSet = ({ group }: GroupFile): number => (group.container.stored === null ? 0 : 1);

function containersOf(fd: number | undefined, process: Process): ContainerFile[] {
  const named = fd === undefined ? undefined : process.fds.get(fd);
  return named?.kind === 'container' ? [named] : process.files('container');
}

function groupsOf({ fd }: Named, process: Process): GroupFile[] {
  const named = fd === undefined ? undefined : process.fds.get(fd);
  return named?.kind === 'group' ? [named] : process.files('group');
}

function fileToClose(
  what: OpenFile['kind'] | null,
  { fd }: Named,
  process: Process,
): OpenFile | null {
  if (fd !== undefined) return process.fds.get(fd) ?? null;
  return what === null ? null : (process.files(what)[0] ?? null);
}

/** close(2) of one descriptor of a file. */
export function closing(file: OpenFile, process: Process, core: VfioCore): Attempt {
  const last = file.refs === 1;
  return {
    process,
    files: [],
    *steps() {
      yield core.spapr.world.env.local;
      if (last) yield* releaseOf(file, core);
      return { ret: 0 };
    },
    commit: () => {
      process.fds.delete(process.descriptorOf(file) as number);
      file.refs--;
      if (last && file.kind === 'device') file.of.refs--;
    },
  };
}

function* releaseOf(file: OpenFile, core: VfioCore): Steps {
  if (file.kind === 'container') yield* core.vfioFopsRelease(file.container);
  if (file.kind === 'group') yield* core.vfioGroupFopsRelease(file.group);
  if (file.kind !== 'device') return;
  yield* core.vfioGroupUnuseContainer(file.of.group);
  // The device held its group's file, which may have been closed before.
  if (file.of.refs === 1) yield* core.vfioGroupFopsRelease(file.of.group);
}
