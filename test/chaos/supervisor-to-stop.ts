/**
 * Supervises three fake engines, of which one is on a card, until it is told to end. Arguments: root of the checkout, Python,
 * the card, and a file that says by how many milliseconds the clock of the day is ahead. Writes one line of JSON once all are ready: where they answer and which processes they are; from then on
 * one line for each event.
 */
import { readFileSync } from 'node:fs';
import { restartPolicy } from '../../main/services/back-off.ts';
import { waitUntilReady } from '../../main/services/io/readiness.ts';
import { createSupervisor } from '../../main/services/io/supervisor.ts';
import type { SupervisorEvent } from '../../main/services/supervisor-event.ts';
import { fakeService } from './fake-service.ts';

const [root = '', python = '', card = '', ahead = ''] = process.argv.slice(2);

const dateNow = Date.now.bind(Date);
Date.now = () => dateNow() + Number(readFileSync(ahead, 'utf8'));

async function supervise(): Promise<void> {
  const place = { root, python, environment: {} };
  const onCard = { ...fakeService('stt', place, () => ({ device: card, modelId: 'fake', faults: {} })), device: card, fallback: fakeService('stt', place) };
  let isTelling = false;
  const supervisor = createSupervisor({
    services: [onCard, fakeService('llm', place), fakeService('tts', place)],
    root,
    policy: restartPolicy,
    onLine: () => undefined,
    onEvent: (event: SupervisorEvent) => {
      if (isTelling) say(event);
    },
  });
  process.on('SIGTERM', () => {
    void supervisor.stop().then(() => process.exit(0));
  });
  supervisor.start();
  await waitUntilReady(supervisor);
  say(supervisor.snapshot().map(({ service, endpoint, health }) => ({ id: service.id, endpoint, pid: health?.pid ?? null })));
  isTelling = true;
}

function say(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document)}\n`);
}

supervise().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
