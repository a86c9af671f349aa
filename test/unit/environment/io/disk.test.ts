import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireFreeSpace } from '../../../../main/environment/io/disk.ts';
import { oneMebibyteDisk } from '../../small-disk.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

test('lets pass what fits, also into a folder that is not made yet', async () => {
  await expect(requireFreeSpace(join(temporaryFolder(), 'not', 'yet'), 1)).resolves.toBeUndefined();
});

test('says before the first byte what is needed and where, when it cannot fit', async () => {
  const folder = join(temporaryFolder(), 'not', 'yet');
  await expect(requireFreeSpace(folder, 2 ** 60)).rejects.toMatchObject({
    fault: {
      id: 'disk-full',
      title: expect.stringMatching(/^There is not enough room on the disk: 1048576\.0 TiB are needed, .* are free\.$/) as string,
      detail: `Folder: ${folder}`,
      cure: 'Free some space, or set EARSHOT_HOME to a folder on a larger disk, and start again.',
    },
  });
});

test('asks the disk that holds the folder, to the byte', async (context) => {
  const disk = oneMebibyteDisk(context);
  writeFileSync(join(disk, 'file'), Buffer.alloc(1024 ** 2 / 2));
  await expect(requireFreeSpace(join(disk, 'data'), 1024 ** 2 / 2)).resolves.toBeUndefined();
  await expect(requireFreeSpace(join(disk, 'data'), 1024 ** 2 / 2 + 1)).rejects.toMatchObject({
    fault: { title: 'There is not enough room on the disk: 512.0 KiB are needed, 512.0 KiB are free.' },
  });
});
