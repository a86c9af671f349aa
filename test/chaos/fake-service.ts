import { join } from 'node:path';
import type { Service, ServiceId } from '../../main/services/service.ts';

/** Where a fake engine is started, and with what beside its launch line. */
export interface FakePlace {
  readonly root: string;
  readonly python: string;
  readonly environment: Readonly<Record<string, string>>;
}

export type Section = () => Readonly<Record<string, unknown>>;

/** A fake engine (test/fakes/python/fake_engine.py) as a service; `section` is asked at each start. */
export function fakeService(id: ServiceId, { root, python, environment }: FakePlace, section: Section = wellBehaved): Service {
  return {
    id,
    engine: 'fake',
    model: 'fake',
    device: 'cpu',
    needs: [],
    startBudgetMs: 20_000,
    fallback: null,
    run: { kind: 'process', module: 'fake_engine', path: join(root, 'test', 'fakes', 'python'), python, environment, section },
  };
}

/** Four fake engines that depend on one another as the real ones do. */
export function fakeFamily(place: FakePlace): readonly Service[] {
  const engines = (['stt', 'llm', 'tts'] as const).map((id) => fakeService(id, place));
  return [...engines, { ...fakeService('conversation', place), needs: ['stt', 'llm', 'tts'] }];
}

function wellBehaved(): Readonly<Record<string, unknown>> {
  return { device: 'cpu', modelId: 'fake', faults: {} };
}
