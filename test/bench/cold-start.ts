/** Measures "clone to first spoken answer" with every cache empty: `tsx test/bench/cold-start.ts`. */
import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../setup/prepare.ts';

export interface ColdStart {
  readonly cloneMs: number;
  readonly npmCiMs: number;
  readonly firstAnswerMs: number;
  readonly totalMs: number;
  readonly answer: string;
  /** A second `npm start`, which has nothing to set up. */
  readonly secondStartMs: number;
  readonly secondStartSetUp: boolean;
}

/** Clones HEAD, then does what the README says, in a home without npm's, uv's, pip's or Earshot's caches. */
export async function measureColdStart(): Promise<ColdStart> {
  const scratch = await mkdtemp(join(tmpdir(), 'earshot-cold-'));
  const home = join(scratch, 'home');
  const clone = join(scratch, 'earshot');
  const env = { ...process.env, HOME: home, EARSHOT_HOME: join(home, 'earshot'), npm_config_cache: join(home, 'npm'), PIP_NO_CACHE_DIR: '1', OLLAMA_HOST: 'http://127.0.0.1:9' };
  await mkdir(home);
  try {
    const startedMs = performance.now();
    await execa('git', ['clone', '--quiet', repository, clone]);
    const clonedMs = performance.now();
    await execa('npm', ['ci'], { cwd: clone, env, extendEnv: false });
    const installedMs = performance.now();
    const first = await execa('npm', ['start', '--', '--json'], { cwd: clone, env, extendEnv: false });
    const answeredMs = performance.now();
    const second = await execa('npm', ['start', '--', '--json'], { cwd: clone, env, extendEnv: false });
    const document = JSON.parse(first.stdout.slice(first.stdout.indexOf('{'))) as { reply: string; saved: string };
    if (!existsSync(document.saved)) throw new Error(`the reply was said to be in ${document.saved} and is not`);
    return {
      cloneMs: clonedMs - startedMs,
      npmCiMs: installedMs - clonedMs,
      firstAnswerMs: answeredMs - installedMs,
      totalMs: answeredMs - startedMs,
      answer: document.reply,
      secondStartMs: performance.now() - answeredMs,
      secondStartSetUp: second.stderr.includes('Setting up'),
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) console.log(await measureColdStart());
