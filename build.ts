/** Bundles main into one CommonJS file that runs on Node 18 (Electron 25's) and later. */
import { build } from 'esbuild';

await build({
  entryPoints: { cli: 'main/cli.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node18',
  sourcemap: true,
  logLevel: 'warning',
  banner: { js: '#!/usr/bin/env node' },
  // ws looks for these two optional accelerators; it works without them.
  external: ['bufferutil', 'utf-8-validate'],
});
