// Linux error numbers, as returned: negative. Values of include/uapi/asm-generic/errno*.h.

export const EPERM = -1;
export const ENOENT = -2;
export const ESRCH = -3;
export const EIO = -5;
export const ENXIO = -6;
export const EBADF = -9;
export const EAGAIN = -11;
export const ENOMEM = -12;
export const EACCES = -13;
export const EFAULT = -14;
export const EBUSY = -16;
export const EEXIST = -17;
export const EXDEV = -18;
export const ENODEV = -19;
export const EINVAL = -22;
export const ENOTTY = -25;
export const ENOSPC = -28;
export const ERANGE = -34;
export const EDEADLK = -35;
export const ENOSYS = -38;
export const EOVERFLOW = -75;
export const EBADFD = -77;
export const EOPNOTSUPP = -95;
export const EADDRINUSE = -98;
export const EPROBE_DEFER = -517;

const names: Readonly<Record<number, string>> = {
  [EPERM]: 'EPERM',
  [ENOENT]: 'ENOENT',
  [ESRCH]: 'ESRCH',
  [EIO]: 'EIO',
  [ENXIO]: 'ENXIO',
  [EBADF]: 'EBADF',
  [EAGAIN]: 'EAGAIN',
  [ENOMEM]: 'ENOMEM',
  [EACCES]: 'EACCES',
  [EFAULT]: 'EFAULT',
  [EBUSY]: 'EBUSY',
  [EEXIST]: 'EEXIST',
  [EXDEV]: 'EXDEV',
  [ENODEV]: 'ENODEV',
  [EINVAL]: 'EINVAL',
  [ENOTTY]: 'ENOTTY',
  [ENOSPC]: 'ENOSPC',
  [ERANGE]: 'ERANGE',
  [EDEADLK]: 'EDEADLK',
  [ENOSYS]: 'ENOSYS',
  [EOVERFLOW]: 'EOVERFLOW',
  [EBADFD]: 'EBADFD',
  [EOPNOTSUPP]: 'EOPNOTSUPP',
  [EADDRINUSE]: 'EADDRINUSE',
  [EPROBE_DEFER]: 'EPROBE_DEFER',
};

/** `-EBUSY` for -16; other numbers as they are. */
export function errnoName(ret: number): string {
  const name = names[ret];
  return name === undefined ? String(ret) : `-${name}`;
}
