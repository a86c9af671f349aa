import type { FaultId } from '../platform/fault.ts';
import type { Finding } from '../platform/finding.ts';
import type { ServiceState } from './machine.ts';
import type { ServiceId } from './service.ts';

/** Why a process ended, as far as it decides what comes next. */
export type ExitCause =
  /** Its graphics card, or what CUDA keeps of it, is dead for this process: nothing on that card works before it is gone. */
  | { readonly kind: 'device'; readonly fault: FaultId }
  | { readonly kind: 'out-of-memory' }
  /** The system's or the person's word: SIGKILL, SIGTERM, a console that was closed. */
  | { readonly kind: 'killed' }
  | { readonly kind: 'crash' }
  /** A server of somebody else cannot be used. */
  | { readonly kind: 'no-answer' }
  /** It could not load what it was told to load, and said so. */
  | { readonly kind: 'gave-up' };

/** What happens to the services, for whoever writes it down, counts it or shows it. Never for control. */
export type SupervisorEvent =
  | { readonly kind: 'state'; readonly service: ServiceId; readonly from: ServiceState['kind']; readonly to: ServiceState['kind'] }
  | { readonly kind: 'spawned'; readonly service: ServiceId; readonly pid: number }
  | { readonly kind: 'ready'; readonly service: ServiceId; readonly loadMs: number; readonly device: string }
  /** It ended by itself, or was ended because it hung. `lines` is what it said last. */
  | { readonly kind: 'crashed'; readonly service: ServiceId; readonly cause: ExitCause['kind'] | 'hung'; readonly reason: string; readonly lines: readonly string[] }
  | { readonly kind: 'gave-up'; readonly service: ServiceId; readonly reason: string }
  | { readonly kind: 'fell-back'; readonly service: ServiceId; readonly from: string; readonly to: string; readonly finding: Finding }
  | { readonly kind: 'returned'; readonly service: ServiceId; readonly device: string }
  | { readonly kind: 'rested' | 'woken'; readonly service: ServiceId }
  /** What a service says of itself is not what was planned. */
  | { readonly kind: 'finding'; readonly service: ServiceId; readonly finding: Finding }
  /** The computer slept, or all of us were stopped, for about this long. */
  | { readonly kind: 'resumed'; readonly afterMs: number | null }
  /** What an Earshot that was killed had left behind was ended. */
  | { readonly kind: 'reaped'; readonly pids: readonly number[] };
