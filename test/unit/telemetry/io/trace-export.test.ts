import { describe, expect, test } from 'vitest';
import { openTraceExport } from '../../../../main/telemetry/io/trace-export.ts';
import type { TurnTrace } from '../../../../main/telemetry/turn-trace.ts';
import { openCollector } from './collector.ts';

const atMs = Date.UTC(2026, 10, 21);
const turn: TurnTrace = {
  turn: { name: 'voice turn', startMs: atMs, endMs: atMs + 3_000 },
  outcome: 'answered',
  attributes: { 'earshot.turn': '3.12', 'earshot.voice_to_voice_ms': 1_100 },
  stages: [
    { name: 'vad', startMs: atMs, endMs: atMs + 200.5 },
    { name: 'wait for llm', startMs: atMs + 300, endMs: atMs + 2_300 },
  ],
};

describe('traces of turns', () => {
  test('reach a collector, one a turn, with its stages below it', async () => {
    const collector = await openCollector();
    const traces = await openTraceExport({ endpoint: collector.endpoint, version: '1.2.3', say: () => undefined });
    traces.send(turn);
    traces.send({ ...turn, outcome: 'failed', stages: [] });
    await traces.close();
    const spans = collector.spans();
    const root = spans.find(({ name, status }) => name === 'voice turn' && status?.code !== 2);
    expect({
      paths: collector.paths,
      resource: collector.resource(),
      spans: spans.filter(({ traceId }) => traceId === root?.traceId).map(({ name, parentSpanId, startTimeUnixNano, endTimeUnixNano }) => ({
        name,
        below: parentSpanId === undefined ? null : parentSpanId === root?.spanId,
        fromMs: Number(BigInt(startTimeUnixNano) / 1_000n) / 1_000 - atMs,
        toMs: Number(BigInt(endTimeUnixNano) / 1_000n) / 1_000 - atMs,
      })),
      attributes: root?.attributes,
      others: spans.filter(({ traceId }) => traceId !== root?.traceId).map(({ name, status }) => [name, status?.code]),
    }).toEqual({
      paths: ['/v1/traces'],
      resource: [
        { key: 'service.name', value: { stringValue: 'earshot' } },
        { key: 'service.version', value: { stringValue: '1.2.3' } },
      ],
      spans: [
        { name: 'vad', below: true, fromMs: 0, toMs: 200.5 },
        { name: 'wait for llm', below: true, fromMs: 300, toMs: 2_300 },
        { name: 'voice turn', below: null, fromMs: 0, toMs: 3_000 },
      ],
      attributes: [
        { key: 'earshot.turn', value: { stringValue: '3.12' } },
        { key: 'earshot.voice_to_voice_ms', value: { intValue: 1_100 } },
      ],
      others: [['voice turn', 2]],
    });
  });

  test.each([
    ['', '/v1/traces'],
    ['/', '/v1/traces'],
    ['/otlp', '/otlp/v1/traces'],
    ['/otlp/v1/traces', '/otlp/v1/traces'],
  ])('go to the place of traces below "%s"', async (path, expected) => {
    const collector = await openCollector();
    const traces = await openTraceExport({ endpoint: `${collector.endpoint}${path}`, version: '1', say: () => undefined });
    traces.send(turn);
    await traces.close();
    expect(collector.paths).toEqual([expected]);
  });

  test('that a collector refuses are said once', async () => {
    const told: string[] = [];
    const collector = await openCollector((response) => response.writeHead(400).end('no'));
    const traces = await openTraceExport({ endpoint: collector.endpoint, version: '1', say: (line) => told.push(line) });
    traces.send(turn);
    await expect.poll(() => told.length, { timeout: 5_000 }).toBe(1);
    traces.send(turn);
    await expect.poll(() => collector.paths.length, { timeout: 5_000 }).toBe(2);
    await traces.close();
    expect(told).toEqual([expect.stringMatching(/^The times of turns could not be sent to the collector at http:\/\/127\.0\.0\.1:\d+: .*Everything else goes on\.$/)]);
  });

  test('keep nobody waiting for a collector that is not there, or hangs', async () => {
    const hung = await openCollector(() => undefined);
    const started = performance.now();
    for (const endpoint of ['http://127.0.0.1:9', hung.endpoint]) {
      const traces = await openTraceExport({ endpoint, version: '1', say: () => undefined });
      for (let number = 0; number < 2_000; number += 1) traces.send(turn);
      await traces.close();
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
