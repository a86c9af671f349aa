import { expect, test } from 'vitest';
import { hindranceIn, judgeInstallation, type PlaceFacts } from '../../../main/environment/install-check.ts';

const gibibyte = 1024 ** 3;

function place(kind: PlaceFacts['kind'], neededGibibytes: number, more: Partial<PlaceFacts> = {}): PlaceFacts {
  return {
    kind,
    folder: `/data/${kind}`,
    neededBytes: neededGibibytes * gibibyte,
    purpose: `new ${kind}`,
    disk: 'one',
    freeBytes: 10 * gibibyte,
    writeProblem: null,
    networkFileSystem: null,
    ...more,
  };
}

function judge(...places: readonly PlaceFacts[]): ReturnType<typeof judgeInstallation> {
  return judgeInstallation({ platform: 'linux', places, longPaths: true, network: null });
}

test('what shares a disk shares its room, to the byte', () => {
  const fits = judge(place('environments', 6), place('package-cache', 4));
  const [finding] = judge(place('environments', 6), place('package-cache', 4, { neededBytes: 4 * gibibyte + 1 }), place('models', 0));
  expect([fits, finding]).toEqual([
    [],
    {
      fault: 'disk-full',
      severity: 'error',
      title: 'There is not enough room on the disk: 10.0 GiB are needed, 10.0 GiB are free.',
      detail: 'The new is made beside what is in use, which stays until the new has proven itself.',
      evidence: ['6.0 GiB for new environments: /data/environments', '4.0 GiB for new package-cache: /data/package-cache'],
      remedies: expect.arrayContaining([expect.objectContaining({ id: 'free-disk-space', kind: 'click' })]) as unknown,
    },
  ]);
});

test('a disk of its own is judged for itself', () => {
  const other = { disk: 'two', freeBytes: 3 * gibibyte };
  expect(judge(place('environments', 9), place('package-cache', 3, other))).toEqual([]);
  expect(judge(place('environments', 9), place('package-cache', 4, other)).map(({ title }) => title)).toEqual(['There is not enough room on the disk: 4.0 GiB are needed, 3.0 GiB are free.']);
});

test('a disk that does not say how much is free is believed to have room', () => {
  expect(judge(place('environments', 9, { freeBytes: null }))).toEqual([]);
});

test('only an error keeps the installation away, and it is told first', () => {
  const warned = judge(place('environments', 1, { networkFileSystem: 'NFS' }));
  const refused = judge(place('environments', 1, { networkFileSystem: 'NFS' }), place('models', 99));
  expect([warned.map(({ severity }) => severity), hindranceIn(warned), refused.map(({ severity }) => severity), hindranceIn(refused)]).toMatchObject([
    ['warning'],
    null,
    ['error', 'warning'],
    { id: 'disk-full', title: 'There is not enough room on the disk: 100.0 GiB are needed, 10.0 GiB are free.', cure: expect.stringContaining('EARSHOT_HOME') as string },
  ]);
});
