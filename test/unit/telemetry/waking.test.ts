import { expect, test } from 'vitest';
import type { TurnEvent } from '../../../main/conversation/turn-event.ts';
import type { SupervisorEvent } from '../../../main/services/supervisor-event.ts';
import { nextWaits, nothingWakes, wakingAfter, type Waking } from '../../../main/telemetry/waking.ts';

const rested: SupervisorEvent = { kind: 'rested', service: 'llm' };
const woken: SupervisorEvent = { kind: 'woken', service: 'llm' };
const ready: SupervisorEvent = { kind: 'ready', service: 'llm', loadMs: 2_000, device: 'cpu' };
const crashed: SupervisorEvent = { kind: 'crashed', service: 'llm', cause: 'crash', reason: 'it ended', lines: [] };
const gaveUp: SupervisorEvent = { kind: 'gave-up', service: 'llm', reason: 'it ended' };
const lost: TurnEvent = { kind: 'engine-lost', turnId: '1.2', service: 'llm' };
const back: TurnEvent = { kind: 'engine-back', turnId: '1.2', service: 'llm', waitedMs: 2_000 };
const ended: TurnEvent = { kind: 'ended', turnId: '1.2' };

/** Whether each event of a turn, in this course of things, is about a service that only rested. */
function ofRest(events: readonly (SupervisorEvent | TurnEvent)[]): readonly boolean[] {
  let waking: Waking = nothingWakes;
  return events.flatMap((event) => {
    if (!('turnId' in event)) {
      waking = wakingAfter(waking, event);
      return [];
    }
    const step = nextWaits(waking, event);
    waking = step.waking;
    return [step.isOfRest];
  });
}

test.each<[string, readonly (SupervisorEvent | TurnEvent)[], readonly boolean[]]>([
  ['one that rests is waited for, until it is ready and after it', [rested, lost, woken, ready, back], [true, true]],
  ['one that is needed before it has gone is waited for as well', [woken, lost, ready, back], [true, true]],
  ['one that ran is lost', [rested, woken, ready, lost, back], [false, false]],
  ['one that fails while it wakes up is lost from then on', [rested, woken, crashed, lost, back], [false, false]],
  ['one that was given up is lost', [rested, woken, gaveUp, lost], [false]],
  ['one that rests is not another', [rested, { ...lost, service: 'tts' }, { ...back, service: 'tts' }], [false, false]],
  ['what a turn waited for ends with it', [rested, lost, ended, back], [true, false, false]],
  ['another turn is another wait', [rested, lost, { ...back, turnId: '1.22' }, { ...ended, turnId: '1' }, back], [true, false, false, true]],
  ['an engine without a name is nobody that rests', [rested, { kind: 'engine-lost', turnId: '1.2' }], [false]],
])('%s', (_title, events, expected) => {
  expect(ofRest(events)).toEqual(expected);
});
