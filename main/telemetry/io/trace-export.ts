import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { errorMessage } from '../../platform/text.ts';
import type { TurnTrace } from '../turn-trace.ts';

export interface TraceExport {
  readonly send: (trace: TurnTrace) => void;
  /** Sends what is left, unless that takes longer than a person waits for a program to end. */
  readonly close: () => Promise<void>;
}

export interface TraceExportOptions {
  /** "http://127.0.0.1:4318", or with the path of the traces. */
  readonly endpoint: string;
  readonly version: string;
  readonly say: (line: string) => void;
}

/** A collector on the same network answers in milliseconds. */
const exportLimitMs = 3_000;
const closeLimitMs = 1_000;

/** Sends traces to an OpenTelemetry collector (OTLP over HTTP). Its code is loaded here, so that nobody waits for it who has no collector. */
export async function openTraceExport({ endpoint, version, say }: TraceExportOptions): Promise<TraceExport> {
  const [{ ROOT_CONTEXT, SpanKind, SpanStatusCode, trace }, { BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const exporter = sayingOnce(new OTLPTraceExporter({ url: tracesAddress(endpoint), timeoutMillis: exportLimitMs }), endpoint, say);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'earshot', 'service.version': version }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000, exportTimeoutMillis: exportLimitMs, maxQueueSize: 512, maxExportBatchSize: 256 })],
  });
  const tracer = provider.getTracer('earshot', version);

  return {
    send: ({ turn, outcome, attributes, stages }) => {
      const root = tracer.startSpan(turn.name, { kind: SpanKind.SERVER, root: true, startTime: turn.startMs, attributes: { ...attributes } }, ROOT_CONTEXT);
      const context = trace.setSpan(ROOT_CONTEXT, root);
      for (const { name, startMs, endMs } of stages) tracer.startSpan(name, { startTime: startMs }, context).end(endMs);
      if (outcome === 'failed') root.setStatus({ code: SpanStatusCode.ERROR });
      root.end(turn.endMs);
    },
    close: async () => {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, closeLimitMs);
      });
      // What could not be sent has been said.
      await Promise.race([provider.shutdown().catch(() => undefined), limit]);
      clearTimeout(timer);
    },
  };
}

/** As OTEL_EXPORTER_OTLP_ENDPOINT is understood: the traces have their place below it. */
function tracesAddress(endpoint: string): string {
  const address = new URL(endpoint);
  if (!/\/v1\/traces\/?$/.test(address.pathname)) address.pathname = `${address.pathname.replace(/\/$/, '')}/v1/traces`;
  return address.href;
}

/** An exporter that tells of its first failure, and of no other. */
function sayingOnce(exporter: SpanExporter, endpoint: string, say: (line: string) => void): SpanExporter {
  let isSaid = false;
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        if (result.error !== undefined && !isSaid) {
          isSaid = true;
          say(`The times of turns could not be sent to the collector at ${endpoint}: ${errorMessage(result.error)}. Everything else goes on.`);
        }
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}
