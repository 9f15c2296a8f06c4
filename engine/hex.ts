// Addresses and sizes as people read them.

/** `0x1000`; exact for every whole number that a u64 may be here. */
export const hex = (value: number): string => `0x${value.toString(16)}`;
