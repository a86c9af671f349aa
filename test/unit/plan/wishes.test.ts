import { expect, test } from 'vitest';
import type { HardwareReport } from '../../../main/hardware/model.ts';
import { catalogue } from '../../../main/plan/catalogue.ts';
import { plannedService, type ServiceId } from '../../../main/plan/model.ts';
import { plan } from '../../../main/plan/plan.ts';
import { settingsSchema } from '../../../main/settings/schema.ts';
import { card, gtx1080Ti, machine, rtx3060 } from './cards.ts';

const one = machine('580.65.06', [rtx3060]);
const second = card('GeForce RTX 4070', '8.9', { index: 1 });
const two = machine('580.65.06', [rtx3060, second]);

interface Outcome {
  readonly model: string;
  readonly precision: string | null;
  readonly device: string;
  readonly said: readonly string[];
}

function outcome(hardware: HardwareReport, id: ServiceId, overrides: Readonly<Record<string, unknown>>, rest: Readonly<Record<string, unknown>> = {}): Outcome {
  const chosen = plan(hardware, catalogue, settingsSchema.parse({ overrides, ...rest }));
  const { model, precision, device } = plannedService(chosen, id);
  return { model, precision, device, said: chosen.notes.filter((note) => /your settings say/i.test(note)) };
}

const free = outcome(one, 'stt', {});

test('a device that somebody chose holds, and is quoted with its date and reason', () => {
  const stt = { device: 'cpu', since: '2026-11-01T08:00:00Z', reason: 'it crashed' };
  const { device, said } = outcome(one, 'stt', { services: { stt } });
  expect({ device, said }).toEqual({ device: 'cpu', said: ['The speech recognition runs on the processor, as your settings say since 2026-11-01 (it crashed).'] });
});

test('a model and a precision that somebody chose hold together', () => {
  expect(outcome(one, 'stt', { services: { stt: { model: 'whisper-small', precision: 'int8', device: rtx3060.uuid } } })).toEqual({
    model: 'whisper-small',
    precision: 'int8',
    device: rtx3060.uuid,
    said: [
      'The speech recognition runs on the GeForce RTX 3060, as your settings say.',
      'The speech recognition uses the model whisper-small, as your settings say.',
      'The speech recognition computes in int8, as your settings say.',
    ],
  });
});

test('a service follows another to its device', () => {
  const services = { stt: { device: second.uuid }, tts: { sameDeviceAs: 'stt' } };
  expect(outcome(two, 'tts', { services }).device).toBe(second.uuid);
});

test.each([
  ['a card that was left out', machine('580.65.06', [rtx3060, gtx1080Ti]), { device: gtx1080Ti.uuid }, 'runs on the GeForce GTX 1080 Ti, but that card may not be used'],
  ['a card that is not there', one, { device: 'GPU-gone' }, 'runs on the card GPU-gone, but there is no such graphics card in this computer'],
  ['a model that is not there', one, { model: 'whisper-huge' }, 'uses the model whisper-huge, but it is not there, or does not fit; possible: whisper-base'],
  ['a precision that it does not come in', one, { precision: 'float99' }, 'computes in float99, but nothing that fits comes in it'],
])('a wish for %s is said and passed over', (_what, hardware, stt, sentence) => {
  const { said, ...placed } = outcome(hardware, 'stt', { services: { stt } });
  expect({ placed, said: said.length === 1 && said[0]?.includes(sentence) }).toEqual({ placed: { model: free.model, precision: free.precision, device: free.device }, said: true });
});

test('wishes that fit only one by one are kept as far as there is room', () => {
  const small = card('GeForce RTX 3050', '8.6', { memoryMiB: 4_096, freeMiB: 3_900 });
  const services = { stt: { device: small.uuid, model: 'whisper-large-v3-turbo', precision: 'float16' }, tts: { device: small.uuid } };
  const chosen = plan(machine('580.65.06', [small]), catalogue, settingsSchema.parse({ overrides: { services } }));
  const { budgetMiB = 0, plannedMiB = 0 } = chosen.vram[0] ?? {};
  expect({
    devices: chosen.services.map((service) => service.device),
    fits: plannedMiB <= budgetMiB,
    precision: plannedService(chosen, 'stt').precision,
    said: chosen.notes.filter((note) => note.includes('together with the rest')),
  }).toEqual({
    devices: [small.uuid, 'cpu', small.uuid, 'cpu'],
    fits: true,
    precision: 'int8',
    said: ['Your settings say that the speech recognition computes in float16, but together with the rest it does not fit into the memory there is, so this wish is passed over.'],
  });
});

test('a server by URL decides for itself', () => {
  const services = { stt: { device: 'cpu' }, tts: { sameDeviceAs: 'stt' } };
  const { device, said } = outcome(one, 'stt', { services }, { services: { stt: { url: 'http://10.0.0.2:8001/v1' } } });
  expect({ device, said }).toEqual({
    device: 'external',
    said: [
      'The speech recognition is the server at http://10.0.0.2:8001/v1, as your settings say.',
      'What your settings say about the speech recognition has no effect: it is a server by URL, which decides for itself.',
      'Your settings say that the voice runs where the speech recognition does, but the speech recognition is a server by URL, so this wish is passed over.',
    ],
  });
});

test('a card that its owner leaves out carries nothing', () => {
  const overrides = { gpus: { [rtx3060.uuid]: { use: false, since: '2026-11-02', reason: 'it is loud' } } };
  const chosen = plan(one, catalogue, settingsSchema.parse({ overrides }));
  expect({ gpus: chosen.gpus, build: chosen.torchBuild.id, devices: [...new Set(chosen.services.map((service) => service.device))] }).toEqual({
    gpus: [{ uuid: rtx3060.uuid, name: rtx3060.name, use: false, reason: 'GeForce RTX 3060: left out, because you said so on 2026-11-02 (it is loud).' }],
    build: 'cpu',
    devices: ['cpu'],
  });
});
