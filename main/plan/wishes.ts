import type { Settings } from '../settings/schema.ts';
import { cardName, listed } from './driver.ts';
import type { GpuVerdict } from './gpu-choice.ts';
import { isNamed } from './installed-models.ts';
import { place, roles, type Choice, type Placed, type Problem, type Role } from './placement.ts';

type ServiceOverride = NonNullable<Settings['overrides']['services'][Role]>;

export const roleTitles = { stt: 'speech recognition', llm: 'language model', tts: 'voice', turn: 'end-of-turn detection' } as const;

/** What somebody decided for one service, already known to be possible for it alone. */
interface Wish {
  readonly role: Role;
  readonly kind: 'device' | 'sameDeviceAs' | 'model' | 'precision';
  /** "The speech recognition runs on the processor". */
  readonly sentence: string;
  readonly origin: ServiceOverride;
  readonly holds: (choice: Choice) => boolean;
  readonly other: Role | null;
}

export interface WishedPlacement {
  readonly placed: Placed;
  readonly notes: readonly string[];
  /** How many wishes are kept. */
  readonly held: number;
}

/** Places the services as settings wish; a wish that cannot be is said and passed over. null: nothing fits, even without wishes. */
export function placeAsWished(problem: Problem, verdicts: readonly GpuVerdict[], settings: Settings): WishedPlacement | null {
  const { wishes, notes } = possibleWishes(problem, verdicts, settings);
  const placed = place(narrowed(problem, wishes));
  if (placed !== null) return { placed, notes: [...notes, ...wishes.map(heldNote)], held: wishes.length };

  let held: readonly Wish[] = [];
  let best = place(problem);
  if (best === null) return null;
  for (const wish of wishes) {
    const next = place(narrowed(problem, [...held, wish]));
    if (next === null) {
      notes.push(passedOver(wish, 'together with the rest it does not fit into the memory there is'));
    } else {
      held = [...held, wish];
      best = next;
    }
  }
  return { placed: best, notes: [...notes, ...held.map(heldNote)], held: held.length };
}

function heldNote(wish: Wish): string {
  return `${wish.sentence}, as ${quoted(wish.origin)}.`;
}

/** The wishes that leave each service a choice, the most important first: devices, then models, then precisions, then company. */
function possibleWishes(problem: Problem, verdicts: readonly GpuVerdict[], settings: Settings): { readonly wishes: readonly Wish[]; readonly notes: string[] } {
  const notes: string[] = [];
  const wishes: Wish[] = [];
  for (const role of roles) {
    const override = settings.overrides.services[role];
    if (override === undefined) continue;
    if (settings.services[role] !== undefined) {
      notes.push(`What ${quoted(override)} about the ${roleTitles[role]} has no effect: it is a server by URL, which decides for itself.`);
      continue;
    }
    for (const wish of wishesOf(role, override, verdicts)) {
      const problemFound = impossible(wish, problem, wishes, verdicts, settings);
      if (problemFound === null) wishes.push(wish);
      else notes.push(passedOver(wish, problemFound));
    }
  }
  const rank = ['device', 'model', 'precision', 'sameDeviceAs'];
  return { wishes: wishes.sort((a, b) => rank.indexOf(a.kind) - rank.indexOf(b.kind)), notes };
}

function wishesOf(role: Role, override: ServiceOverride, verdicts: readonly GpuVerdict[]): readonly Wish[] {
  const { device, model, precision, sameDeviceAs } = override;
  const title = `The ${roleTitles[role]}`;
  const common = { role, origin: override, other: null };
  const wishes: Wish[] = [];
  if (device !== undefined) wishes.push({ ...common, kind: 'device', sentence: `${title} runs on ${placeName(device, verdicts)}`, holds: (choice) => choice.device === device });
  if (model !== undefined) wishes.push({ ...common, kind: 'model', sentence: `${title} uses the model ${model}`, holds: (choice) => isNamed(choice.candidate.id, model) });
  if (precision !== undefined) wishes.push({ ...common, kind: 'precision', sentence: `${title} computes in ${precision}`, holds: (choice) => choice.precision === precision });
  if (sameDeviceAs !== undefined) {
    wishes.push({ ...common, kind: 'sameDeviceAs', sentence: `${title} runs where the ${roleTitles[sameDeviceAs]} does`, holds: () => true, other: sameDeviceAs });
  }
  return wishes;
}

/** Why a wish cannot be, given those before it; null when it can. */
function impossible(wish: Wish, problem: Problem, before: readonly Wish[], verdicts: readonly GpuVerdict[], settings: Settings): string | null {
  const { role, kind, origin, other } = wish;
  if (kind === 'device' && origin.device !== undefined && origin.device !== 'cpu') {
    const verdict = verdicts.find(({ gpu }) => gpu.uuid === origin.device);
    if (verdict === undefined) return 'there is no such graphics card in this computer';
    if (!verdict.allowed) return `that card may not be used (${verdict.reason.replace(/\.$/, '')})`;
  }
  if (other !== null) return settings.services[other] === undefined ? null : `the ${roleTitles[other]} is a server by URL`;
  const narrowedChoices = narrowed(problem, before).choices[role];
  if (narrowedChoices.some(wish.holds)) return null;
  if (kind === 'model') {
    const known = [...new Set(narrowedChoices.map((choice) => choice.candidate.id))];
    return `it is not there, or does not fit; possible: ${listed(known)}`;
  }
  return kind === 'precision' ? 'nothing that fits comes in it' : 'nothing that could serve it fits there';
}

function narrowed(problem: Problem, wishes: readonly Wish[]): Problem {
  function kept(role: Role): readonly Choice[] {
    return problem.choices[role].filter((choice) => wishes.every((wish) => wish.role !== role || wish.holds(choice)));
  }
  return {
    ...problem,
    choices: { stt: kept('stt'), llm: kept('llm'), tts: kept('tts') },
    together: wishes.flatMap((wish) => (wish.other === null ? [] : [[wish.role, wish.other] as const])),
  };
}

/** "the RTX 3060", "the processor". */
export function placeName(device: string, verdicts: readonly Pick<GpuVerdict, 'gpu'>[]): string {
  if (device === 'cpu') return 'the processor';
  const found = verdicts.find(({ gpu }) => gpu.uuid === device);
  return found === undefined ? `the card ${device}` : `the ${cardName(found.gpu)}`;
}

/** "Your settings say that the voice computes in float99, but nothing that fits comes in it, so this wish is passed over." */
function passedOver({ sentence, origin }: Wish, problem: string): string {
  const said = quoted(origin);
  return `${said.charAt(0).toUpperCase()}${said.slice(1)} that ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}, but ${problem}, so this wish is passed over.`;
}

/** "your settings say since 2026-11-01 (it crashed)". */
function quoted({ since, reason }: Pick<ServiceOverride, 'since' | 'reason'>): string {
  return `your settings say${since === null ? '' : ` since ${since.slice(0, 10)}`}${reason === null ? '' : ` (${reason})`}`;
}
