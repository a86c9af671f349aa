import { expect, test } from 'vitest';
import { catalogue } from '../../../../main/plan/catalogue.ts';
import { plan } from '../../../../main/plan/plan.ts';
import { settingsSchema } from '../../../../main/settings/schema.ts';
import { card, linux, ollamaWith, windows } from './machine.ts';

const machines = [
  ['two cores', linux([], { cpu: { model: 'Intel Celeron', cores: 2, flags: ['avx2'] } })],
  ['64 cores', linux([], { cpu: { model: 'AMD EPYC', cores: 64, flags: ['avx2'] } })],
  ['an RTX 3050 laptop', linux([card('rtx3050laptop')], { driver: '535.183.01' })],
  ['an RTX 3060', linux([card('rtx3060')], { driver: '550.163.01' })],
  ['an RTX 4090', linux([card('rtx4090')], { driver: '580.95.05' })],
  ['a GTX 1080 Ti on Windows', windows([card('gtx1080ti')], { driver: '576.02' })],
] as const;

test.each(machines)('a profile that asks for more speed never waits longer: %s', (_name, hardware) => {
  const [fast = 0, balanced = 0, best = 0] = (['fast', 'balanced', 'best'] as const).map(
    (profile) => plan(hardware, catalogue, settingsSchema.parse({ profile })).predictedVoiceToVoiceMs,
  );
  expect({ fast: fast <= balanced + 1, balanced: balanced <= best + 1 }).toEqual({ fast: true, balanced: true });
});

test.each([
  ['fast', 800],
  ['balanced', 1200],
  ['best', 2000],
] as const)('profile %s keeps its promise on an RTX 4090', (profile, target) => {
  const hardware = linux([card('rtx4090')], { driver: '580.95.05' });
  expect(plan(hardware, catalogue, settingsSchema.parse({ profile })).predictedVoiceToVoiceMs).toBeLessThanOrEqual(target);
});

test.each(machines)('the same machine is always planned the same, and nothing given is changed: %s', (_name, hardware) => {
  const settings = settingsSchema.parse({});
  const before = structuredClone({ hardware, settings });
  const first = plan(hardware, catalogue, settings);
  expect(plan(structuredClone(hardware), catalogue, structuredClone(settings))).toEqual(first);
  expect({ hardware, settings }).toEqual(before);
});

test('a plan says that the computer cannot reach its target only where no plan of it does', () => {
  // Ollama wants driver 550, so its model runs on the processor here; the embedded one would keep the target.
  const hardware = linux([card('rtx3050laptop')], { driver: '535.183.01', ollama: ollamaWith(['llama3.2:1b']) });
  const chosen = plan(hardware, catalogue, settingsSchema.parse({}));
  const embedded = plan(hardware, catalogue, settingsSchema.parse({ languageModel: 'embedded' }));
  const claims = chosen.notes.filter((note) => note.includes('cannot reach'));
  expect(embedded.predictedVoiceToVoiceMs <= 1200 ? claims : []).toEqual([]);
});
