import { cards, type CardId } from '../cards.ts';
import { allOnCpu, card, linux, uuidOf, windows, type Machine } from '../machine.ts';
import { sensibleBuilds } from '../oracle.ts';

/** Every card with every driver that knows it, on the system it is found in; what is expected follows from the oracle alone. */

const driversOf = {
  linux: ['418.226.00', '450.119.03', '470.256.02', '525.147.05', '535.183.01', '550.163.01', '570.172.08', '580.95.05', '590.44.01', '610.20.02'],
  win32: ['419.67', '457.51', '472.12', '528.49', '531.14', '551.61', '572.83', '576.02', '581.57', '591.44', '610.24'],
} as const;

const inServers: readonly CardId[] = ['p40', 'p100', 'v100', 't4', 'a100', 'a10', 'rtxA6000', 'l4', 'l40s', 'h100', 'b200'];
const inDesktops: readonly CardId[] = ['gtx780', 'gtx750ti', 'gtx970', 'gtx1060', 'gtx1080ti', 'gtx1650', 'rtx2060', 'rtx2080ti', 'rtx3050laptop', 'rtx3060', 'rtx3090', 'rtx4060', 'rtx4090', 'rtx5060', 'rtx5090'];

export const cardsAndDrivers: readonly Machine[] = [
  ...[...inServers, ...inDesktops].flatMap((id) => machinesWith(id, 'linux')),
  ...inDesktops.flatMap((id) => machinesWith(id, 'win32')),
];

function machinesWith(id: CardId, platform: 'linux' | 'win32'): readonly Machine[] {
  const { first, last } = cards[id].drivers;
  return driversOf[platform]
    .filter((driver) => Number.parseInt(driver) >= first && Number.parseInt(driver) < (last ?? Infinity) + 10)
    .map((driver) => ({
      name: `${cards[id].name}, driver ${driver}, ${platform === 'linux' ? 'Linux' : 'Windows'}`,
      hardware: platform === 'linux' ? linux([card(id)], { driver }) : windows([card(id)], { driver }),
      expected: expectedOf(id, driver, platform),
    }));
}

function expectedOf(id: CardId, driver: string, platform: 'linux' | 'win32'): NonNullable<Machine['expected']> {
  const { capability, memoryMiB } = cards[id];
  const builds = sensibleBuilds(capability, driver, platform);
  if (builds[0] === 'cpu') return { builds, used: [], devices: allOnCpu };
  // From driver 550 on everything runs on these cards, and with 6 GB free a better recogniser than any CPU carries fits.
  const usesSome = memoryMiB >= 6000 && Number.parseInt(driver) >= 550 && Number(capability) >= 7.5;
  // A card that is the only one is kept with a build that carries it: unused perhaps, but never for its generation alone.
  return { builds, usesSome, ...(usesSome ? { used: [uuidOf(0)] } : {}) };
}
