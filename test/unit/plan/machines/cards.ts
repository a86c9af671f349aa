/**
 * The graphics cards of the tables. Compute capabilities as NVIDIA lists them; memory as nvidia-smi reports it. `drivers` are
 * the branches that know the card: 470 is the last for Kepler, 580 the last for Maxwell, Pascal and Volta, and Ampere, Ada,
 * Hopper and Blackwell came with 450/455, 520, 525 and 570.
 */
export interface CardKind {
  readonly name: string;
  readonly capability: string;
  readonly memoryMiB: number;
  readonly generation: string;
  readonly pciId: string;
  readonly drivers: { readonly first: number; readonly last: number | null };
}

const kepler = { generation: 'Kepler', drivers: { first: 319, last: 470 } };
const maxwell = { generation: 'Maxwell', drivers: { first: 346, last: 580 } };
const pascal = { generation: 'Pascal', drivers: { first: 375, last: 580 } };
const volta = { generation: 'Volta', drivers: { first: 384, last: 580 } };
const turing = { generation: 'Turing', drivers: { first: 418, last: null } };
const ampere = { generation: 'Ampere', drivers: { first: 455, last: null } };
const ada = { generation: 'Ada', drivers: { first: 520, last: null } };
const hopper = { generation: 'Hopper', drivers: { first: 525, last: null } };
const blackwell = { generation: 'Blackwell', drivers: { first: 570, last: null } };

export const cards = {
  gtx780: { name: 'NVIDIA GeForce GTX 780', capability: '3.5', memoryMiB: 3072, pciId: '10de:1004', ...kepler },
  gtx750ti: { name: 'NVIDIA GeForce GTX 750 Ti', capability: '5.0', memoryMiB: 2048, pciId: '10de:1380', ...maxwell },
  gtx960: { name: 'NVIDIA GeForce GTX 960', capability: '5.2', memoryMiB: 4096, pciId: '10de:1401', ...maxwell },
  gtx970: { name: 'NVIDIA GeForce GTX 970', capability: '5.2', memoryMiB: 4096, pciId: '10de:13c2', ...maxwell },
  p100: { name: 'Tesla P100-PCIE-16GB', capability: '6.0', memoryMiB: 16_384, pciId: '10de:15f8', ...pascal },
  p40: { name: 'Tesla P40', capability: '6.1', memoryMiB: 23_040, pciId: '10de:1b38', ...pascal },
  gtx1060: { name: 'NVIDIA GeForce GTX 1060 6GB', capability: '6.1', memoryMiB: 6144, pciId: '10de:1c03', ...pascal },
  gtx1080ti: { name: 'NVIDIA GeForce GTX 1080 Ti', capability: '6.1', memoryMiB: 11_264, pciId: '10de:1b06', ...pascal },
  v100: { name: 'Tesla V100-SXM2-16GB', capability: '7.0', memoryMiB: 16_384, pciId: '10de:1db1', ...volta },
  gtx1650: { name: 'NVIDIA GeForce GTX 1650', capability: '7.5', memoryMiB: 4096, pciId: '10de:1f82', ...turing },
  gtx1660: { name: 'NVIDIA GeForce GTX 1660', capability: '7.5', memoryMiB: 6144, pciId: '10de:2184', ...turing },
  rtx2060: { name: 'NVIDIA GeForce RTX 2060', capability: '7.5', memoryMiB: 6144, pciId: '10de:1f08', ...turing },
  rtx2080ti: { name: 'NVIDIA GeForce RTX 2080 Ti', capability: '7.5', memoryMiB: 11_264, pciId: '10de:1e07', ...turing },
  t4: { name: 'Tesla T4', capability: '7.5', memoryMiB: 15_360, pciId: '10de:1eb8', ...turing },
  a100: { name: 'NVIDIA A100-SXM4-80GB', capability: '8.0', memoryMiB: 81_920, pciId: '10de:20b2', ...ampere, drivers: { first: 450, last: null } },
  a10: { name: 'NVIDIA A10', capability: '8.6', memoryMiB: 23_028, pciId: '10de:2236', ...ampere },
  rtx3050laptop: { name: 'NVIDIA GeForce RTX 3050 Laptop GPU', capability: '8.6', memoryMiB: 4096, pciId: '10de:25a2', ...ampere },
  rtxA1000laptop: { name: 'NVIDIA RTX A1000 Laptop GPU', capability: '8.6', memoryMiB: 4096, pciId: '10de:25b9', ...ampere },
  rtx3060: { name: 'NVIDIA GeForce RTX 3060', capability: '8.6', memoryMiB: 12_288, pciId: '10de:2503', ...ampere },
  rtx3090: { name: 'NVIDIA GeForce RTX 3090', capability: '8.6', memoryMiB: 24_576, pciId: '10de:2204', ...ampere },
  rtxA6000: { name: 'NVIDIA RTX A6000', capability: '8.6', memoryMiB: 49_140, pciId: '10de:2230', ...ampere },
  rtx4060: { name: 'NVIDIA GeForce RTX 4060', capability: '8.9', memoryMiB: 8188, pciId: '10de:2882', ...ada },
  rtx4070: { name: 'NVIDIA GeForce RTX 4070', capability: '8.9', memoryMiB: 12_282, pciId: '10de:2786', ...ada },
  rtx4090: { name: 'NVIDIA GeForce RTX 4090', capability: '8.9', memoryMiB: 24_564, pciId: '10de:2684', ...ada },
  l4: { name: 'NVIDIA L4', capability: '8.9', memoryMiB: 23_034, pciId: '10de:27b8', ...ada },
  l40s: { name: 'NVIDIA L40S', capability: '8.9', memoryMiB: 46_068, pciId: '10de:26b9', ...ada },
  h100: { name: 'NVIDIA H100 80GB HBM3', capability: '9.0', memoryMiB: 81_559, pciId: '10de:2330', ...hopper },
  b200: { name: 'NVIDIA B200', capability: '10.0', memoryMiB: 183_359, pciId: '10de:2901', ...blackwell },
  rtx5060: { name: 'NVIDIA GeForce RTX 5060', capability: '12.0', memoryMiB: 8151, pciId: '10de:2d05', ...blackwell },
  rtx5090: { name: 'NVIDIA GeForce RTX 5090', capability: '12.0', memoryMiB: 32_607, pciId: '10de:2b85', ...blackwell },
} as const satisfies Record<string, CardKind>;

export type CardId = keyof typeof cards;
