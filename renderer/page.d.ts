import type { EarshotBridge } from '../preload/contract.ts';

declare global {
  interface Window {
    /** Put there by the preload script. */
    readonly earshot: EarshotBridge;
  }
}
