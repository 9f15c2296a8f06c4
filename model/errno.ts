// The error numbers that the specification's machines answer with, negative as ioctls return them.
// Nothing else lives here.

export const EPERM = -1;
export const ENOENT = -2;
export const EIO = -5;
export const ENXIO = -6;
export const EBADF = -9;
export const ENOMEM = -12;
export const EFAULT = -14;
export const EBUSY = -16;
export const EEXIST = -17;
export const EXDEV = -18;
export const ENODEV = -19;
export const EINVAL = -22;
export const ENOTTY = -25;
export const ENOSPC = -28;
export const ERANGE = -34;
export const ENOSYS = -38;
export const EOPNOTSUPP = -95;
export const EPROBE_DEFER = -517;
