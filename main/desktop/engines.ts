import type { Engines } from '../../preload/contract.ts';
import type { Plan, PlannedService } from '../plan/model.ts';
import type { RemedyFacts } from '../remedy/model.ts';
import { useKyutai } from '../remedy/use-kyutai.ts';
import { setServiceOverride, type Origin, type OverridesChange, type SettingsChange } from '../settings/change.ts';
import { movableServices, type MovableService } from '../settings/overrides.ts';
import type { Settings } from '../settings/schema.ts';

/** What can be chosen of the engines on this machine, as the planner would carry it out. */
export interface EngineOffer {
  /** Whether there is a graphics card that could be left alone. */
  readonly hasCard: boolean;
  /** Kyutai's recogniser; null where this version has no files of it, or a server of the person's own recognises speech. */
  readonly kyutai: KyutaiOffer | null;
}

interface KyutaiOffer {
  readonly memoryMiB: number;
  readonly diskBytes: number;
  /** Why it cannot be had; null when it can. */
  readonly hindrance: string | null;
}

/** torch with its CUDA libraries, unpacked: 6.9 GB measured. */
const torchBytes = 6.9e9;

/** Asks the remedy itself, so that a button never promises what pressing it would refuse. */
export function engineOffer(running: Plan, facts: RemedyFacts): EngineOffer {
  return { hasCard: running.vram.length > 0, kyutai: facts.settings.services.stt === undefined ? kyutaiOffer(facts) : null };
}

function kyutaiOffer(facts: RemedyFacts): KyutaiOffer | null {
  const { candidates, models } = facts.catalogue;
  const known = candidates.filter((candidate) => candidate.engine === 'kyutai' && models.some(({ id }) => id === candidate.model));
  const [smallest] = known;
  if (smallest === undefined) return null;
  const decision = useKyutai.change({}, facts);
  const granted = decision.kind === 'change' ? decision.change.overrides?.services?.stt?.model : undefined;
  const candidate = known.find(({ id }) => id === granted) ?? smallest;
  const files = models.find(({ id }) => id === candidate.model)?.files ?? [];
  const onCards = candidate.options.filter(({ device }) => device === 'cuda');
  return {
    memoryMiB: onCards.length === 0 ? 0 : Math.min(...onCards.map(({ memoryMiB }) => memoryMiB)),
    diskBytes: torchBytes + files.reduce((sum, { bytes }) => sum + bytes, 0),
    hindrance: decision.kind === 'problem' ? decision.sentence : null,
  };
}

/** What the page shows of it. */
export function enginesOf({ hasCard, kyutai }: EngineOffer, running: Plan, settings: Settings): Engines {
  const wished = settings.overrides.services.stt?.model;
  const runs = recogniserOf(running);
  // What was asked for counts, also while it is still being set up.
  const byWord = kyutai !== null && (wished === undefined ? runs.engine === 'kyutai' : wished.startsWith('stt-'));
  const semantic = settings.conversation.endOfTurn === 'semantic';
  const hearsEnd = runs.engine !== 'whisper';
  return {
    recognition: kyutai === null ? [] : [
      { id: 'whisper', title: 'Whisper', detail: 'Understands a question once you pause. Runs on every computer.', chosen: !byWord, hindrance: null },
      { id: 'kyutai', title: 'Kyutai', detail: kyutaiDetail(kyutai), chosen: byWord, hindrance: byWord ? null : kyutai.hindrance },
    ],
    endOfTurn: kyutai === null && !hearsEnd && !semantic ? [] : [
      { id: 'smart-turn', title: 'By the sound of it', detail: 'Listens to how a sentence ends.', chosen: !semantic, hindrance: null },
      { id: 'semantic', title: 'By the meaning', detail: 'Follows the words, and waits while you think.', chosen: semantic, hindrance: hearsEnd ? null : 'Whisper cannot tell; Kyutai can.' },
    ],
    processorOnly: hasCard || isProcessorOnly(settings) ? { on: isProcessorOnly(settings), detail: 'Leaves the graphics card to other programs. Answers take longer.' } : null,
  };
}

/** Leaves every service to the planner again that was kept on the processor; what else was decided of it stays. */
export function cardsAllowedAgain(settings: Settings, origin: Origin): SettingsChange {
  const changes = movableServices.flatMap((id): OverridesChange['services'][] => {
    const { device, model, precision } = settings.overrides.services[id] ?? {};
    if (device !== 'cpu') return [];
    const rest = { ...(model === undefined ? {} : { model }), ...(precision === undefined ? {} : { precision }) };
    return [setServiceOverride(id, Object.keys(rest).length === 0 ? null : rest, origin).overrides?.services];
  });
  return { overrides: { services: Object.assign({}, ...changes) as NonNullable<OverridesChange['services']> } };
}

function isProcessorOnly(settings: Settings): boolean {
  const ours = movableServices.filter((id: MovableService) => settings.services[id] === undefined);
  return ours.length > 0 && ours.every((id) => settings.overrides.services[id]?.device === 'cpu');
}

function kyutaiDetail({ memoryMiB, diskBytes }: KyutaiOffer): string {
  const memory = memoryMiB === 0 ? '' : `, needs a graphics card with ${Math.ceil(memoryMiB / 1024)} GB free`;
  return `Understands every word while you speak. Adds about ${Math.round(diskBytes / 1e9)} GB on the disk${memory}.`;
}

function recogniserOf({ services }: Plan): Pick<PlannedService, 'engine'> {
  return services.find(({ id }) => id === 'stt') ?? { engine: 'whisper' };
}
