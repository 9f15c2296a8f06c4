// Linux error numbers, as returned: negative. Values of include/uapi/asm-generic/errno*.h.

export const EPERM = -1;
export const ENOENT = -2;
export const ESRCH = -3;
export const EIO = -5;
export const ENXIO = -6;
export const EBADF = -9;
export const ENOMEM = -12;
export const EFAULT = -14;
export const EBUSY = -16;
export const ENODEV = -19;
export const EINVAL = -22;
export const ENOTTY = -25;
export const ENOSPC = -28;

const names: Readonly<Record<number, string>> = {
  [EPERM]: 'EPERM',
  [ENOENT]: 'ENOENT',
  [ESRCH]: 'ESRCH',
  [EIO]: 'EIO',
  [ENXIO]: 'ENXIO',
  [EBADF]: 'EBADF',
  [ENOMEM]: 'ENOMEM',
  [EFAULT]: 'EFAULT',
  [EBUSY]: 'EBUSY',
  [ENODEV]: 'ENODEV',
  [EINVAL]: 'EINVAL',
  [ENOTTY]: 'ENOTTY',
  [ENOSPC]: 'ENOSPC',
};

/** `-EBUSY` for -16; other numbers as they are. */
export function errnoName(ret: number): string {
  const name = names[ret];
  return name === undefined ? String(ret) : `-${name}`;
}
