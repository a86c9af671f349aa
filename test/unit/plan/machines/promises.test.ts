import { expect, test } from 'vitest';
import type { Gpu } from '../../../../main/hardware/model.ts';
import type { Plan, PlannedService } from '../../../../main/plan/model.ts';
import { answerFor, type Answer } from './answer.ts';
import { card, linux, uuidOf, type Machine } from './machine.ts';
import { brokenPromises, openEndedAdvice, standInsNotOnDisk } from './promises.ts';

/** Each promise is broken on purpose in a plan that keeps them all: a check that cannot fail checks nothing. */
const kept: Machine = { name: 'an RTX 3060', hardware: linux([card('rtx3060')], { driver: '550.163.01' }) };

function service(plan: Plan, id: string, differences: Partial<PlannedService>): Partial<Plan> {
  return { services: plan.services.map((one) => (one.id === id ? { ...one, ...differences } : one)) };
}

const faults: readonly (readonly [string, (plan: Plan) => Partial<Plan>, RegExp])[] = [
  ['a service is missing', (plan) => ({ services: plan.services.slice(1) }), /services are/],
  ['a service is on a card that is not there', (plan) => service(plan, 'stt', { device: 'GPU-elsewhere' }), /not in use/],
  ['turn detection is on the card', (plan) => service(plan, 'turn', { device: uuidOf(0) }), /turn detection/],
  ['a build has no such name', (plan) => ({ torchBuild: { ...plan.torchBuild, id: 'rocm6' } }), /torch build/],
  ['a card has no reason', (plan) => ({ gpus: plan.gpus.map((gpu) => ({ ...gpu, reason: '' })) }), /no reason/],
  ['a card that is not in use "runs" something', (plan) => ({ gpus: plan.gpus.map((gpu) => ({ ...gpu, use: false })) }), /not in use has the reason/],
  ['a card in use is said to be left alone', (plan) => ({ gpus: plan.gpus.map((gpu) => ({ ...gpu, reason: `${gpu.name}: left alone.` })) }), /in use has the reason/],
  ['a recogniser looks back on too little for its card', (plan) => service(plan, 'stt', { windowSeconds: 5 }), /looks back 5 s/],
  ['a card has no verdict', () => ({ gpus: [] }), /were given/],
  ['a card is in use for nothing', (plan) => ({ services: plan.services.map((one) => ({ ...one, device: 'cpu', fallback: null })) }), /nothing runs on it/],
  ['more is planned than the budget', (plan) => ({ vram: plan.vram.map((one) => ({ ...one, plannedMiB: one.budgetMiB + 1 })) }), /in a budget of/],
  ['a budget is over 80 %', (plan) => ({ vram: plan.vram.map((one) => ({ ...one, budgetMiB: 10_000 })) }), /over 80 %/],
  ['a service costs no memory', (plan) => service(plan, 'stt', { estimatedVramMiB: 0 }), /its services take/],
  ['a service has nothing to fall back to', (plan) => service(plan, 'stt', { fallback: null }), /end elsewhere than on the CPU/],
  ['a build has no code for the card', (plan) => service(plan, 'stt', { build: 'cu130' }), /has build cu130/],
  ['there is no voice environment', (plan) => ({ environments: plan.environments.slice(1) }), /first environment/],
  ['an environment is wanted by nobody', (plan) => ({ environments: [...plan.environments, { id: 'torch-cu121', build: 'cu121', torch: '2.4.1', reason: 'It is new.' }] }), /torch-cu121;/],
  ['a torch is too new for the engines', (plan) => ({ environments: [...plan.environments, { id: 'torch-cu128', build: 'cu128', torch: '2.10.0', reason: 'It is new.' }] }), /does not take/],
  ['no note says why not a build', (plan) => ({ notes: plan.notes.filter((note) => !note.includes('cu118')) }), /why not cu118/],
  ['the stages do not add up', (plan) => ({ predictedVoiceToVoiceMs: plan.predictedVoiceToVoiceMs + 5 }), /are not/],
  ['nothing is predicted', () => ({ predictedVoiceToVoiceMs: Number.NaN }), /a prediction of/],
  ['a text is for nobody', (plan) => ({ notes: [...plan.notes, 'The driver is undefined.'] }), /reads/],
  ['JSON drops something', (plan) => ({ notes: plan.notes, printed: undefined }) as Partial<Plan>, /does not carry/],
];

