import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { askNvidiaSmi, findNvidiaSmi, nvidiaSmiPlaces } from '../../../../main/hardware/io/nvidia-smi.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const nothing = { gpus: [], driverVersion: null, processes: [] };

/** A program that behaves as nvidia-smi does on some machine. */
function fake(name: string): string {
  return join(import.meta.dirname, '..', '..', '..', 'fakes', 'nvidia-smi', name);
}

const question = { environment: process.env };
const hangs = 'nvidia-smi gave no answer within 1 s and was ended: the graphics driver hangs. Restarting the computer usually helps.';

test('tells the cards, the driver and who uses them', async () => {
  const answer = await askNvidiaSmi(fake('two-cards'), { ...question, ownPids: new Set([48211]) });
  expect({ ...answer, gpus: answer.gpus.map((gpu) => [gpu.name, gpu.pciId]) }).toEqual({
    gpus: [
      ['NVIDIA GeForce RTX 3060', '10de:2503'],
      ['NVIDIA GeForce GTX 1080 Ti', '10de:1b06'],
    ],
    driverVersion: '550.90.07',
    processes: [{ pid: 48211, uuid: 'GPU-11111111-2222-3333-4444-555555555555', usedMiB: 612, name: '/usr/bin/python3', ours: true }],
    warnings: [],
  });
});

test.each([
  [
    'library-mismatch',
    'The graphics driver was updated and the computer has not been restarted since: restart it. (nvidia-smi failed: Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 550.90)',
  ],
  ['not-permitted', 'This user may not use the graphics card. (nvidia-smi failed: Failed to initialize NVML: Insufficient Permissions)'],
  ['silent-failure', 'The NVIDIA driver is not running: restart the computer, or install the driver again. (nvidia-smi failed: exit code 9, without a word)'],
  [
    'driver-not-running',
    'The NVIDIA driver is installed but not running: restart the computer, or install the driver again. (nvidia-smi failed: NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.)',
  ],
  ['no-devices', 'The NVIDIA driver is running, but it finds no graphics card. (nvidia-smi failed: No devices were found)'],
  ['empty', 'nvidia-smi ended without an error, but its answer is empty: no card is known from it.'],
  [
    'xml',
    'nvidia-smi answered in XML instead of the table it was asked for, so nothing could be read from it. It began: <?xml version="1.0" ?> <!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd"> <nvidia_smi_log></nvidia_smi_log>',
  ],
  ['prose', 'nvidia-smi answered with 5 lines, none of which names a graphics card. They began: Thu Nov 19 10:00:00 2026'],
])('an nvidia-smi of no use (%s) is a machine without a usable card, and why', async (name, warning) => {
  expect(await askNvidiaSmi(fake(name), question)).toEqual({ ...nothing, warnings: [warning] });
});

test('an answer that breaks off is read as far as it goes', async () => {
  const { gpus, warnings } = await askNvidiaSmi(fake('truncated'), question);
  expect({ memory: gpus.map((gpu) => gpu.memoryMiB), warnings }).toEqual({ memory: [12288, null], warnings: [expect.stringContaining('was cut off in the row of GPU 1')] });
});

test('a card that is lost takes no other with it, and what nvidia-smi said of it is told', async () => {
  const { gpus, driverVersion, processes, warnings } = await askNvidiaSmi(fake('lost-card'), question);
  // Once, though both questions met it.
  const lost =
    'A graphics card has stopped answering: restart the computer. (nvidia-smi failed: Unable to determine the device handle for GPU0000:02:00.0: GPU is lost.  Reboot the system to recover this GPU)';
  expect({ gpus: gpus.map(({ name, memoryMiB }) => ({ name, memoryMiB })), driverVersion, processes: processes.map(({ pid }) => pid), warnings }).toEqual({
    gpus: [{ name: 'NVIDIA GeForce RTX 3060', memoryMiB: 12288 }],
    driverVersion: '550.90.07',
    processes: [48211],
    warnings: [lost],
  });
});

test('an nvidia-smi that fails in the middle of a row is read as far as it got', async () => {
  const { gpus, warnings } = await askNvidiaSmi(fake('broken-off'), question);
  expect({ memory: gpus.map((gpu) => gpu.memoryMiB), warnings: warnings.slice(0, 2) }).toEqual({
    memory: [12288, null],
    warnings: [
      expect.stringContaining('was cut off in the row of GPU 1'),
      'A graphics card reports damaged information about itself (infoROM). (nvidia-smi failed: infoROM is corrupted)',
    ],
  });
});

test('ten megabytes are not read to their end', async () => {
  const { gpus, warnings } = await askNvidiaSmi(fake('ten-megabytes'), question);
  expect({ gpus: gpus.map((gpu) => gpu.name), warnings: warnings.filter((warning) => !warning.includes('xxxx')) }).toEqual({
    gpus: ['NVIDIA GeForce RTX 3060'],
    warnings: [
      expect.stringMatching(/^nvidia-smi printed \d+ more lines that name no GPU\.$/),
      'nvidia-smi wrote more than 1 MiB where a few lines were asked for; it was ended and the rest was not read.',
      'Which programs use the graphics card is unknown: its answer was longer than 1 MiB',
    ],
  });
});

test('what a program says on standard error is kept beside its answer', async () => {
  const { gpus, warnings } = await askNvidiaSmi(fake('complaining'), question);
  const complaint = 'nvidia-smi answered and complained: WARNING: infoROM is corrupted at gpu 0000:01:00.0';
  expect({ gpus: gpus.length, warnings }).toEqual({ gpus: 1, warnings: [complaint] });
});

