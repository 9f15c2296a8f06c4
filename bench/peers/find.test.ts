// What is optional is found where it is, and said to be absent where it is not.

import { expect, test, vi } from 'vitest';
import { spin } from './adapters/spin.ts';
import { packageFolder } from '../../fuzz/package.ts';
import { installed, onPath } from './find.ts';

test('programs', () => {
  expect(onPath('no-such-program')).toBeNull();
  expect(onPath('sh', '/nowhere:/bin')).toBe('/bin/sh');
});

test('packages, in the order of the folders', () => {
  expect(installed('xstate', [packageFolder])?.version).toMatch(/^5\./);
  expect(installed('@informalsystems/quint', ['/nowhere'])).toBeNull();
});

test('an absent peer says why, and what installs it', () => {
  vi.stubEnv('PATH', '/nowhere');
  try {
    expect(spin.find()).toEqual({
      found: false,
      why: 'spin and gcc not on the PATH',
      install: 'apt-get install spin gcc',
    });
  } finally {
    vi.unstubAllEnvs();
  }
});
