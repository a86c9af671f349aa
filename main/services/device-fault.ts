import type { FaultId } from '../platform/fault.ts';
import type { Finding } from '../platform/finding.ts';
import { isGpu } from './child-environment.ts';
import { serviceTitle } from './names.ts';
import type { Health, Service } from './service.ts';

/**
 * What CUDA and those who use it say when a context is dead: nothing on that card works in that process any more. The
 * same list, for the process itself, is in `python/earshot/serving/device_fault.py`. Memory that is full is not among
 * them, nor a library or a kernel that is missing: those fail again the same way, and say so when a model is loaded.
 */
const patterns: readonly (readonly [RegExp, FaultId])[] = [
  [/illegal memory access|(CUDA_ERROR_|cudaError)Illegal_?Address/i, 'illegal-memory-access'],
  // Not "device-side assertions": torch advises to enable those below every one of its CUDA errors.
  [/device-side assert triggered|CUDA_ERROR_ASSERT|cudaErrorAssert/i, 'device-side-assert'],
  [/GPU is lost|fallen off the bus|CUDA_ERROR_DEVICE_UNAVAILABLE|cudaErrorDevicesUnavailable|Xid.*\b79\b/i, 'gpu-fell-off-bus'],
  [/CUDA unknown error|CUDA (driver )?(error:|failed with error|failure 999:) unknown error|CUDA_ERROR_UNKNOWN|cudaErrorUnknown\b/i, 'cuda-unknown-error'],
  [/context is destroyed|driver shutting down|CUDA_ERROR_(CONTEXT_IS_DESTROYED|DEINITIALIZED)/i, 'cuda-init-failed'],
  [/unspecified launch failure|launch timed out and was terminated|CUDA_ERROR_LAUNCH_(FAILED|TIMEOUT)|cudaErrorLaunch(Failure|Timeout)/i, 'launch-failure'],
  [/illegal instruction was encountered|misaligned address|invalid program counter|hardware stack error|uncorrectable (ECC|NVLink) error/i, 'launch-failure'],
  [/CUDA_ERROR_(ILLEGAL_INSTRUCTION|INVALID_PC|MISALIGNED_ADDRESS|HARDWARE_STACK_ERROR|ECC_UNCORRECTABLE|NVLINK_UNCORRECTABLE)/i, 'launch-failure'],
  [/cudaError(IllegalInstruction|InvalidPc|MisalignedAddress|HardwareStackError|ECCUncorrectable|NvlinkUncorrectable)\b/i, 'launch-failure'],
  [/CU(DNN|BLAS)_STATUS_(EXECUTION_FAILED|INTERNAL_ERROR|MAPPING_ERROR)/i, 'launch-failure'],
];

/** The fault of a graphics card that a text tells of; null when it tells of none. */
export function deviceFaultOf(text: string): FaultId | null {
  return patterns.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

/** What a person is told of a service whose card failed under it. */
export function fallbackFinding(service: Service, fault: FaultId, evidence: readonly string[]): Finding {
  const title = serviceTitle[service.id];
  return {
    fault,
    severity: 'warning',
    title: `The graphics card failed while the ${title} used it, so the ${title} now runs on ${placeOfFallback(service)}.`,
    detail: 'Answers may take longer meanwhile. Earshot tests the card again by itself and goes back to it once it has been well for a while. Heat, overclocking, full memory or a computer that has slept are the usual reasons.',
    evidence: [...evidence, `card: ${service.device}`],
    remedies: waysWithout(service),
  };
}

/** What a person is told of a service that could not be started on its card again and went back to what stood in for it (`fallback`). */
export function returnFinding(service: Service, reason: string, evidence: readonly string[]): Finding {
  const title = serviceTitle[service.id];
  return {
    fault: 'process-crashed',
    severity: 'warning',
    title: `The ${title} could not be started on the graphics card again, so it runs on ${placeOfFallback(service)} as before.`,
    detail: `Why it could not: ${reason}. Earshot leaves the card alone for longer this time before it tries again. Another program that uses the card's memory, heat or overclocking are the usual reasons.`,
    evidence: [...evidence, `card: ${service.device}`],
    remedies: waysWithout(service),
  };
}

function placeOfFallback({ fallback }: Service): string {
  return fallback === null || fallback.device === 'cpu' ? 'the processor' : 'another graphics card';
}

function waysWithout(service: Service): Finding['remedies'] {
  return [
    { id: 'move-to-cpu', title: `Keep the ${serviceTitle[service.id]} on the processor.`, kind: 'click', arguments: { service: service.id } },
    { id: 'exclude-gpu', title: 'Leave this graphics card alone altogether.', kind: 'click', arguments: { gpu: service.device } },
    { id: 'restart-computer', title: 'If it happens again and again, restart the computer.', kind: 'guide' },
  ];
}

/** An engine that says that it runs elsewhere than it was planned; null when all is as planned, or it is not on a card. */
export function deviceMismatch(planned: Service, health: Health): Finding | null {
  if (!isGpu(planned.device) || health.device === planned.device) return null;
  const title = serviceTitle[planned.id];
  const evidence = [`planned: ${planned.device}`, `told: ${health.device}`, `engine: ${planned.engine}`];
  if (isGpu(health.device)) {
    return {
      fault: 'gpu-index-mismatch',
      severity: 'warning',
      title: `The ${title} runs on another graphics card than it was meant to.`,
      detail: 'The plan counts with the memory of the card that was meant, so the other one may run out of it.',
      evidence,
      remedies: [{ id: 'restart-earshot', title: 'Start Earshot again: it names the card by its own number.', kind: 'guide' }],
    };
  }
  return {
    fault: planned.engine === 'kokoro' ? 'onnx-cuda-fallback' : 'gpu-idle-while-planned',
    severity: 'warning',
    title: `The ${title} was meant for the graphics card and runs on the processor.`,
    detail: 'It works, but more slowly than it could: a library that belongs to the card was not found, or refused to start.',
    evidence,
    remedies: [
      { id: 'move-to-cpu', title: `Leave the ${title} on the processor.`, kind: 'click', arguments: { service: planned.id } },
      { id: 'try-again', title: 'Check what is installed and start it again.', kind: 'click' },
    ],
  };
}
