// The processes of a session and their open files, as user space numbers them. What a file stands
// for is an object of the engine; how often it is open is counted here, as a kernel's file layer
// does.

import type { VfioContainer, VfioCoreGroup } from '../../engine/vfio/core/objects.ts';

interface FileBase {
  /** Descriptors of all processes, and files of devices that hold their group's. */
  refs: number;
  /** When a call last used it; larger is later. */
  used: number;
}

export type ContainerFile = FileBase & {
  readonly kind: 'container';
  readonly container: VfioContainer;
};
export type GroupFile = FileBase & { readonly kind: 'group'; readonly group: VfioCoreGroup };
export type DeviceFile = FileBase & { readonly kind: 'device'; readonly of: GroupFile };
export type OpenFile = ContainerFile | GroupFile | DeviceFile;

export class Process {
  /** Number of its memory in the host. */
  readonly index: number;
  readonly name: string;
  readonly parent: Process | null;
  readonly fds = new Map<number, OpenFile>();

  constructor(index: number, name: string, parent: Process | null) {
    this.index = index;
    this.name = name;
    this.parent = parent;
    for (const [fd, file] of parent?.fds ?? []) this.install(fd, file);
  }

  /** dup or fd_install: one more descriptor of a file. */
  install(fd: number, file: OpenFile): void {
    this.fds.set(fd, file);
    file.refs++;
  }

  /** Open files of one kind, the one used last in front. */
  files<K extends OpenFile['kind']>(kind: K): Extract<OpenFile, { kind: K }>[] {
    const files = new Set([...this.fds.values()].filter((file) => file.kind === kind));
    return [...files].sort((a, b) => b.used - a.used) as Extract<OpenFile, { kind: K }>[];
  }

  descriptorOf(file: OpenFile): number | undefined {
    for (const [fd, other] of this.fds) if (other === file) return fd;
    return undefined;
  }
}
