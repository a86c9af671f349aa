import { card, foreign, linux, uuidOf, windows, type Machine } from '../machine.ts';
import { said } from '../promises.ts';

const driver = '550.163.01';
const ours = { ours: true } as const;

/** Cards that are not ours alone: what others hold is named with its memory, and the plan fits into the rest. */
export const othersOnTheCard: readonly Machine[] = [
  {
    name: 'a game fills an RTX 3090: nothing of ours goes there',
    hardware: linux([card('rtx3090', { freeMiB: 420 })], { driver, processes: [foreign('Cyberpunk2077.exe', 23_400)] }),
    expected: { used: [], says: [/Cyberpunk2077/, /22[.,][89]\s?G|23,?400\s?M/] },
  },
  {
    name: 'a vLLM server holds 90 % of an A100',
    hardware: linux([card('a100', { freeMiB: 7900 })], { driver, processes: [foreign('VLLM::EngineCore', 73_700)] }),
    expected: { builds: ['cu126', 'cu128'], says: [/vllm/i, /7[12][.,]\d?\s?G|72\s?G|73,?700\s?M/] },
  },
  {
    name: 'a browser holds 300 MB: the card is used around it',
    hardware: linux([card('rtx3060', { freeMiB: 11_800 })], { driver, processes: [foreign('/usr/lib/firefox/firefox', 300)] }),
    expected: { used: [uuidOf(0)], says: [/firefox/] },
  },
  {
    name: 'a program whose memory Windows does not tell is named without a figure',
    hardware: windows([card('rtx4070', { freeMiB: 10_000 })], { driver: '576.02', processes: [foreign('C:\\Program Files\\Google\\Chrome\\chrome.exe', null)] }),
    expected: { used: [uuidOf(0)] },
  },
  {
    name: 'a program whose name may not be seen',
    hardware: linux([card('rtx3060', { freeMiB: 9000 })], { driver, processes: [foreign('[Insufficient Permissions]', 3000)] }),
    expected: { used: [uuidOf(0)] },
  },
  {
    name: 'a program without a name',
    hardware: linux([card('rtx3060', { freeMiB: 9000 })], { driver, processes: [foreign('', 3000)] }),
    expected: { used: [uuidOf(0)] },
  },
  {
    name: 'thirty programs of 100 MB',
    hardware: linux([card('rtx3060', { freeMiB: 9100 })], { driver, processes: Array.from({ length: 30 }, (_none, index) => foreign(`worker-${index}`, 100, { pid: 5000 + index })) }),
    expected: { used: [uuidOf(0)], says: [/worker-/] },
  },
  {
    name: 'a program that claims more than the card has',
    hardware: linux([card('rtx3060', { freeMiB: 9100 })], { driver, processes: [foreign('liar', 99_999_999)] }),
  },
  {
    name: 'our own processes fill the card: their memory comes back, and they are no strangers',
    hardware: linux([card('rtx3060', { freeMiB: 4000 })], { driver, processes: [foreign('earshot-stt', 5000, ours), foreign('earshot-tts', 2900, { ...ours, pid: 4243 })] }),
    expected: { used: [uuidOf(0)], neverSays: [/earshot-(stt|tts)/] },
  },
  {
    name: 'our own process whose memory is not told',
    hardware: linux([card('rtx3060', { freeMiB: 9000 })], { driver, processes: [foreign('earshot-stt', null, ours)] }),
    expected: { used: [uuidOf(0)] },
  },
  {
    name: 'ours and others on one card: only the others are named',
    hardware: linux([card('rtx3060', { freeMiB: 3000 })], { driver, processes: [foreign('earshot-stt', 3000, ours), foreign('blender', 6000, { pid: 4300 })] }),
    expected: { says: [/blender/], neverSays: [/earshot-stt/] },
  },
  {
    name: 'two cards, the bigger one full: the smaller is used',
    hardware: linux([card('rtx3090', { freeMiB: 500 }), card('rtx3060', {}, 1)], { driver, processes: [foreign('VLLM::EngineCore', 23_900)] }),
    expected: { used: [uuidOf(1)], says: [/vllm/i] },
  },
  {
    name: 'an RTX 3050 laptop whose desktop takes 900 MB',
    hardware: linux([card('rtx3050laptop', { freeMiB: 3150 })], { driver: '535.183.01', processes: [foreign('/usr/bin/gnome-shell', 480), foreign('/usr/lib/xorg/Xorg', 420, { pid: 900 })] }),
    expected: {
      builds: ['cu126', 'cu128'],
      wrong: ({ plan }) => said(plan.vram.every((entry) => entry.plannedMiB <= 3150), 'more is planned than is free'),
    },
  },
  ...[300, 700, 1200, 2000, 3000, 4500].map((freeMiB) => ({
    name: `${freeMiB} MiB left of an RTX 4060`,
    hardware: linux([card('rtx4060', { freeMiB })], { driver, processes: [foreign('ComfyUI', 8188 - freeMiB - 60)] }),
    expected: {
      builds: ['cu126', 'cu128'],
      says: [/ComfyUI/],
      // A CUDA context alone is 300 MB and more.
      ...(freeMiB <= 300 ? { used: [] } : {}),
    },
  })),
];
