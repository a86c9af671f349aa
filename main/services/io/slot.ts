import { randomBytes } from 'node:crypto';
import type { Finding } from '../../platform/finding.ts';
import { unborn, type Life, type ServiceState } from '../machine.ts';
import type { Endpoint, Health, Service } from '../service.ts';
import { createAlarm, type Alarm } from './alarm.ts';
import type { Launched } from './launch.ts';
import type { LivenessWatch } from './liveness-watch.ts';

export interface ServiceSnapshot {
  /** The one that runs: what was planned, or what stands in for it. */
  readonly service: Service;
  readonly planned: Service;
  /** Why something else runs than was planned; null while it is what was planned. */
  readonly onFallback: Finding | null;
  /** How often it was started again after a crash since this stack began. */
  readonly restarts: number;
  readonly state: ServiceState;
  /** Where it answers. One that rests keeps its address. */
  readonly endpoint: Endpoint | null;
  readonly pid: number | null;
  readonly health: Health | null;
}

/** One supervised service: its life, what runs for it and when it is looked at next. */
export interface Slot {
  readonly planned: Service;
  /** The same for everything that ever runs here, so that who was told it stays in touch. */
  readonly token: string;
  service: Service;
  onFallback: Finding | null;
  /** It was told to go back to what was planned, and is not ready there yet: what ran perfectly until then. */
  returning: Service | null;
  /** What the present process, or the last one, was started as. */
  startedAs: Service | null;
  life: Life;
  restarts: number;
  endpoint: Endpoint | null;
  /** Endpoints it was told at its start. */
  told: string;
  process: Launched | null;
  /** Why we ended the process ourselves, when that is the better reason. */
  endedBecause: string | null;
  health: Health | null;
  /** What it said last that was not as planned, so that it is told once. */
  mismatch: string | null;
  /** Why a server of somebody else cannot be used, as it was told, so that it is told once. */
  refusal: string | null;
  liveness: LivenessWatch | null;
  endExternalWatch: (() => void) | null;
  probing: AbortController | null;
  readonly alarms: {
    /** Its start has taken too long. */
    readonly budget: Alarm;
    readonly backOff: Alarm;
    /** Its end has taken too long. */
    readonly ending: Alarm;
    readonly idle: Alarm;
  };
}

export function newSlot(planned: Service): Slot {
  return {
    planned,
    token: randomBytes(32).toString('hex'),
    service: planned,
    onFallback: null,
    returning: null,
    startedAs: null,
    life: unborn,
    restarts: 0,
    endpoint: null,
    told: '',
    process: null,
    endedBecause: null,
    health: null,
    mismatch: null,
    refusal: null,
    liveness: null,
    endExternalWatch: null,
    probing: null,
    alarms: { budget: createAlarm(), backOff: createAlarm(), ending: createAlarm(), idle: createAlarm() },
  };
}

export function snapshotOfSlot({ service, planned, onFallback, restarts, life, endpoint, process, health }: Slot): ServiceSnapshot {
  return { service, planned, onFallback, restarts, state: life.state, endpoint, pid: process?.pid ?? null, health };
}