test.each(faults)('%s: it is seen', (_fault, broken, complaint) => {
  const answer = answerFor(kept);
  expect(brokenPromises(answer)).toEqual([]);
  expect(brokenPromises(changed(answer, broken(answer.plan)))).toContainEqual(expect.stringMatching(complaint));
});

test.each([
  ['CTranslate2 on driver 470', { engine: 'whisper', build: 'none' }, { driver: '470.256.02' }, {}, /CUDA 12/],
  ['float16 on Pascal', { engine: 'whisper', precision: 'float16' }, {}, { computeCapability: '6.1' }, /float16/],
  ['ONNX Runtime on Blackwell', { engine: 'kokoro', env: 'kokoro-cuda12' }, { driver: '580.95.05' }, { computeCapability: '12.0' }, /no code/],
  ['Ollama on Pascal with driver 550', { engine: 'ollama' }, {}, { computeCapability: '6.1' }, /driver 570/],
  ['cu128 on Pascal', { engine: 'kyutai', build: 'cu128', env: 'torch-cu128' }, {}, { computeCapability: '6.1' }, /has build cu128/],
] as const)('%s: it is seen', (_fault, stt, { driver = '550.163.01' }: { driver?: string }, gpu: Partial<Gpu>, complaint) => {
  const answer = answerFor(kept);
  const hardware = { ...answer.hardware, gpus: answer.hardware.gpus.map((one) => ({ ...one, ...gpu })), driver: { version: driver, cudaVersion: null } };
  const broken = changed({ ...answer, hardware }, service(answer.plan, 'stt', stt));
  expect(brokenPromises(broken)).toContainEqual(expect.stringMatching(complaint));
});

test.each([
  [6 * 1024 - 1, 10],
  [6 * 1024, 5],
])('on a card of %i MiB a look back of %i s is seen', (memoryMiB, windowSeconds) => {
  const answer = answerFor(kept);
  const hardware = { ...answer.hardware, gpus: answer.hardware.gpus.map((one) => ({ ...one, memoryMiB })) };
  expect(brokenPromises(changed({ ...answer, hardware }, service(answer.plan, 'stt', { windowSeconds })))).toContainEqual(expect.stringMatching(/looks back/));
});

test('advice that would cost a Pascal card is seen', () => {
  const old = answerFor({ name: 'a GTX 1080 Ti', hardware: linux([card('gtx1080ti')], { driver: '580.95.05' }) });
  expect(brokenPromises(changed(old, { notes: [...old.plan.notes, 'Update the driver to 590.'] }))).toContainEqual(expect.stringMatching(/no longer knows/));
  expect(openEndedAdvice(changed(old, { notes: ['A driver of 570 or newer would help.'] }))).toEqual(['A driver of 570 or newer would help.']);
  expect(openEndedAdvice(changed(old, { notes: ['A driver of 570 or newer would help.', 'Take no driver beyond 580.'] }))).toEqual([]);
});

test('a model that would stand in and is not fetched is seen', () => {
  const { plan, ...rest } = answerFor(kept);
  expect(standInsNotOnDisk({ ...rest, plan: { ...plan, models: [] } }).length).toBeGreaterThan(0);
});

function changed(answer: Answer, differences: Partial<Plan>): Answer {
  const plan = { ...answer.plan, ...differences };
  return { ...answer, plan, printed: JSON.parse(JSON.stringify(plan)) };
}
