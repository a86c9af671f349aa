import { expect, test } from 'vitest';
import { capabilityOf, parseCapabilities } from '../../../main/hardware/capability.ts';
import { cudaVersionOf } from '../../../main/hardware/driver.ts';
import { explainFailure } from '../../../main/hardware/nvidia-failure.ts';
import { busKey } from '../../../main/hardware/pci.ts';
import { isVirtualAdapter, vendorOf } from '../../../main/hardware/vendor.ts';

test.each([
  ['Tesla K80', '3.7'], ['NVIDIA GeForce GTX 770', '3.0'], ['GeForce GTX 780 Ti', '3.5'], ['NVIDIA GeForce GTX 750 Ti', '5.0'],
  ['NVIDIA GeForce GTX 960M', '5.0'], ['NVIDIA GeForce GTX 970', '5.2'], ['NVIDIA GeForce GTX 980 Ti', '5.2'], ['NVIDIA GeForce GTX TITAN X', '5.2'],
  ['NVIDIA TITAN X (Pascal)', '6.1'], ['NVIDIA TITAN Xp', '6.1'], ['NVIDIA GeForce GT 1030', '6.1'], ['NVIDIA GeForce GTX 1060 6GB', '6.1'],
  ['NVIDIA GeForce GTX 1080 Ti', '6.1'], ['NVIDIA GeForce MX150', '6.1'], ['NVIDIA GeForce MX450', '7.5'], ['NVIDIA GeForce MX550', '7.5'], ['NVIDIA GeForce MX570', '8.6'], ['NVIDIA GeForce RTX 2050', '8.6'], ['NVIDIA GeForce RTX 2060', '7.5'], ['NVIDIA TITAN V', '7.0'], ['NVIDIA GeForce GTX 1650', '7.5'],
  ['NVIDIA GeForce GTX 1660 SUPER', '7.5'], ['NVIDIA GeForce RTX 2080 Ti', '7.5'], ['NVIDIA TITAN RTX', '7.5'], ['NVIDIA GeForce RTX 3050 Laptop GPU', '8.6'],
  ['NVIDIA GeForce RTX 3090', '8.6'], ['NVIDIA GeForce RTX 4060 Ti', '8.9'], ['NVIDIA GeForce RTX 4090', '8.9'], ['NVIDIA GeForce RTX 5070 Ti', '12.0'],
  ['NVIDIA GeForce RTX 5090', '12.0'], ['Quadro M4000', '5.2'], ['Quadro P2000', '6.1'], ['Quadro GP100', '6.0'], ['Quadro GV100', '7.0'],
  ['Quadro RTX 5000', '7.5'], ['NVIDIA RTX A1000 Laptop GPU', '8.6'], ['NVIDIA RTX A6000', '8.6'], ['NVIDIA RTX 6000 Ada Generation', '8.9'],
  ['NVIDIA RTX PRO 6000 Blackwell Workstation Edition', '12.0'], ['Tesla M60', '5.2'], ['Tesla P100-PCIE-16GB', '6.0'], ['Tesla P40', '6.1'],
  ['Tesla V100-SXM2-16GB', '7.0'], ['Tesla T4', '7.5'], ['NVIDIA A100-SXM4-80GB', '8.0'], ['NVIDIA A30', '8.0'], ['NVIDIA A10G', '8.6'], ['NVIDIA A40', '8.6'],
  ['NVIDIA L4', '8.9'], ['NVIDIA L40S', '8.9'], ['NVIDIA H100 80GB HBM3', '9.0'], ['NVIDIA H200', '9.0'], ['NVIDIA B200', '10.0'],
  ['NVIDIA Jetson Orin Nano', null], ['Orin (nvgpu)', null], ['NVIDIA Graphics Device', null], ['', null],
])('%s has the capability %s', (name, capability) => {
  expect(capabilityOf(name, null)).toBe(capability);
});

test('the PCI id counts more than a name', () => {
  expect([capabilityOf('NVIDIA GPU', '10de:1b06'), capabilityOf('NVIDIA GeForce RTX 3060', '10de:2b85'), capabilityOf('NVIDIA Tesla K80', '10de:102d'), capabilityOf('', '1002:1b06')]).toEqual(['6.1', '12.0', '3.7', null]);
});

test('a table with an unknown field or a wrong value is refused by its path', () => {
  const row = { chip: 'GA107', from: '2580', to: '25ff', capability: '8.6' };
  expect(() => parseCapabilities({ source: '', chips: [{ ...row, capability: 8.6 }], names: [] })).toThrow(/chips[^]*capability/);
  expect(() => parseCapabilities({ source: '', chips: [row], names: [], more: 1 })).toThrow(/more/);
});

test.each([
  ['450.80.02', '11.0', '10.2'], ['470.256.02', '11.4', '11.3'], ['525.60.13', '12.0', '11.8'], ['535.183.01', '12.2', '12.1'], ['550.54.14', '12.4', '12.3'],
  ['570.86.10', '12.8', '12.8'], ['580.65.06', '13.0', '13.0'], ['610.10', '13.0', '13.0'], ['340.1', null, null], ['[N/A]', null, null],
])('driver %s runs CUDA %s on Linux and %s on Windows', (version, linux, windows) => {
  expect([cudaVersionOf(version, 'linux'), cudaVersionOf(version, 'win32')]).toEqual([linux, windows]);
});

test.each([
  'Microsoft Hyper-V Video', 'Parsec Virtual Display Adapter', 'Microsoft Remote Display Adapter', 'Microsoft Basic Display Adapter', 'VMware SVGA 3D', 'Red Hat QXL controller',
  'VirtualBox Graphics Adapter (WDDM)', 'Citrix Indirect Display Adapter', 'Red Hat VirtIO GPU DOD controller', 'Bochs display',
])('%s exists in software only', (name) => {
  expect(isVirtualAdapter(null, name)).toBe(true);
});

test.each(['NVIDIA GeForce RTX 3060', 'AMD Radeon RX 7900 XTX', 'Intel(R) UHD Graphics 770', 'Matrox G200eR2'])('%s is a real card', (name) => {
  expect(isVirtualAdapter(null, name)).toBe(false);
});

test('a maker is known by PCI id, else by name', () => {
  expect([vendorOf('10de:25a2'), vendorOf(null, 'AMD Radeon'), vendorOf(null, 'Quadro P2000'), vendorOf('ffff:0000', 'Thing')]).toEqual(['NVIDIA', 'AMD', 'NVIDIA', 'unknown']);
});

test('a card has one place on the bus, however it is written', () => {
  expect(['00000000:01:00.0', '0000:01:00.0', '01:00.0', '0000:1:0.0'].map(busKey)).toEqual(['0:1:0.0', '0:1:0.0', '0:1:0.0', '0:1:0.0']);
});

test('a failure without a known meaning is told as it was said', () => {
  expect([explainFailure(' odd ', 77), explainFailure('', 15), explainFailure('', null)]).toEqual([
    'nvidia-smi failed: odd',
    'A graphics card has stopped answering: restart the computer. (nvidia-smi failed: exit code 15, without a word)',
    'nvidia-smi failed: exit code unknown, without a word',
  ]);
});
