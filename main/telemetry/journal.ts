import type { TurnEvent } from '../conversation/turn-event.ts';
import { assertNever } from '../platform/assert-never.ts';
import type { FaultId } from '../platform/fault.ts';
import type { Finding } from '../platform/finding.ts';
import { formatDuration } from '../platform/text.ts';
import { deviceFaultOf } from '../services/device-fault.ts';
import { serviceTitle } from '../services/names.ts';
import type { ServiceId } from '../services/service.ts';
import type { SupervisorEvent } from '../services/supervisor-event.ts';

/** Something that happened and that a person may want to read about later. Never what was said. */
export interface JournalEntry {
  /** ISO time. */
  readonly at: string;
  readonly kind: string;
  readonly severity: 'info' | 'warning' | 'error';
  /** A sentence for a person who has never heard of CUDA. */
  readonly text: string;
  readonly service?: ServiceId;
  /** Turn that it happened in, "3.12". */
  readonly turn?: string;
  /** What was found, for whoever helps that person. */
  readonly detail?: string;
  readonly fault?: FaultId;
}

/** An entry before it is written down. */
export type Note = Omit<JournalEntry, 'at'>;

/** What a person calls the graphics card with this uuid; null for one that is not known. */
export type CardName = (uuid: string) => string | null;

/** The entry for what happened to a service; null for an ordinary step. */
export function supervisorNote(event: SupervisorEvent, cardName: CardName): Note | null {
  switch (event.kind) {
    case 'state':
      return stateNote(event);
    case 'spawned':
      return null;
    case 'ready':
      return note('ready', event.service, 'info', `${theService(event.service)} is ready on ${deviceName(event.device, cardName)}, after ${formatDuration(event.loadMs)}.`);
    case 'crashed':
      return crashNote(event);
    case 'gave-up':
      return {
        ...note('gave-up', event.service, 'error', `${theService(event.service)} stopped again and again, so Earshot does not start it any more by itself.`),
        fault: 'process-crashed',
        detail: withoutQuotes(event.reason),
      };
    case 'fell-back':
      return { ...findingNote(event.finding, event.service), kind: 'fell-back', detail: `It moved from ${deviceName(event.from, cardName)} to ${deviceName(event.to, cardName)}.` };
    case 'returned':
      return note('returned', event.service, 'info', `${theService(event.service)} is back on ${deviceName(event.device, cardName)}.`);
    case 'rested':
      return note('rested', event.service, 'info', `Nobody needed the ${serviceTitle[event.service]} for a while, so it gave its memory back.`);
    case 'woken':
      return note('woken', event.service, 'info', `The ${serviceTitle[event.service]} is needed again and is being loaded.`);
    case 'finding':
      return findingNote(event.finding, event.service);
    case 'resumed':
      return {
        kind: 'resumed',
        severity: 'info',
        text: `The computer slept${event.afterMs === null ? '' : ` for ${roughly(event.afterMs)}`}, or stood still. Earshot makes sure that everything still works.`,
      };
    case 'reaped':
      return {
        kind: 'reaped',
        severity: 'info',
        text: 'An Earshot that was ended abruptly had left something running. It was ended now.',
        detail: `Process numbers: ${event.pids.join(', ')}.`,
      };
    default:
      return assertNever(event);
  }
}

/**
 * The entry for what happened in a turn; null for what happens in every turn. `isOfRest`: it is about a service that only
 * rested. The reason stays out: it may quote what was said.
 */
export function turnNote(event: TurnEvent, isOfRest: boolean): Note | null {
  switch (event.kind) {
    case 'asked':
    case 'ended':
    case 'answered':
    case 'interrupted':
      return null;
    case 'failed':
      return inTurn(event, 'turn-failed', 'error', `A question got no answer${event.service === undefined ? '' : `, because the ${serviceTitle[event.service]} failed`}.`);
    case 'engine-lost':
      if (isOfRest) return inTurn(event, 'waiting', 'info', `${somethingOf(event.service)} is being loaded. The question waits for it.`);
      return inTurn(event, 'engine-lost', 'warning', `${somethingOf(event.service)} stopped in the middle of a question. The question is kept until it is back.`);
    case 'engine-back':
      // That it is ready is an entry of its own.
      if (isOfRest) return null;
      return inTurn(event, 'engine-back', 'info', `${somethingOf(event.service)} is back${event.waitedMs === undefined ? '' : ` after ${formatDuration(event.waitedMs)}`}, and the question goes on.`);
    case 'asked-again':
      return inTurn(event, 'asked-again', 'info', 'Earshot asked a question again by itself, because it had been interrupted before the answer was complete.');
    default:
      return assertNever(event.kind);
  }
}

