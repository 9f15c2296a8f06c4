// Specifications of the objects of the literature, by name.

import { queue, set } from './collections.ts';
import { counter } from './counter.ts';
import { register } from './register.ts';

export const specifications = { register, counter, queue, set } as const;
