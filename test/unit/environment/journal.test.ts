import { describe, expect, test } from 'vitest';
import { abandoned, answeredWith, begun, emptyJournal, forgotten, reached, recovered, swapped, unusedSlots, wanted, wentBack, type Journal } from '../../../main/environment/journal.ts';
import { phases, type Phase } from '../../../main/environment/model.ts';

const today = '2026-11-21';
const transaction = { environment: 'voice', fingerprint: 'new', staging: '.staging-voice-1' };
const running = answeredWith(swapped(emptyJournal, 'voice', 'old', '2026-11-01'), { voice: 'old' });

function cutOffAt(phase: Phase): Journal {
  return reached(begun(running, transaction), phase);
}

test('the environment in use stays the one in use until the swap', () => {
  const entries = phases.filter((phase) => phase !== 'current').map((phase) => cutOffAt(phase).environments['voice']?.current);
  expect(new Set(entries)).toEqual(new Set(['old']));
});

describe('what a dead installer left', () => {
  test.each(phases)('cut off at "%s" without a whole slot, it is given up', (phase) => {
    expect(recovered(cutOffAt(phase), { slotIsWhole: false }, today)).toEqual(running);
  });

  test.each(phases)('cut off at "%s" with a slot in place, it is finished if the slot can be its own', (phase) => {
    const isOurs = ['proven', 'moved-in', 'current'].includes(phase);
    expect(recovered(cutOffAt(phase), { slotIsWhole: true }, today)).toEqual(isOurs ? swapped(running, 'voice', 'new', today) : running);
  });

  test('with nothing under way, nothing changes', () => {
    expect(recovered(running, { slotIsWhole: true }, today)).toBe(running);
  });
});

test('the slot before is kept until a question was answered with the new one', () => {
  const journal = swapped(running, 'voice', 'new', today);
  const answered = answeredWith(journal, { voice: 'new' });
  expect([journal, answered].map((each) => unusedSlots(each, ['voice-old', 'voice-new', 'voice-older']))).toEqual([['voice-older'], ['voice-old', 'voice-older']]);
});

test('a question answered by one environment says nothing of another', () => {
  const both = swapped(swapped(running, 'torch-cu124', 'a', today), 'voice', 'new', today);
  expect(answeredWith(both, { voice: 'new' }).environments['torch-cu124']?.answered).toBe(false);
});

test('an answer of the slot before says nothing of the new one', () => {
  const journal = swapped(running, 'voice', 'new', today);
  expect(answeredWith(journal, { voice: 'old' })).toEqual(journal);
});

test('of two updates without a question between them the way back leads to the slot that answered', () => {
  const twice = swapped(swapped(running, 'voice', 'new', today), 'voice', 'newer', today);
  expect(twice.environments['voice']?.previous).toBe('old');
});

test('going back starts from the slot before and remembers which one was refused', () => {
  expect(wentBack(swapped(running, 'voice', 'new', today), 'voice')?.environments['voice']).toEqual({
    current: 'old', previous: null, answered: true, refused: 'new', wantedOn: today,
  });
});

test.each([
  ['an environment that is not there', 'torch-cu124'],
  ['one without a slot before', 'voice'],
])('there is no way back from %s', (_what, id) => {
  expect(wentBack(running, id)).toBeNull();
});

test('a swap to where one already is keeps the way back', () => {
  const journal = swapped(running, 'voice', 'new', today);
  expect(swapped(journal, 'voice', 'new', today)).toEqual(journal);
});

test('what was under way is given up without a trace', () => {
  expect(abandoned(cutOffAt('packages'))).toEqual(running);
});

test('the journal knows when each environment was wanted last, and forgets one on request', () => {
  const both = swapped(running, 'torch-cu124', 'a', '2026-10-01');
  expect([wanted(both, ['voice'], today).environments['voice']?.wantedOn, wanted(both, ['voice'], today).environments['torch-cu124']?.wantedOn, forgotten(both, 'torch-cu124')]).toEqual([
    today, '2026-10-01', running,
  ]);
});
