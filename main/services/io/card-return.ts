import { hasAnsweringCard } from '../../hardware/awaited-card.ts';
import { isCardAsleep } from '../../hardware/io/card-signs.ts';
import type { HardwareReport } from '../../hardware/model.ts';
import type { Folders } from '../../platform/folders.ts';
import { leftOut, nextCard, returnPolicy, type CardEvent, type CardLook, type CardState, type CardStep, type ReturnPolicy } from '../card-return.ts';
import { hasPassed, mayReturn } from '../preflight.ts';
import { lookAround } from './look-around.ts';
import { askCard, type AskOptions } from './preflight.ts';
import type { Prepared } from './preparation.ts';

/** Tries cards that were left out again, in the background and in quiet moments. */
export interface CardReturn {
  /** A card failed its check, failed under an engine, or (null) none answered at all. One that is left out already stays so. */
  readonly leftOut: (uuid: string | null) => void;
  readonly close: () => void;
}

export interface CardReturnOptions {
  /** One question to a card, in a process of its own. */
  readonly look: (uuid: string | null) => Promise<CardLook>;
  /** Whether somebody speaks or waits for an answer: then nothing is tried, and nothing goes back. */
  readonly isBusy: () => boolean;
  /** The card is well again; null: one answers where none did. */
  readonly onReturn: (uuid: string | null) => void;
  readonly policy?: ReturnPolicy;
}

export function createCardReturn({ look, isBusy, onReturn, policy = returnPolicy }: CardReturnOptions): CardReturn {
  const cards = new Map<string | null, CardState>();
  const timers = new Map<string | null, NodeJS.Timeout>();
  let closed = false;

  function handle(uuid: string | null, event: CardEvent): void {
    if (closed) return;
    const known = cards.get(uuid);
    if (known !== undefined) take(uuid, nextCard(known, event, performance.now(), policy));
    else if (event.kind === 'left-out') take(uuid, leftOut(performance.now(), policy));
  }

  function take(uuid: string | null, { state, effect }: CardStep): void {
    cards.set(uuid, state);
    switch (effect?.kind) {
      case 'wait': {
        const timer = setTimeout(() => {
          handle(uuid, { kind: 'timer', busy: isBusy() });
        }, effect.ms);
        // To wait for a card alone is no reason for the process to live on.
        timer.unref();
        timers.set(uuid, timer);
        return;
      }
      case 'look':
        void look(uuid)
          // A question that could not be asked says nothing good of the card.
          .catch(() => 'unwell' as const)
          .then((found) => {
            handle(uuid, { kind: 'looked', look: found, busy: isBusy() });
          });
        return;
      case 'return':
        onReturn(uuid);
        return;
      case undefined:
    }
  }

  return {
    leftOut: (uuid) => {
      handle(uuid, { kind: 'left-out' });
    },
    close: () => {
      closed = true;
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

export interface LookMeans extends AskOptions {
  readonly probe: () => Promise<HardwareReport>;
  /** The cards as they were last seen. */
  readonly cards: HardwareReport['gpus'];
  /** Where tests take the place of the machine. */
  readonly seams?: { readonly ask: typeof askCard; readonly isAsleep: typeof isCardAsleep };
}

/** How a card that a prepared machine does without is tried again. */
export function lookMeans({ root, folders }: { readonly root: string; readonly folders: Folders }, { hardware, installation, surroundings }: Pick<Prepared, 'hardware' | 'installation' | 'surroundings'>): LookMeans {
  const { voice } = surroundings;
  if (voice === undefined) throw new Error('the voice environment is not there');
  return { root, python: installation.python, surroundings: voice, cards: hardware.gpus, probe: () => lookAround(folders) };
}

/** Whether a card is well: a kernel runs on it; for no card at all, whether one answers now. Never wakes one that sleeps. */
export async function lookAtCard(uuid: string | null, means: LookMeans): Promise<CardLook> {
  const { ask, isAsleep } = means.seams ?? { ask: askCard, isAsleep: isCardAsleep };
  const busId = means.cards.find((card) => card.uuid === uuid)?.busId ?? null;
  if (await isAsleep(busId)) return 'asleep';
  if (uuid === null) return hasAnsweringCard(await means.probe()) ? 'well' : 'unwell';
  const answer = await ask(uuid, means);
  if (hasPassed(answer, uuid)) return 'well';
  return mayReturn(answer) ? 'unwell' : 'hopeless';
}
