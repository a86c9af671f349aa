import { expect, test } from 'vitest';
import { judgeClock, readClockProblem } from '../../../main/environment/certificate-dates.ts';

const nobody = { builtAt: null, serverDate: null };
const expired = { kind: 'expired', bound: new Date('2026-09-01') } as const;

test.each([
  ['certificate has expired (CERT_HAS_EXPIRED)', { kind: 'expired', bound: null }],
  ['certificate is not yet valid', { kind: 'not-yet-valid', bound: null }],
  ['invalid peer certificate: certificate expired: verification time 1795290877 (UNIX), but certificate is not valid after 1609459200 (5 seconds ago)', { kind: 'expired', bound: new Date('2021-01-01') }],
  ['unable to verify the first certificate', null],
])('reads %s', (text, problem) => {
  expect(readClockProblem(text)).toEqual(problem);
});

test('a server that knows another day convicts the clock', () => {
  const now = new Date('2031-05-01');
  expect(judgeClock(expired, { ...nobody, now, serverDate: new Date('2026-08-30') })).toEqual({
    clock: 'wrong',
    sentence: 'This computer believes it is 2031-05-01; the server says it is 2026-08-30.',
  });
});

test('a server that knows the same day acquits it', () => {
  const now = new Date('2026-11-21');
  expect(judgeClock(expired, { ...nobody, now, serverDate: new Date('2026-11-21T00:03:00Z') })).toEqual({
    clock: 'right',
    sentence: 'This computer believes it is 2026-11-21; the certificate of the server was valid until 2026-09-01.',
  });
});

test('no clock is right before the day Earshot was built, another time zone aside', () => {
  const builtAt = new Date('2026-11-21T12:00:00Z');
  const verdicts = ['2026-11-19', '2026-11-21'].map((day) => judgeClock(null, { ...nobody, builtAt, now: new Date(day) }).clock);
  expect(verdicts).toEqual(['wrong', 'unknown']);
});

test('without a witness a certificate before its time means the clock, and an expired one either', () => {
  const now = new Date('2026-11-21');
  const verdicts = [{ kind: 'not-yet-valid', bound: null } as const, expired].map((problem) => judgeClock(problem, { ...nobody, now }).clock);
  expect(verdicts).toEqual(['wrong', 'unknown']);
});