test('cells that the driver could not fill are named, and the cards kept', async () => {
  const { gpus, warnings } = await askNvidiaSmi(fake('error-cells'), question);
  expect({ gpus: gpus.map(({ uuid, memoryMiB }) => ({ uuid, memoryMiB })), warnings }).toEqual({
    gpus: [
      { uuid: 'GPU-11111111-2222-3333-4444-555555555555', memoryMiB: null },
      { uuid: 'pci-00000000:05:00.0', memoryMiB: null },
    ],
    warnings: [
      'The driver answered “ERR!” for memory.total, memory.free of GPU 0 (NVIDIA GeForce RTX 3060): the card does not work properly until the computer is restarted.',
      'The driver answered “[Unknown Error]” for uuid of GPU 1 (NVIDIA GeForce GTX 1080 Ti): the card does not work properly until the computer is restarted.',
      'The driver answered “[GPU requires reset]” for memory.total of GPU 1 (NVIDIA GeForce GTX 1080 Ti): the card does not work properly until the computer is restarted.',
    ],
  });
});

test('an nvidia-smi that does not know a field is asked again without it', async () => {
  const { gpus, driverVersion, warnings } = await askNvidiaSmi(fake('old-driver'), question);
  expect({ gpus: gpus.map(({ computeCapability, memoryMiB, mig }) => ({ computeCapability, memoryMiB, mig })), driverVersion, warnings }).toEqual({
    gpus: [{ computeCapability: null, memoryMiB: 11264, mig: false }],
    driverVersion: '440.100',
    warnings: [],
  });
});

test('cards are told even where their processes are not', async () => {
  const { gpus, processes, warnings } = await askNvidiaSmi(fake('no-process-list'), question);
  expect({ gpus: gpus.length, processes, warnings }).toEqual({
    gpus: 1,
    processes: [],
    warnings: ['Which programs use the graphics card is unknown: nvidia-smi failed: Unknown Error'],
  });
});

test('a list of programs that breaks off is kept as far as it goes, and that is said', async () => {
  const { processes, warnings } = await askNvidiaSmi(fake('half-a-process-list'), question);
  expect({ processes: processes.map(({ pid }) => pid), warnings }).toEqual({
    processes: [48211],
    warnings: ['Which programs use the graphics cards is known in part only: nvidia-smi failed: Unknown Error'],
  });
});

test('an nvidia-smi that is not there is said', async () => {
  expect(await askNvidiaSmi('/nowhere/nvidia-smi', question)).toEqual({ ...nothing, warnings: ['nvidia-smi, the program that tells what an NVIDIA card is, was not found at /nowhere/nvidia-smi.'] });
});

test('a program that may not be run is said with the system’s reason', async () => {
  const path = join(temporaryFolder(), 'nvidia-smi');
  writeFileSync(path, '#!/bin/sh\n', { mode: 0o644 });
  expect((await askNvidiaSmi(path, question)).warnings).toEqual([`nvidia-smi could not be started: spawn ${path} EACCES`]);
});

test('nvidia-smi is looked for where Windows, WSL 2 and the PATH have it', () => {
  expect({
    windows: nvidiaSmiPlaces('win32', '/', { SYSTEMROOT: 'D:\\Windows', PROGRAMFILES: 'D:\\Programs', Path: 'D:\\tools;relative' }),
    linux: nvidiaSmiPlaces('linux', '/', { PATH: '/opt/bin:relative:' }),
  }).toEqual({
    windows: ['D:\\Windows\\System32\\nvidia-smi.exe', 'D:\\Programs\\NVIDIA Corporation\\NVSMI\\nvidia-smi.exe', 'D:\\tools\\nvidia-smi.exe'],
    linux: ['/opt/bin/nvidia-smi', '/usr/bin/nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'],
  });
});

test('the nvidia-smi of WSL 2 is found without a PATH, and none is none', () => {
  const root = temporaryFolder();
  const before = findNvidiaSmi(root, {});
  mkdirSync(join(root, 'usr', 'lib', 'wsl', 'lib'), { recursive: true });
  const path = join(root, 'usr', 'lib', 'wsl', 'lib', 'nvidia-smi');
  writeFileSync(path, '');
  expect([before, findNvidiaSmi(root, {})]).toEqual([null, path]);
});

test('a hung nvidia-smi that ignores TERM costs its time limit, and is killed', async () => {
  const { path, pid } = hanging("trap '' TERM\necho $$ > PID\nexec sleep 600\n");
  expect(await askNvidiaSmi(path, { ...question, timeLimitMs: 1_000 })).toEqual({ ...nothing, warnings: [hangs] });
  await expect.poll(() => isAlive(pid())).toBe(false);
});

test('a hung nvidia-smi that cannot be ended does not hold the answer', async () => {
  // What is stuck in the driver keeps its end of the pipe open; here a grandchild does.
  const { path, pid } = hanging('sleep 600 &\necho $! > PID\nwait\n');
  const answer = await askNvidiaSmi(path, { ...question, timeLimitMs: 1_000 });
  const wasOpen = isAlive(pid());
  process.kill(pid(), 'SIGKILL');
  expect({ answer, wasOpen }).toEqual({
    answer: { ...nothing, warnings: [hangs] },
    wasOpen: true,
  });
});

/** A program that hangs when asked for the cards; PID in its script is the file that says which process does. */
function hanging(script: string): { path: string; pid: () => number } {
  const folder = temporaryFolder();
  const path = join(folder, 'nvidia-smi');
  const pidFile = join(folder, 'pid');
  writeFileSync(path, `#!/bin/sh\ncase "$1" in --query-gpu=*) ;; *) exit 0 ;; esac\n${script.replace('PID', pidFile)}`, { mode: 0o755 });
  return { path, pid: () => Number(readFileSync(pidFile, 'utf8')) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
