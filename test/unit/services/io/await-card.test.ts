import { expect, test } from 'vitest';
import type { CardSigns } from '../../../../main/hardware/awaited-card.ts';
import type { HardwareReport } from '../../../../main/hardware/model.ts';
import { awaitCard } from '../../../../main/services/io/await-card.ts';
import { adapter, card, linux } from '../../plan/machines/machine.ts';

const ready = linux([card('rtx3060')], { driver: '550.90.07' });
const starting = linux([adapter('NVIDIA', 'NVIDIA GeForce RTX 3050')], { warnings: ['The NVIDIA driver is installed but not running.'] });
const expected: CardSigns = { program: true, present: true, remembered: true };

/** Looks that find these machines in turn, the last one from then on. */
async function wait(machines: readonly HardwareReport[], signs: CardSigns = expected, inVain: readonly (string | null)[] = []): Promise<unknown> {
  const slept: number[] = [];
  const said: string[] = [];
  let looks = 0;
  const awaited = await awaitCard({
    probe: () => {
      looks += 1;
      return Promise.resolve(machines[Math.min(looks, machines.length) - 1] ?? ready);
    },
    signs: () => Promise.resolve(signs),
    sleep: (ms) => {
      slept.push(ms);
      return Promise.resolve();
    },
    inVain: new Set(inVain),
    say: (line) => said.push(line),
  });
  return { found: awaited.hardware === ready, finding: awaited.finding?.title ?? null, inVain: awaited.inVain, looks, slept, said: said.length };
}

test('a card that is ready is not waited for', async () => {
  expect(await wait([ready])).toEqual({ found: true, finding: null, inVain: false, looks: 1, slept: [], said: 0 });
});

test('a cold start is waited for, three seconds at a time, and said once', async () => {
  expect(await wait([starting, starting, ready])).toEqual({ found: true, finding: null, inVain: false, looks: 3, slept: [3_000, 3_000], said: 1 });
});

test('after ten tries the machine is taken without the card, with a finding', async () => {
  expect(await wait([starting])).toEqual({
    found: false,
    finding: 'The NVIDIA GeForce RTX 3050 does not answer, even after 10 tries, so Earshot works without it for now.',
    inVain: true,
    looks: 10,
    slept: Array.from({ length: 9 }, () => 3_000),
    said: 1,
  });
});

test('a card that was waited for in vain is not waited for again, but its absence is still told', async () => {
  expect(await wait([starting], expected, [null])).toEqual({ found: false, finding: 'The NVIDIA GeForce RTX 3050 does not answer, so Earshot works without it for now.', inVain: true, looks: 1, slept: [], said: 0 });
});

test('one that only our memory speaks for was taken out: nothing more is said of it', async () => {
  const gone: CardSigns = { program: true, present: false, remembered: true };
  expect(await wait([linux([])], gone, [null])).toMatchObject({ finding: null, looks: 1, slept: [] });
});

test.each<[string, HardwareReport, CardSigns]>([
  ['has no card', linux([]), { program: true, present: false, remembered: false }],
  ['has a card and no driver', linux([adapter('NVIDIA', 'NVIDIA GeForce RTX 3050')]), { program: false, present: true, remembered: false }],
  ['lost its driver', linux([]), { program: false, present: false, remembered: true }],
  ['waits for a restart after its driver was updated', { ...starting, warnings: ['The graphics driver was updated and the computer has not been restarted since: restart it. (nvidia-smi failed: …)'] }, expected],
  ['has a driver that hangs', { ...starting, warnings: ['nvidia-smi gave no answer within 10 s and was ended: the graphics driver hangs.'] }, expected],
])('a machine that %s does not wait at all', async (_title, machine, signs) => {
  expect(await wait([machine], signs)).toEqual({ found: false, finding: null, inVain: false, looks: 1, slept: [], said: 0 });
});

test('a person who stops it is heard in the middle of the wait', async () => {
  const waiting = awaitCard({ probe: () => Promise.resolve(starting), signs: () => Promise.resolve(expected), sleep: () => Promise.reject(new DOMException('stop', 'AbortError')), inVain: new Set(), say: () => undefined });
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});
