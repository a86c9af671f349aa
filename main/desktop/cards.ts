import type { Folders } from '../platform/folders.ts';
import { createCardReturn, lookAtCard, lookMeans, type CardReturnOptions } from '../services/io/card-return.ts';
import { goBackTo } from '../services/io/missing-cards.ts';
import type { SupervisorEvent } from '../services/supervisor-event.ts';
import { quietMs } from './offer.ts';
import type { Quiet } from './quiet.ts';
import type { Running } from './running.ts';

/** Graphics cards that the desktop does without because they failed, and wants back. */
export interface Cards {
  /** A stack is to be taken, or kept: cards it does without are tried again from time to time. */
  readonly follow: (waitingFor: Running['prepared']['waitingFor']) => void;
  readonly onEvent: (event: SupervisorEvent) => void;
  readonly close: () => void;
}

export interface CardsMeans {
  readonly quiet: Quiet;
  readonly running: () => Pick<Running, 'prepared' | 'supervisor'> | null;
  readonly root: string;
  readonly folders: Folders;
  /** Looks what is wanted now, and takes it in a quiet moment. */
  readonly planAnew: () => void;
  readonly log: (line: string) => void;
  /** Where tests take the place of the graphics cards. */
  readonly seams?: Pick<CardReturnOptions, 'look' | 'policy'>;
}

const checkEveryMs = 500;

/**
 * Tries cards that failed again while nobody speaks. One that an engine fell back from is returned to by restarting that
 * engine; one that the plan leaves out, by planning anew.
 */
export function createCards(means: CardsMeans): Cards {
  const { quiet, running, log } = means;
  /** Cards that are well again and wait for a moment in which nobody speaks. */
  const returning = new Map<string | null, NodeJS.Timeout>();

  function takeBack(uuid: string | null): void {
    const now = running();
    if (now === null) return;
    goBackTo(now.supervisor, uuid);
    if (now.prepared.waitingFor.some((card) => card.uuid === uuid)) means.planAnew();
  }

  function whenQuiet(uuid: string | null): void {
    log(`the graphics card ${uuid ?? 'that did not answer'} is well again`);
    if (returning.has(uuid)) return;
    const check = setInterval(() => {
      if (quiet.forMs() < quietMs) return;
      clearInterval(check);
      returning.delete(uuid);
      takeBack(uuid);
    }, checkEveryMs);
    check.unref();
    returning.set(uuid, check);
  }

  async function look(uuid: string | null): ReturnType<CardReturnOptions['look']> {
    const now = running();
    // What is started meanwhile looks at the cards by itself.
    return now === null ? 'unwell' : lookAtCard(uuid, lookMeans(means, now.prepared));
  }

  const cards = createCardReturn({ look, isBusy: () => quiet.forMs() < quietMs, onReturn: whenQuiet, ...means.seams });
  return {
    follow: (waitingFor) => {
      for (const { uuid } of waitingFor) cards.leftOut(uuid);
    },
    onEvent: (event) => {
      if (event.kind === 'fell-back') cards.leftOut(event.from);
    },
    close: () => {
      cards.close();
      for (const check of returning.values()) clearInterval(check);
    },
  };
}
