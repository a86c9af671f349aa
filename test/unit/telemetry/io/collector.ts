import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import * as z from 'zod';

const attribute = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: z.array(attribute).default([]),
  status: z.object({ code: z.number().optional() }).optional(),
});
const body = z.object({
  resourceSpans: z.array(z.object({ resource: z.object({ attributes: z.array(attribute) }), scopeSpans: z.array(z.object({ spans: z.array(span) })) })),
});

export type CollectedSpan = z.infer<typeof span>;

export interface Collector {
  readonly endpoint: string;
  readonly paths: readonly string[];
  /** Everything it was sent, as it came. */
  readonly text: () => string;
  readonly spans: () => readonly CollectedSpan[];
  readonly resource: () => readonly z.infer<typeof attribute>[];
}

/** An OpenTelemetry collector that keeps what it is sent, and goes with the test. */
export async function openCollector(respond: (response: ServerResponse) => void = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}')): Promise<Collector> {
  const bodies: string[] = [];
  const paths: string[] = [];
  const server = createServer((request, response) => {
    let received = '';
    paths.push(request.url ?? '');
    request.on('data', (chunk: Buffer) => (received += chunk.toString()));
    request.on('end', () => {
      bodies.push(received);
      respond(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  function all(): readonly z.infer<typeof body>['resourceSpans'][number][] {
    return bodies.flatMap((one) => body.parse(JSON.parse(one)).resourceSpans);
  }
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    paths,
    text: () => bodies.join('\n'),
    spans: () => all().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    resource: () => all()[0]?.resource.attributes ?? [],
  };
}
