/** The part of AudioWorkletGlobalScope that the worklets use; TypeScript's library leaves it out. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

declare function registerProcessor(
  name: string,
  processor: new () => AudioWorkletProcessor & {
    process: (inputs: readonly (readonly Float32Array[])[], outputs: readonly (readonly Float32Array[])[]) => boolean;
  },
): void;
