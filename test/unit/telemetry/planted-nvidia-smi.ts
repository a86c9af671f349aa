import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';
import { pciCards } from '../../../main/hardware/io/pci.ts';
import { systemFiles } from '../../../main/hardware/io/system-files.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export interface PlantedNvidiaSmi {
  /** The card that it tells of; this process holds 612 MiB of it, others 412. */
  readonly uuid: string;
  /** How often it was run. */
  readonly asked: () => number;
}

/** An nvidia-smi that is the first on the path for the length of a test. Skips the test, and says why, where a real card sleeps. */
export async function plantNvidiaSmi({ skip }: TestContext): Promise<PlantedNvidiaSmi> {
  const cards = await pciCards(systemFiles('/'));
  if (cards.some(({ kernelDriver, powerState }) => kernelDriver === 'nvidia' && powerState === 'suspended')) {
    const reason = 'a graphics card of this computer sleeps, and then none is asked';
    console.warn(`skipped: ${reason}`);
    skip(reason);
  }
  const uuid = 'GPU-11111111-2222-3333-4444-555555555555';
  const folder = temporaryFolder();
  const record = join(folder, 'asked');
  const program = join(folder, 'nvidia-smi');
  const lines = [
    '#!/bin/sh',
    `echo "$1" >>'${record}'`,
    'case "$1" in',
    `--query-gpu=uuid,utilization.gpu) echo '${uuid}, 37' ;;`,
    `--query-gpu=*) echo '0, ${uuid}, 00000000:01:00.0, NVIDIA GeForce RTX 3060, 8.6, 12288, 11264, [N/A], 550.90.07, 0x250310DE' ;;`,
    `*) echo '${process.pid}, ${uuid}, 612, /usr/bin/python3' ;;`,
    'esac',
  ];
  writeFileSync(program, `${lines.join('\n')}\n`);
  writeFileSync(record, '');
  chmodSync(program, 0o755);
  const before = process.env['PATH'] ?? '';
  process.env['PATH'] = `${folder}:${before}`;
  onTestFinished(() => {
    process.env['PATH'] = before;
  });
  return { uuid, asked: () => readFileSync(record, 'utf8').split('\n').length - 1 };
}
