import { describe, expect, test } from 'vitest';
import { cardsAllowedAgain, engineOffer, enginesOf, type EngineOffer } from '../../../main/desktop/engines.ts';
import { remedyFacts } from '../../../main/remedy/facts.ts';
import { catalogue } from '../../../main/plan/catalogue.ts';
import type { Plan, PlannedService } from '../../../main/plan/model.ts';
import { plan } from '../../../main/plan/plan.ts';
import { defaultSettings, settingsSchema, type Settings } from '../../../main/settings/schema.ts';
import { emptyPlan } from '../plan/empty-plan.ts';
import { machineOf } from './machine-of.ts';

const kyutai = { memoryMiB: 2_500, diskBytes: 9.4e9, hindrance: null };
const offer: EngineOffer = { hasCard: true, kyutai };
const whisper: PlannedService = {
  id: 'stt', engine: 'whisper', model: 'whisper-base', precision: 'int8', device: 'cpu', build: 'none', env: 'voice', estimatedVramMiB: 0,
  threads: 1, server: null, contextTokens: null, windowSeconds: null, fallback: null,
};

function running(service: Partial<PlannedService> = {}): Plan {
  return { ...emptyPlan, services: [{ ...whisper, ...service }] };
}

function settingsWith(services: unknown, conversation: unknown = {}): Settings {
  return settingsSchema.parse({ overrides: { services }, conversation });
}

describe('what is offered', () => {
  test('on a machine without a card names no card, and Kyutai only with why it cannot be had', () => {
    const hardware = machineOf({});
    const { hasCard, kyutai: offered } = engineOffer(plan(hardware, catalogue, defaultSettings), remedyFacts(hardware, catalogue, defaultSettings));
    expect({ hasCard, honest: offered?.hindrance !== null }).toEqual({ hasCard: false, honest: true });
  });

  test('is no recogniser where a server of the person’s own recognises speech', () => {
    const hardware = machineOf({});
    const settings = settingsSchema.parse({ services: { stt: { url: 'http://127.0.0.1:1' } } });
    expect(engineOffer(plan(hardware, catalogue, settings), remedyFacts(hardware, catalogue, settings)).kyutai).toBeNull();
  });
});

describe('what is shown', () => {
  test('says what Kyutai brings and needs', () => {
    expect(enginesOf(offer, running(), defaultSettings).recognition.map(({ id, chosen, detail, hindrance }) => [id, chosen, detail, hindrance])).toEqual([
      ['whisper', true, 'Understands a question once you pause. Runs on every computer.', null],
      ['kyutai', false, 'Understands every word while you speak. Adds about 9 GB on the disk, needs a graphics card with 3 GB free.', null],
    ]);
  });

  test('counts what was asked for as chosen, also before it is there', () => {
    expect(enginesOf(offer, running(), settingsWith({ stt: { model: 'stt-1b-en_fr' } })).recognition.find(({ chosen }) => chosen)?.id).toBe('kyutai');
    expect(enginesOf(offer, running({ engine: 'kyutai' }), defaultSettings).recognition.find(({ chosen }) => chosen)?.id).toBe('kyutai');
  });

  test('offers the meaning as the end of a question only beside a recogniser that tells it', () => {
    const hindrances = (['whisper', 'kyutai'] as const).map((engine) => enginesOf(offer, running({ engine }), defaultSettings).endOfTurn.find(({ id }) => id === 'semantic')?.hindrance);
    expect(hindrances).toEqual(['Whisper cannot tell; Kyutai can.', null]);
  });

  test('is nothing where there is nothing to choose', () => {
    expect(enginesOf({ hasCard: false, kyutai: null }, running(), defaultSettings)).toEqual({ recognition: [], endOfTurn: [], processorOnly: null });
  });

  test('leaves a way back from a choice that nothing hears any more', () => {
    expect(enginesOf({ hasCard: false, kyutai: null }, running(), settingsWith({}, { endOfTurn: 'semantic' })).endOfTurn.map(({ id, chosen }) => [id, chosen])).toEqual([['smart-turn', false], ['semantic', true]]);
  });

  test('is the processor alone once every service of ours is kept there', () => {
    const all = { stt: { device: 'cpu' }, llm: { device: 'cpu' }, tts: { device: 'cpu' } };
    expect([settingsWith(all), settingsWith({ stt: { device: 'cpu' } })].map((settings) => enginesOf(offer, running(), settings).processorOnly?.on)).toEqual([true, false]);
  });
});

test('allowing the card again takes back where services run, and nothing else that was decided of them', () => {
  const settings = settingsWith({ stt: { device: 'cpu', model: 'whisper-base' }, llm: { device: 'cpu' }, tts: { device: 'GPU-1' } });
  expect(cardsAllowedAgain(settings, { since: new Date(0), reason: 'why' })).toEqual({
    overrides: { services: { stt: { model: 'whisper-base', since: '1970-01-01T00:00:00.000Z', reason: 'why' }, llm: null } },
  });
});
