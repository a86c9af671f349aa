import { once } from 'node:events';
import { WebSocket, type RawData } from 'ws';
import * as z from 'zod';

/** A page driven over Chromium's DevTools protocol alone: Playwright's client needs more of it than Electron has. */
export interface DebuggedPage {
  readonly url: string;
  /** What a function, run in the page, settles with. It sees nothing of the test. */
  readonly evaluate: <T>(task: () => T | Promise<T>) => Promise<T>;
  readonly close: () => void;
}

const targets = z.array(z.object({ type: z.string(), url: z.string(), webSocketDebuggerUrl: z.string() }));
const reply = z.object({
  id: z.int().optional(),
  error: z.object({ message: z.string() }).optional(),
  result: z.object({ result: z.object({ value: z.unknown().optional() }).optional(), exceptionDetails: z.unknown().optional() }).optional(),
});
const pollMs = 100;
const answerLimitMs = 20_000;

/** Connects to the one page of the app whose DevTools listen at `origin`. */
export async function debugPage(origin: string, limitMs: number): Promise<DebuggedPage> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const response = await fetch(`${origin}/json/list`);
    const page = targets.parse(await response.json()).find(({ type, url }) => type === 'page' && url !== '' && url !== 'about:blank');
    if (page !== undefined) return connect(page.url, page.webSocketDebuggerUrl);
    if (performance.now() > deadline) throw new Error(`no page within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function connect(url: string, address: string): Promise<DebuggedPage> {
  const socket = new WebSocket(address);
  await once(socket, 'open');
  const waiting = new Map<number, (answer: z.infer<typeof reply> | null) => void>();
  socket.on('message', (data: RawData) => {
    const answer = reply.parse(JSON.parse((data as Buffer).toString('utf8')));
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  socket.on('close', () => {
    for (const settle of waiting.values()) settle(null);
  });
  let asked = 0;
  return {
    url,
    evaluate: async <T>(task: () => T | Promise<T>) => {
      asked += 1;
      const id = asked;
      const params = { expression: `(${task.toString()})()`, awaitPromise: true, returnByValue: true };
      const answer = await new Promise<z.infer<typeof reply> | null>((resolve) => {
        waiting.set(id, resolve);
        setTimeout(resolve, answerLimitMs, null).unref();
        socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }));
      });
      waiting.delete(id);
      if (answer?.result === undefined || answer.result.exceptionDetails !== undefined) {
        throw new Error(`the page did not do it: ${JSON.stringify(answer ?? 'it is gone, or busy')}`);
      }
      return answer.result.result?.value as T;
    },
    close: () => {
      socket.terminate();
    },
  };
}
