import { findNvidiaSmi, askNvidiaSmi } from '../../hardware/io/nvidia-smi.ts';
import { pciCards } from '../../hardware/io/pci.ts';
import { systemFiles } from '../../hardware/io/system-files.ts';
import type { HardwareReport } from '../../hardware/model.ts';
import { changeOfOthers, isChange, othersOnCards, type ChangeOfOthers } from '../../plan/replan.ts';

/** What one look at the cards says. */
export type CardsAnswer = Pick<HardwareReport, 'gpus' | 'processes' | 'warnings'>;

export interface GpuWatchOptions {
  /** What the plan in force was made from. */
  readonly hardware: CardsAnswer;
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

/** Tells when somebody else comes to a graphics card, goes, or takes much more of it. Returns what ends the watch. */
export function watchGpus(options: GpuWatchOptions): () => void {
  const { hardware, ask, onChange, intervalMs = patientIntervalMs } = options;
  if (hardware.gpus.length === 0) return () => undefined;
  const expectedWarnings = new Set(hardware.warnings);
  let known = othersOnCards(hardware);
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
        if (answer !== null && isWhole(answer)) compare(answer);
        // After the answer and not beside it: a hung nvidia-smi shall not be asked a second time.
        timer = setTimeout(look, intervalMs);
        timer.unref();
      });
  }

  /** An answer with a new complaint may lack programs that are still there. */
  function isWhole({ gpus, warnings }: CardsAnswer): boolean {
    return gpus.length > 0 && warnings.every((warning) => expectedWarnings.has(warning));
  }

  function compare(answer: CardsAnswer): void {
    const change = changeOfOthers(known, othersOnCards(answer));
    known = change.known;
    if (isChange(change)) onChange(change, answer);
  }

  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

/** Asks this machine's NVIDIA cards, as long as none of them sleeps: a question would wake it. */
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
