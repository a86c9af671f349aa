import { expect, test } from 'vitest';
import { deviceFaultOf, deviceMismatch, fallbackFinding, returnFinding } from '../../../main/services/device-fault.ts';
import type { Service } from '../../../main/services/service.ts';

const card = 'GPU-8a4b2c1d-0000-0000-0000-000000000000';
const onCard: Service = {
  id: 'stt',
  engine: 'whisper',
  model: 'whisper-turbo',
  device: card,
  needs: [],
  startBudgetMs: 1_000,
  fallback: null,
  run: { kind: 'process', module: 'm', python: 'p', environment: {}, section: () => ({}) },
};

test.each([
  ['CUDA error: unspecified launch failure', 'launch-failure'],
  ['cudaErrorLaunchFailure: unspecified launch failure (719)', 'launch-failure'],
  ['RuntimeError: CUDA error: an illegal memory access was encountered', 'illegal-memory-access'],
  ['RuntimeError: CUDA error: device-side assert triggered', 'device-side-assert'],
  ['CUDA initialization: CUDA unknown error - this may be due to an incorrectly set up environment', 'cuda-unknown-error'],
  ['Unable to determine the device handle for GPU 0000:01:00.0: GPU is lost.', 'gpu-fell-off-bus'],
  ['RuntimeError: CUDA error: uncorrectable ECC error encountered', 'launch-failure'],
  ['cuDNN failed with status CUDNN_STATUS_EXECUTION_FAILED', 'launch-failure'],
  ['CUDA out of memory. Tried to allocate 20.00 MiB', null],
  ['CUDA error: no kernel image is available for execution on the device', null],
  ['Library libcublas.so.12 is not found or cannot be loaded', null],
  ['CUBLAS_STATUS_NOT_INITIALIZED when calling cublasCreate(handle)', null],
  ['CUBLAS_STATUS_ALLOC_FAILED', null],
  ['what did the launch cost', null],
  ['CUDA out of memory.\nCompile with `TORCH_USE_CUDA_DSA` to enable device-side assertions.', null],
  ['CUDA_ERROR_ILLEGAL_ADDRESS', 'illegal-memory-access'],
  ['CUDA failed with error unknown error', 'cuda-unknown-error'],
  ['CUDA error: misaligned address', 'launch-failure'],
  ['cudaErrorECCUncorrectable', 'launch-failure'],
])('%s', (text, fault) => {
  expect(deviceFaultOf(text)).toBe(fault);
});

test('a card that failed under a service is told with what Earshot did, and carries its cures', () => {
  const finding = fallbackFinding({ ...onCard, fallback: { ...onCard, device: 'cpu' } }, 'launch-failure', ['CUDA error: unspecified launch failure']);
  expect(finding.title).toBe('The graphics card failed while the speech recognition used it, so the speech recognition now runs on the processor.');
  expect(finding.remedies.map(({ id, kind, arguments: given }) => ({ id, kind, given }))).toEqual([
    { id: 'move-to-cpu', kind: 'click', given: { service: 'stt' } },
    { id: 'exclude-gpu', kind: 'click', given: { gpu: card } },
    { id: 'restart-computer', kind: 'guide', given: undefined },
  ]);
});

test('a service that could not be started on its card again says why, and that it runs as before', () => {
  const { fault, title, detail, remedies } = returnFinding({ ...onCard, fallback: { ...onCard, device: 'cpu' } }, 'it was not ready after 90 s', []);
  expect({ fault, title, why: detail.startsWith('Why it could not: it was not ready after 90 s.'), remedies: remedies.map(({ id }) => id) }).toEqual({
    fault: 'process-crashed',
    title: 'The speech recognition could not be started on the graphics card again, so it runs on the processor as before.',
    why: true,
    remedies: ['move-to-cpu', 'exclude-gpu', 'restart-computer'],
  });
});

const told = { state: 'ready', model: 'whisper-turbo', pid: 1, torch: null } as const;

test('an engine that runs where it was planned is as it should be', () => {
  expect([deviceMismatch(onCard, { ...told, device: card }), deviceMismatch({ ...onCard, device: 'cpu' }, { ...told, device: 'cpu' })]).toEqual([null, null]);
});

test('an engine that quietly went to the processor is found', () => {
  expect([deviceMismatch(onCard, { ...told, device: 'cpu' })?.fault, deviceMismatch({ ...onCard, engine: 'kokoro' }, { ...told, device: 'cpu' })?.fault]).toEqual([
    'gpu-idle-while-planned',
    'onnx-cuda-fallback',
  ]);
});

test('an engine on another card than planned is found', () => {
  expect(deviceMismatch(onCard, { ...told, device: 'GPU-other' })?.fault).toBe('gpu-index-mismatch');
});
