import { randomBytes } from 'node:crypto';
import { assertNever } from '../../platform/assert-never.ts';
import type { RestartPolicy } from '../back-off.ts';
import { next, unborn, type Effect, type Life, type ServiceEvent, type ServiceState } from '../machine.ts';
import type { Endpoint, ExternalRun, Health, ProcessRun, Service, ServiceId } from '../service.ts';
import { askHealth, checkExternal } from './health.ts';
import { launch, type Launched } from './launch.ts';

export interface ServiceSnapshot {
  readonly service: Service;
  readonly state: ServiceState;
  readonly endpoint: Endpoint | null;
  readonly pid: number | null;
  readonly health: Health | null;
}

export interface Supervisor {
  readonly start: () => void;
  /** Ends everything in reverse order of dependence and settles once all is gone. */
  readonly stop: () => Promise<void>;
  readonly snapshot: () => readonly ServiceSnapshot[];
  /** Calls `listener` after each change of a state; returns what takes it off again. */
  readonly onChange: (listener: () => void) => () => void;
}

export interface SupervisorOptions {
  readonly services: readonly Service[];
  readonly root: string;
  readonly policy: RestartPolicy;
  readonly onLine: (service: ServiceId, line: string) => void;
}

/** One running service: its life, what runs for it and when it is looked at next. */
interface Slot {
  readonly service: Service;
  readonly token: string;
  life: Life;
  endpoint: Endpoint | null;
  /** Endpoints it was told at its start. */
  told: string;
  process: Launched | null;
  /** Why we ended the process ourselves, when that is the better reason. */
  endedBecause: string | null;
  health: Health | null;
  timer: NodeJS.Timeout | null;
  budget: NodeJS.Timeout | null;
  probing: AbortController | null;
}

const healthIntervalMs = 100;

