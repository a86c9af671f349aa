import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../../main/settings/store.ts';

/** What is said about a settings file with these overrides; the overrides as they are read where there is nothing to say. */
function read(overrides: unknown): unknown {
  const parsed = parseSettings(JSON.stringify({ overrides }));
  return 'problem' in parsed ? parsed.problem.split('\n') : parsed.settings.overrides;
}

test('an override written by hand needs neither date nor reason', () => {
  expect(read({ gpus: { 'GPU-1': { use: false } }, torchBuild: { id: 'cu126' }, services: { llm: { device: 'GPU-2', model: 'qwen3' } } })).toEqual({
    gpus: { 'GPU-1': { use: false, since: null, reason: null } },
    torchBuild: { id: 'cu126', since: null, reason: null },
    services: { llm: { device: 'GPU-2', model: 'qwen3', since: null, reason: null } },
  });
});

test.each(['2026-11-21', '2026-11-21T08:30:00Z', '2026-11-21T08:30:00.123+02:00'])('%s is a date', (since) => {
  expect(read({ torchBuild: { id: 'cpu', since } })).toMatchObject({ torchBuild: { since } });
});

test('services may follow one another as long as somebody leads', () => {
  const services = { stt: { sameDeviceAs: 'llm' }, tts: { sameDeviceAs: 'stt' }, llm: { device: 'cpu' } };
  expect(read({ services })).toMatchObject({ services });
});

describe('is named by its path, in plain words:', () => {
  test.each([
    ['a list in place of a group', [], ['overrides: should be a group of fields in { }, not a list']],
    ['a part that nobody knows', { gpu: {} }, ['overrides.gpu: there is no field of this name']],
    ['a GPU without a decision', { gpus: { 'GPU-1': {} } }, ['overrides.gpus["GPU-1"].use: is missing']],
    ['a decision in words', { gpus: { 'GPU-1': { use: 'no' } } }, ['overrides.gpus["GPU-1"].use: should be true or false, not "no"']],
    ['a build as a number', { torchBuild: { id: 126 } }, ['overrides.torchBuild.id: should be a text in quotation marks, not 126']],
    ['a build as a text', { torchBuild: 'cu126' }, ['overrides.torchBuild: should be a group of fields in { }, not "cu126"']],
    ['a build without a name', { torchBuild: { id: '' } }, ['overrides.torchBuild.id: must not be empty']],
    ['a date that is none', { torchBuild: { id: 'cpu', since: 'yesterday' } }, ['overrides.torchBuild.since: is not a date such as 2026-11-21 or 2026-11-21T08:30:00Z']],
    ['a day that no calendar has', { torchBuild: { id: 'cpu', since: '2026-13-41' } }, ['overrides.torchBuild.since: is not a date such as 2026-11-21 or 2026-11-21T08:30:00Z']],
    ['a service that cannot be moved', { services: { turn: { device: 'cpu' } } }, ['overrides.services.turn: there is no field of this name']],
    ['a leader that is no service', { services: { stt: { sameDeviceAs: 'vad' } } }, ['overrides.services.stt.sameDeviceAs: should be "stt" or "llm" or "tts", not "vad"']],
    [
      'a device and a leader at once',
      { services: { stt: { device: 'cpu', sameDeviceAs: 'tts' } } },
      ['overrides.services.stt: names both "device" and "sameDeviceAs"; only one of them can hold'],
    ],
    ['several at once', { gpus: { a: { use: 1 } }, more: 1 }, ['overrides.gpus.a.use: should be true or false, not 1', 'overrides.more: there is no field of this name']],
  ])('%s', (_what, overrides, problem) => {
    expect(read(overrides)).toEqual(problem);
  });

  test.each([
    ['itself', { tts: 'tts' }, ['overrides.services.tts.sameDeviceAs: goes round in a circle (tts → tts)']],
    ['each other', { tts: 'stt', stt: 'tts' }, ['overrides.services.stt.sameDeviceAs: goes round in a circle (stt → tts → stt)']],
    ['one another', { tts: 'llm', llm: 'stt', stt: 'tts' }, ['overrides.services.stt.sameDeviceAs: goes round in a circle (stt → tts → llm → stt)']],
    ['a pair that follows each other', { stt: 'llm', llm: 'tts', tts: 'llm' }, ['overrides.services.llm.sameDeviceAs: goes round in a circle (llm → tts → llm)']],
    [
      'a circle of two beside one of one',
      { stt: 'stt', llm: 'tts', tts: 'llm' },
      ['overrides.services.stt.sameDeviceAs: goes round in a circle (stt → stt)', 'overrides.services.llm.sameDeviceAs: goes round in a circle (llm → tts → llm)'],
    ],
  ])('services that follow %s', (_what, leaders, circles) => {
    const services = Object.fromEntries(Object.entries(leaders).map(([id, sameDeviceAs]) => [id, { sameDeviceAs }]));
    expect(read({ services })).toEqual(circles.map((circle) => `${circle}, so none of them has a device`));
  });
});
