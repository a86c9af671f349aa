import { build, type Metafile } from 'esbuild';
import { expect, test } from 'vitest';

/** Every file of main with the files of main it imports, as the bundler sees them. */
async function importsOfMain(): Promise<ReadonlyMap<string, readonly string[]>> {
  const { metafile } = await build({
    entryPoints: ['main/cli.ts'],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outdir: 'dist',
    logLevel: 'silent',
  });
  const inputs: Metafile['inputs'] = metafile.inputs;
  return new Map(Object.entries(inputs).map(([file, { imports }]) => [file, imports.filter((one) => one.external !== true).map((one) => one.path)]));
}

test('no file imports itself by a detour', async () => {
  const imports = await importsOfMain();
  const done = new Set<string>();
  const cycles: string[] = [];

  function visit(file: string, path: readonly string[]): void {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const imported of imports.get(file) ?? []) visit(imported, [...path, file]);
    done.add(file);
  }

  for (const file of imports.keys()) visit(file, []);
  expect(cycles).toEqual([]);
});
