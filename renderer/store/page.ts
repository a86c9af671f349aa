import { create } from 'zustand';
import type { AudioReport, Command, EarshotBridge, Snapshot } from '../../preload/contract.ts';
import { reasonOf } from './reason.ts';

interface Page {
  /** What main said last; null until it said anything. */
  readonly snapshot: Snapshot | null;
  /** Why main refused the last command; null when it took it. */
  readonly refusal: string | null;
  /** Known here before main says what follows from it. */
  readonly microphone: AudioReport['microphone'];
}

/** The page's copy of main's state. Main owns the truth: each snapshot replaces the one before. */
export const usePage = create<Page>(() => ({ snapshot: null, refusal: null, microphone: 'off' }));

/** Announces the page and keeps the copy current; returns what stops it. */
export function connect(bridge: EarshotBridge): () => void {
  return bridge.onSnapshot((snapshot) => {
    usePage.setState({ snapshot });
  });
}

/** Sends what a button stands for; a refusal is shown above the composer until the next command is taken. */
export function request(command: Command): void {
  window.earshot.send(command).then(
    () => {
      usePage.setState({ refusal: null });
    },
    (error: unknown) => {
      usePage.setState({ refusal: reasonOf(error) });
    },
  );
}

/** Takes the refusal away once it was read. */
export function forgetRefusal(): void {
  usePage.setState({ refusal: null });
}
