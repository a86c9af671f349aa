import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One question as the stand-in for nvidia-smi answers it: see test/fakes/nvidia-smi/scenario. */
export interface GpuAnswer {
  /** Which question it is for; left out: for whatever is asked. */
  readonly question?: 'table' | 'processes' | 'list';
  readonly afterS?: number;
  readonly exitCode?: number;
  readonly errors?: string;
  /** Answers as another fake of that folder does. */
  readonly use?: string;
  readonly say?: string;
}

export interface GpuScenario {
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  /** How often it was asked, of one question when that has answers of its own. */
  readonly calls: (question?: GpuAnswer['question']) => number;
  /** Goes on with other answers, from their first. */
  readonly change: (answers: readonly GpuAnswer[]) => void;
  readonly remove: () => void;
}

/** What a driver says that is not awake yet. */
export const noDevices: GpuAnswer = { say: 'No devices were found', exitCode: 6 };

/** An nvidia-smi that gives these answers one after the other, and the last one for ever. */
export function gpuScenario(answers: readonly GpuAnswer[]): GpuScenario {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-gpu-'));
  const path = join(folder, 'scenario');
  function change(next: readonly GpuAnswer[]): void {
    for (const counted of ['', '.table', '.processes', '.list']) rmSync(`${path}.calls${counted}`, { force: true });
    writeFileSync(path, next.map((answer) => `${lineOf(answer)}\n`).join(''));
  }
  change(answers);
  return {
    program: join(import.meta.dirname, 'nvidia-smi', 'scenario'),
    environment: { EARSHOT_FAKE_GPU_SCENARIO: path },
    calls: (question) => linesOf(`${path}.calls${question === undefined ? '' : `.${question}`}`),
    change,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function lineOf({ question, afterS, exitCode, errors, use, say }: GpuAnswer): string {
  const words = [
    question,
    afterS === undefined ? undefined : `after=${afterS}`,
    exitCode === undefined ? undefined : `exit=${exitCode}`,
    errors === undefined ? undefined : `errors=${errors.replaceAll(' ', '_')}`,
    use === undefined ? undefined : `use=${use}`,
    say === undefined ? undefined : `say ${say.replaceAll('\n', '\\n')}`,
  ];
  return words.filter((word) => word !== undefined).join(' ');
}

function linesOf(path: string): number {
  try {
    return readFileSync(path, 'utf8').split('\n').length - 1;
  } catch {
    // It was never asked.
    return 0;
  }
}
