import { afterEach, expect, test } from 'vitest';
import { askNvidiaSmi } from '../../../../main/hardware/io/nvidia-smi.ts';
import { gpuScenario, noDevices, type GpuAnswer, type GpuScenario } from '../../../fakes/gpu-scenario.ts';

const running: GpuScenario[] = [];
afterEach(() => {
  for (const scenario of running.splice(0)) scenario.remove();
});

function play(answers: readonly GpuAnswer[]): GpuScenario {
  const scenario = gpuScenario(answers);
  running.push(scenario);
  return scenario;
}

async function ask({ program, environment }: GpuScenario, timeLimitMs = 10_000): Promise<unknown> {
  const { gpus, warnings } = await askNvidiaSmi(program, { environment: { ...process.env, ...environment }, timeLimitMs });
  return { cards: gpus.map(({ freeMiB }) => freeMiB), warnings };
}

function row(freeMiB: number): GpuAnswer {
  return { question: 'table', say: `0, GPU-11111111-2222-3333-4444-555555555555, 00000000:01:00.0, NVIDIA GeForce RTX 3060, 8.6, 12288, ${freeMiB}, [N/A], 550.90.07, 0x250310DE` };
}

const notFound = { cards: [], warnings: ['The NVIDIA driver is running, but it finds no graphics card. (nvidia-smi failed: No devices were found)'] };

test('a card that is not ready for two questions, and then is', async () => {
  const scenario = play([{ ...noDevices, question: 'table' }, { ...noDevices, question: 'table' }, { question: 'table', use: 'two-cards' }, { question: 'processes', use: 'two-cards' }]);
  const said = [await ask(scenario), await ask(scenario), await ask(scenario), await ask(scenario)];
  const found = { cards: [11_019, 11_170], warnings: [] };
  expect({ said, calls: scenario.calls('table') }).toEqual({ said: [notFound, notFound, found, found], calls: 4 });
});

test('memory that is taken between two questions', async () => {
  const scenario = play([row(11_019), row(300), { question: 'processes', say: '' }]);
  expect([await ask(scenario), await ask(scenario)]).toEqual([{ cards: [11_019], warnings: [] }, { cards: [300], warnings: [] }]);
});

test('an error text with its exit code, and an answer that takes too long', async () => {
  const scenario = play([{ errors: 'Unable to determine the device handle', exitCode: 15 }]);
  const complaint = 'A graphics card has stopped answering: restart the computer. (nvidia-smi failed: Unable to determine the device handle)';
  expect(await ask(scenario)).toEqual({ cards: [], warnings: [complaint] });
  scenario.change([{ afterS: 5, use: 'two-cards' }]);
  const late = 'nvidia-smi gave no answer within 0.5 s and was ended: the graphics driver hangs. Restarting the computer usually helps.';
  expect(await ask(scenario, 500)).toEqual({ cards: [], warnings: [late] });
});
