/** Bundles the product into dist/: main as CommonJS that runs on Node 18 (Electron 25's) and later, the page for Chromium 114 and later. */
import { cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { build, type BuildOptions } from 'esbuild';

/** A build fills a folder of its own, so that one that fails, and one beside it, leave dist/ as it is. */
const staging = `.dist-staging-${process.pid}`;
const old = `.dist-old-${process.pid}`;
/** Far longer than any build takes: what is older was left by one that was killed. */
const staleAfterMs = 3_600_000;

// What a clock that is right cannot be before.
const builtOn = JSON.stringify(new Date().toISOString().slice(0, 10));
const common = { bundle: true, sourcemap: true, logLevel: 'warning' } as const satisfies BuildOptions;
const node = { ...common, platform: 'node', format: 'cjs', target: 'node18', define: { 'process.env.EARSHOT_BUILT_ON': builtOn }, outdir: staging, outExtension: { '.js': '.cjs' } } as const satisfies BuildOptions;
// The first three are optional to ws and dbus-next, which work without them; Electron brings itself.
const external = ['bufferutil', 'utf-8-validate', 'x11', 'electron'];

async function bundle(): Promise<void> {
  await mkdir(`${staging}/renderer`, { recursive: true });
  const parts = await Promise.allSettled([
    build({ ...node, entryPoints: { cli: 'main/cli.ts' }, external, banner: { js: '#!/usr/bin/env node' } }),
    build({ ...node, entryPoints: { index: 'main/index.ts', start: 'start.ts' }, external, minify: true, keepNames: true }),
    build({ ...node, entryPoints: { preload: 'preload/index.ts' }, external, minify: true }),
    build({
      ...common,
      entryPoints: { app: 'renderer/app.tsx', capture: 'renderer/audio/capture-worklet.ts', playback: 'renderer/audio/playback-worklet.ts' },
      outdir: `${staging}/renderer`,
      platform: 'browser',
      format: 'esm',
      target: 'chrome114',
      jsx: 'automatic',
      minify: true,
      define: { 'process.env.NODE_ENV': '"production"' },
    }),
    cp('renderer/index.html', `${staging}/renderer/index.html`),
  ]);
  // Each to its end, or one would still write while the folder is removed.
  const failed = parts.find((part) => part.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Puts the new dist/ in the place of the old one; builds at the same time follow each other here, and the last one stays. */
async function swap(attempts = 20): Promise<void> {
  await rename('dist', old).catch(unlessCode('ENOENT'));
  try {
    await rename(staging, 'dist');
  } catch (error) {
    // Another build has put its own there in between; without one, the old dist/ goes back.
    const taken = await stat('dist').then(() => true, () => false);
    if (taken && attempts > 0) {
      await rm(old, { recursive: true, force: true });
      await swap(attempts - 1);
      return;
    }
    if (!taken) await rename(old, 'dist').catch(unlessCode('ENOENT'));
    throw error;
  }
}

function unlessCode(code: string): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof Error && 'code' in error && error.code === code)) throw error;
  };
}

async function removeStale(): Promise<void> {
  for (const name of await readdir('.')) {
    if (!name.startsWith('.dist-')) continue;
    const ageMs = await stat(name).then(({ mtimeMs }) => Date.now() - mtimeMs, () => 0);
    if (ageMs > staleAfterMs) await rm(name, { recursive: true, force: true });
  }
}

await removeStale();
try {
  await bundle();
  await swap();
} finally {
  for (const folder of [staging, old]) await rm(folder, { recursive: true, force: true });
}