/** Starts services in order of dependence, restarts what ends, gives up what keeps ending. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const slots = new Map<ServiceId, Slot>(options.services.map((service) => [service.id, newSlot(service)]));
  const listeners = new Set<() => void>();
  let wanted = false;

  function handle(slot: Slot, event: ServiceEvent): void {
    const transition = next(slot.life, event, Date.now(), options.policy);
    const changed = transition.life.state !== slot.life.state;
    slot.life = transition.life;
    if (changed) settle(slot);
    for (const effect of transition.effects) perform(slot, effect);
    if (!changed) return;
    if (wanted) advance();
    for (const listener of [...listeners]) listener();
  }

  /** Drops what belonged to the state that was left. */
  function settle(slot: Slot): void {
    const { kind } = slot.life.state;
    if (kind !== 'starting' && kind !== 'warming') {
      if (slot.budget !== null) clearTimeout(slot.budget);
      slot.budget = null;
      slot.probing?.abort();
      slot.probing = null;
    }
    if (kind !== 'backing-off' && slot.timer !== null) {
      clearTimeout(slot.timer);
      slot.timer = null;
    }
  }

  function perform(slot: Slot, effect: Effect): void {
    switch (effect.kind) {
      case 'spawn':
        spawn(slot);
        return;
      case 'watch-health':
        watchHealth(slot);
        return;
      case 'terminate':
        if (slot.process === null) handle(slot, exitedEvent('stopped'));
        else slot.process.terminate();
        return;
      case 'kill':
        slot.process?.kill();
        return;
      case 'wake':
        slot.timer = setTimeout(() => {
          handle(slot, { kind: 'timer' });
        }, effect.afterMs + 1);
        return;
      default:
        assertNever(effect);
    }
  }

  function spawn(slot: Slot): void {
    const { run, startBudgetMs, needs } = slot.service;
    slot.health = null;
    slot.endedBecause = null;
    slot.budget = setTimeout(() => {
      const reason = `it was not ready after ${startBudgetMs / 1000} s`;
      slot.endedBecause = reason;
      handle(slot, run.kind === 'process' ? { kind: 'too-slow' } : exitedEvent(reason));
    }, startBudgetMs);
    if (run.kind === 'external') {
      slot.endpoint = run.endpoint;
      queueMicrotask(() => {
        handle(slot, { kind: 'listening' });
      });
      return;
    }
    spawnProcess(slot, run, endpointsFor(needs));
  }

  function spawnProcess(slot: Slot, run: ProcessRun, endpoints: ReadonlyMap<ServiceId, Endpoint>): void {
    slot.told = JSON.stringify([...endpoints]);
    const process = launch({
      root: options.root,
      run,
      token: slot.token,
      port: slot.endpoint === null ? 0 : Number(new URL(slot.endpoint.origin).port),
      section: run.section(endpoints),
      onListening: (port) => {
        slot.endpoint = { origin: `http://127.0.0.1:${port}`, token: slot.token };
        handle(slot, { kind: 'listening' });
      },
      onLine: (line) => {
        options.onLine(slot.service.id, line);
      },
    });
    slot.process = process;
    void process.exited.then((reason) => {
      slot.process = null;
      handle(slot, exitedEvent(slot.endedBecause ?? reason));
    });
  }

  function watchHealth(slot: Slot): void {
    const controller = new AbortController();
    slot.probing = controller;
    const { run } = slot.service;
    void (run.kind === 'external' ? checkOnce(slot, run, controller.signal) : pollHealth(slot, controller.signal));
  }

  async function checkOnce(slot: Slot, run: ExternalRun, signal: AbortSignal): Promise<void> {
    const problem = await checkExternal(run, signal);
    if (!signal.aborted) handle(slot, problem === null ? { kind: 'healthy' } : exitedEvent(problem));
  }

  async function pollHealth(slot: Slot, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const health = slot.endpoint === null ? null : await askHealth(slot.endpoint, signal);
      if (health !== null) slot.health = health;
      if (health?.state === 'ready') {
        handle(slot, { kind: 'healthy' });
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, healthIntervalMs));
    }
  }

  /** Starts what can be started now, and restarts what was told an address that has changed since. */
  function advance(): void {
    for (const slot of slots.values()) {
      const endpoints = endpointsFor(slot.service.needs);
      const complete = endpoints.size === slot.service.needs.length;
      if (slot.life.state.kind === 'stopped' && complete) handle(slot, { kind: 'start' });
      else if (slot.process !== null && complete && slot.told !== JSON.stringify([...endpoints])) handle(slot, { kind: 'restart' });
    }
  }

  function endpointsFor(needs: readonly ServiceId[]): Map<ServiceId, Endpoint> {
    return new Map(
      needs.flatMap((id) => {
        const slot = slots.get(id);
        // One that starts again keeps the address it had; if it gets another, whoever was told the old one restarts.
        return slot?.endpoint == null ? [] : [[id, slot.endpoint] as const];
      }),
    );
  }

  return {
    start: () => {
      wanted = true;
      advance();
    },
    stop: async () => {
      wanted = false;
      // First what needs others, then what it needed: those know nothing of each other and end together.
      for (const needy of [true, false]) {
        const ending = [...slots.values()].filter(({ service }) => service.needs.length > 0 === needy);
        const gone = ending.flatMap(({ process }) => (process === null ? [] : [process.exited]));
        for (const slot of ending) handle(slot, { kind: 'stop' });
        await Promise.all(gone);
      }
    },
    snapshot: () =>
      [...slots.values()].map((slot) => ({
        service: slot.service,
        state: slot.life.state,
        endpoint: slot.endpoint,
        pid: slot.process?.pid ?? null,
        health: slot.health,
      })),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function newSlot(service: Service): Slot {
  return {
    service,
    token: randomBytes(32).toString('hex'),
    life: unborn,
    endpoint: null,
    told: '',
    process: null,
    endedBecause: null,
    health: null,
    timer: null,
    budget: null,
    probing: null,
  };
}

function exitedEvent(reason: string): ServiceEvent {
  return { kind: 'exited', reason, random: Math.random() };
}