/** The entry for something found wrong. Its evidence stays out: lines of a log may quote what was said. */
export function findingNote({ fault, severity, title, detail }: Finding, service?: ServiceId): Note {
  return { kind: 'finding', severity, text: title, fault, ...(service === undefined ? {} : { service }), ...(detail === '' ? {} : { detail }) };
}

function stateNote({ service, from, to }: Extract<SupervisorEvent, { kind: 'state' }>): Note | null {
  if (to === 'degraded') return note('late', service, 'warning', `${theService(service)} does not react at the moment. Earshot gives it a little more time.`);
  if (from === 'degraded' && to === 'ready') return note('on-time', service, 'info', `${theService(service)} reacts again.`);
  const isRestart = to === 'starting' && (from === 'backing-off' || from === 'stopping' || from === 'failed');
  return isRestart ? note('restarted', service, 'info', `${theService(service)} is being started again.`) : null;
}

type Crashed = Extract<SupervisorEvent, { kind: 'crashed' }>;

/** What it said last (`lines`) is in the log of the services; here it could quote what was said. */
function crashNote({ service, cause, reason }: Crashed): Note {
  const { kind, text, fault } = crashStory(theService(service), cause, reason);
  return { ...note(kind, service, 'warning', text), detail: withoutQuotes(reason), ...(fault === null ? {} : { fault }) };
}

function crashStory(who: string, cause: Crashed['cause'], reason: string): { readonly kind: 'crashed' | 'hung'; readonly text: string; readonly fault: FaultId | null } {
  switch (cause) {
    case 'device':
      return { kind: 'crashed', text: `${who} stopped, because its graphics card failed.`, fault: deviceFaultOf(reason) };
    case 'out-of-memory':
      return { kind: 'crashed', text: `${who} stopped, because this computer ran out of memory.`, fault: 'process-killed-oom' };
    case 'killed':
      return { kind: 'crashed', text: `${who} was ended from outside, by a person or by the system, which does so when memory runs out.`, fault: null };
    case 'crash':
      return { kind: 'crashed', text: `${who} stopped unexpectedly.`, fault: 'process-crashed' };
    case 'gave-up':
      return { kind: 'crashed', text: `${who} could not load what it needs.`, fault: 'process-crashed' };
    case 'no-answer':
      return { kind: 'crashed', text: `The server that ${who.replace(/^The/, 'the')} is to use cannot be used. Earshot goes on trying.`, fault: 'service-unreachable' };
    case 'hung':
      return { kind: 'hung', text: `${who} did not react any more, so Earshot ended it.`, fault: 'service-hung' };
    default:
      return assertNever(cause);
  }
}

function note(kind: string, service: ServiceId, severity: Note['severity'], text: string): Note {
  return { kind, service, severity, text };
}

function inTurn({ turnId, service }: TurnEvent, kind: string, severity: Note['severity'], text: string): Note {
  return { kind, severity, text, turn: turnId, ...(service === undefined ? {} : { service }) };
}

function theService(id: ServiceId): string {
  return `The ${serviceTitle[id]}`;
}

function somethingOf(id: ServiceId | undefined): string {
  return id === undefined ? 'A part of Earshot' : theService(id);
}

function deviceName(device: string, cardName: CardName): string {
  if (device === 'cpu') return 'the processor';
  if (device === 'external') return 'the server that you named';
  const name = cardName(device);
  return name === null ? 'a graphics card' : `the ${name}`;
}

/** 190 000 → "about 3 minutes". */
function roughly(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 90) return `about ${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `about ${minutes} minutes` : `about ${Math.round(minutes / 60)} hours`;
}

const longestDetail = 300;

/** What a program said of its end, without what it quotes: an error that quotes its input quotes what was said. Paths and addresses stay. */
function withoutQuotes(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll(/"[^"]*"|“[^”]*”|‘[^’]*’|(?<!\w)'[^']*'/g, (quoted) => (/^\S*[/\\]\S*$/.test(quoted) ? quoted : '“…”'));
  return line.length > longestDetail ? `${line.slice(0, longestDetail)}…` : line;
}
