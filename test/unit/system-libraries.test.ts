import { expect, test } from 'vitest';
import { missingIn, packagesFor } from '../../system-libraries.ts';

const output = `	linux-vdso.so.1 (0x00007ffd)
	libgtk-3.so.0 => not found
	libnss3.so => /lib/x86_64-linux-gnu/libnss3.so (0x00007f)
	libasound.so.2 => not found
	libgdk-3.so.0 => not found
`;

test('what ldd did not find is named', () => {
  expect(missingIn(output)).toEqual(['libgtk-3.so.0', 'libasound.so.2', 'libgdk-3.so.0']);
});

test('libraries lead to Debian packages, each once, by the name that this system has', () => {
  const libraries = missingIn(output);
  expect(packagesFor(libraries, new Set(['libgtk-3-0', 'libasound2']))).toEqual({ packages: ['libasound2', 'libgtk-3-0'], unknown: [] });
  expect(packagesFor(libraries, new Set(['libgtk-3-0t64', 'libasound2t64', 'libasound2-data'])).packages).toEqual(['libasound2t64', 'libgtk-3-0t64']);
});

test('a library that is not in the list is said by its own name', () => {
  expect(packagesFor(['libfuture.so.9'], new Set())).toEqual({ packages: [], unknown: ['libfuture.so.9'] });
});
