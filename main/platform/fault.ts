/** Ids of the faults Earshot knows by name (design: "Fault ids"). */
export type FaultId = MachineFaultId | OwnFaultId;

/** What can be wrong with a machine, its drivers and what is installed on it. */
type MachineFaultId =
  | 'audio-output-missing'
  | 'cpu-instruction-missing'
  | 'cpu-only-torch'
  | 'cublas-missing'
  | 'cuda-init-failed'
  | 'cuda-runtime-missing'
  | 'cuda-unknown-error'
  | 'cudnn-missing'
  | 'device-side-assert'
  | 'disk-full'
  | 'download-failed'
  | 'download-unauthorised'
  | 'driver-library-mismatch'
  | 'driver-missing'
  | 'driver-too-old'
  | 'expandable-segments-unsupported'
  | 'float16-unsupported'
  | 'glibc-too-old'
  | 'gpu-fell-off-bus'
  | 'gpu-fragmented'
  | 'gpu-hidden-by-env'
  | 'gpu-idle-while-planned'
  | 'gpu-index-mismatch'
  | 'gpu-memory-taken'
  | 'gpu-out-of-memory'
  | 'gpu-permission'
  | 'hash-mismatch'
  | 'illegal-memory-access'
  | 'invalid-kernel-image'
  | 'late-cuda-env'
  | 'launch-failure'
  | 'llm-thinking-enabled'
  | 'memory-leak'
  | 'microphone-denied'
  | 'microphone-missing'
  | 'model-corrupt'
  | 'msvc-runtime-missing'
  | 'no-cuda-device'
  | 'no-kernel-image'
  | 'no-matching-wheel'
  | 'ollama-model-missing'
  | 'ollama-not-running'
  | 'ollama-out-of-memory'
  | 'ollama-sees-no-gpu'
  | 'onnx-cuda-fallback'
  | 'phonemizer-missing'
  | 'port-in-use'
  | 'process-crashed'
  | 'process-killed-oom'
  | 'proxy-or-tls'
  | 'python-module-missing'
  | 'ram-pressure'
  | 'self-interruption'
  | 'service-hung'
  | 'torch-missing'
  | 'torch-version-mismatch';

/** What ends a command or keeps a service away without anything being wrong with the machine. */
type OwnFaultId =
  | 'environment-busy'
  | 'hardware-invalid'
  | 'not-writable'
  | 'path-unsuitable'
  | 'plan-invalid'
  | 'python-missing'
  | 'recording-unreadable'
  | 'remedy-refused'
  | 'service-unreachable'
  | 'settings-invalid'
  | 'stopped'
  | 'turn-failed'
  | 'usage'
  | 'verification-failed';

/**
 * Something that went wrong and that a person can do something about.
 *
 * `title` says what happened in one sentence without jargon, `detail` what was found, `cure` what to do now.
 */
export interface Fault {
  readonly id: FaultId;
  readonly title: string;
  readonly detail?: string;
  readonly cure?: string;
  /** Service the fault belongs to, when there is one. */
  readonly service?: string;
}

/** Carries a {@link Fault} up to whoever talks to the person. */
export class FaultError extends Error {
  constructor(
    readonly fault: Fault,
    options?: ErrorOptions,
  ) {
    super(fault.title, options);
    this.name = 'FaultError';
  }
}

/** Title, detail and cure as the lines a person reads. */
export function describeFault(fault: Fault): string {
  return [fault.title, fault.detail, fault.cure].filter((line) => line !== undefined && line !== '').join('\n');
}
