// Bounds of searches where the user names none.

/** Of one program; about 14 bytes each. */
export const defaultMaxStates = 20_000_000;
