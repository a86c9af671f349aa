/** Bundles the product into dist/: main as CommonJS that runs on Node 18 (Electron 25's) and later, the page for Chromium 114 and later. */
import { cp, mkdir, rm } from 'node:fs/promises';
import { build, type BuildOptions } from 'esbuild';

const common = { bundle: true, sourcemap: true, logLevel: 'warning' } as const satisfies BuildOptions;
const node = { ...common, platform: 'node', format: 'cjs', target: 'node18', outdir: 'dist', outExtension: { '.js': '.cjs' } } as const satisfies BuildOptions;
// The first three are optional to ws and dbus-next, which work without them; Electron brings itself.
const external = ['bufferutil', 'utf-8-validate', 'x11', 'electron'];

await rm('dist', { recursive: true, force: true });
await mkdir('dist/renderer', { recursive: true });
await Promise.all([
  build({ ...node, entryPoints: { cli: 'main/cli.ts' }, external, banner: { js: '#!/usr/bin/env node' } }),
  build({ ...node, entryPoints: { index: 'main/index.ts', start: 'start.ts' }, external, minify: true, keepNames: true }),
  build({ ...node, entryPoints: { preload: 'preload/index.ts' }, external, minify: true }),
  build({
    ...common,
    entryPoints: { app: 'renderer/app.tsx', capture: 'renderer/audio/capture-worklet.ts', playback: 'renderer/audio/playback-worklet.ts' },
    outdir: 'dist/renderer',
    platform: 'browser',
    format: 'esm',
    target: 'chrome114',
    jsx: 'automatic',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
  }),
  cp('renderer/index.html', 'dist/renderer/index.html'),
]);
