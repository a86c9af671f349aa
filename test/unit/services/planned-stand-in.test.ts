import { expect, test } from 'vitest';
import { catalogue } from '../../../main/plan/catalogue.ts';
import type { Fallback, PlannedService } from '../../../main/plan/model.ts';
import { plannedStandIn } from '../../../main/services/planned-stand-in.ts';

/** A chain of fallbacks in this order. */
function chain(...links: readonly Partial<Fallback>[]): Fallback | null {
  return links.reduceRight<Fallback | null>((fallback, link) => ({ engine: 'whisper', model: 'whisper-base', precision: 'int8', device: 'cpu', build: 'none', env: 'voice', estimatedVramMiB: 0, ...link, fallback }), null);
}

function planned(fallback: Fallback | null, more: Partial<PlannedService> = {}): PlannedService {
  return {
    id: 'stt', engine: 'kyutai', model: 'stt-1b-en_fr', precision: 'bfloat16', device: 'GPU-1', build: 'cu126', env: 'torch-cu126', estimatedVramMiB: 2_500,
    threads: 4, server: null, contextTokens: null, windowSeconds: 5, fallback, ...more,
  };
}

const everything = { catalogue, isInstalled: () => true };

test('the first fallback on another device stands in: what is smaller on the same card is no way round a card that failed', () => {
  const standIn = plannedStandIn(planned(chain({ model: 'whisper-small', device: 'GPU-1' }, { device: 'GPU-2' }, {})), everything);
  expect(standIn).toMatchObject({ engine: 'whisper', model: 'whisper-base', device: 'GPU-2', build: 'none', env: 'voice', windowSeconds: null, threads: 4 });
});

test('what stands in has what stands in for it, on none of the cards that have failed', () => {
  const first = plannedStandIn(planned(chain({ device: 'GPU-2' }, { device: 'GPU-1' }, { model: 'last' })), everything);
  const second = first === null ? null : plannedStandIn(first, everything, new Set(['GPU-1']));
  expect([first?.device, second?.device, second?.model, second === null ? 'none' : plannedStandIn(second, everything, new Set(['GPU-1', 'GPU-2']))]).toEqual(['GPU-2', 'cpu', 'last', null]);
});

test('what is not on disk cannot stand in', () => {
  const links = planned(chain({ env: 'torch-cpu', model: 'large' }, { model: 'whisper-base' }));
  expect([plannedStandIn(links, { catalogue, isInstalled: ({ env }) => env === 'voice' })?.model, plannedStandIn(links, { catalogue, isInstalled: () => false })]).toEqual(['whisper-base', null]);
});

test('nothing stands in on the processor, nor for a server of somebody else', () => {
  const whisper = chain({ model: 'whisper-base' });
  expect([plannedStandIn(planned(whisper, { device: 'cpu' }), everything), plannedStandIn(planned(whisper, { server: { url: 'http://127.0.0.1:1/v1', token: '' } }), everything), plannedStandIn(planned(null), everything)]).toEqual([null, null, null]);
});

test('a recogniser that stands in looks back as far as it does by itself', () => {
  expect(plannedStandIn(planned(chain({ engine: 'kyutai', model: 'stt-1b-en_fr', device: 'GPU-2' })), everything)?.windowSeconds).toBe(10);
});
