import { findNvidiaSmi, askNvidiaSmi } from '../../hardware/io/nvidia-smi.ts';
import { pciCards } from '../../hardware/io/pci.ts';
import { systemFiles } from '../../hardware/io/system-files.ts';
import type { HardwareReport } from '../../hardware/model.ts';
import { changeOfOthers, isChange, type ChangeOfOthers } from '../../plan/replan.ts';
import { changeInSum, othersWithDrawing } from '../memory-of-others.ts';

/** What one look at the cards says. */
export type CardsAnswer = Pick<HardwareReport, 'gpus' | 'processes' | 'warnings'>;

export interface GpuWatchOptions {
  /** What the plan in force was made from. */
  readonly hardware: CardsAnswer;
  /** Cards that engines of ours are to run on. */
  readonly ownCards: ReadonlySet<string>;
  /** null when a card sleeps and is therefore not asked. */
  readonly ask: () => Promise<CardsAnswer | null>;
  readonly onChange: (change: ChangeOfOthers, cards: CardsAnswer) => void;
  readonly intervalMs?: number;
}

/**
 * Longer than a laptop's graphics card needs to fall asleep again: a look that found it awake must not be what keeps it
 * awake until the next one.
 */
const patientIntervalMs = 20_000;
/** A complaint that so many looks in a row have made will not go away: the watch goes on in spite of it. */
const looksUntilNormal = 3;
const noCards: ReadonlySet<string> = new Set();

/** Tells when somebody else comes to a graphics card, goes, or takes much more of it. Returns what ends the watch. */
export function watchGpus(options: GpuWatchOptions): () => void {
  const { hardware, ownCards, ask, onChange, intervalMs = patientIntervalMs } = options;
  if (hardware.gpus.length === 0) return () => undefined;
  const cards = hardware.gpus.map(({ uuid }) => uuid);
  const judgeWarnings = createWarningsJudge(hardware.warnings);
  // The plan was made before any engine of ours was started.
  let known = othersWithDrawing(hardware, cards, noCards);
  let ended = false;
  let timer = setTimeout(look, intervalMs);
  // A watch alone is no reason for the process to live on.
  timer.unref();

  function look(): void {
    void ask()
      // A look that failed says nothing about who is there; the next one may.
      .catch(() => null)
      .then((answer) => {
        if (ended) return;
        if (answer !== null && answer.gpus.length > 0) compare(answer);
        // After the answer and not beside it: a hung nvidia-smi shall not be asked a second time.
        timer = setTimeout(look, intervalMs);
        timer.unref();
      });
  }

  function compare(answer: CardsAnswer): void {
    const trust = judgeWarnings(answer.warnings);
    if (trust === 'none') return;
    const others = othersWithDrawing(answer, cards, ownCards);
    const change = trust === 'whole' ? changeOfOthers(known, others) : changeInSum(known, others);
    known = change.known;
    if (isChange(change)) onChange(change, answer);
  }

  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

/**
 * How far an answer is to be trusted by its complaints. With a new one it may lack programs that are still there; once
 * that complaint has lasted, or has gone again after it had, the sums hold but the list is not that of the look before.
 */
function createWarningsJudge(expected: readonly string[]): (warnings: readonly string[]) => 'none' | 'sums' | 'whole' {
  const adopted = new Set<string>();
  let unexpected = '';
  let looks = 0;
  let adoptedBefore = '';
  return (warnings) => {
    const strange = textOf(warnings.filter((warning) => !expected.includes(warning) && !adopted.has(warning)));
    looks = strange === unexpected ? looks + 1 : 1;
    unexpected = strange;
    if (strange !== '' && looks < looksUntilNormal) return 'none';
    for (const warning of warnings) if (!expected.includes(warning)) adopted.add(warning);
    const adoptedNow = textOf(warnings.filter((warning) => adopted.has(warning)));
    const same = adoptedNow === adoptedBefore;
    adoptedBefore = adoptedNow;
    return same ? 'whole' : 'sums';
  };
}

function textOf(warnings: readonly string[]): string {
  return [...warnings].sort().join('\n');
}

/**
 * Asks this machine's NVIDIA cards, as long as none of them sleeps: a question would wake it. Also one about the others
 * alone, as nvidia-smi opens every card before it looks at which of them it was asked about.
 */
export function cardsOfMachine(ownPids: () => ReadonlySet<number>): () => Promise<CardsAnswer | null> {
  const program = findNvidiaSmi('/', process.env);
  const files = systemFiles('/');
  return async () => {
    if (program === null) return null;
    const cards = await pciCards(files);
    if (cards.some(({ kernelDriver, powerState }) => kernelDriver === 'nvidia' && powerState === 'suspended')) return null;
    return askNvidiaSmi(program, { environment: process.env, ownPids: ownPids() });
  };
}
