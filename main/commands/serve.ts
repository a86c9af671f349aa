import { FaultError } from '../platform/fault.ts';
import { watchServices } from '../services/io/readiness.ts';
import type { ServiceSnapshot } from '../services/io/supervisor.ts';
import { serviceTitle } from '../services/names.ts';
import type { Context } from './context.ts';
import { atOnce, prepare, withStack } from './stack.ts';

/** `earshot serve`: the whole stack, without a window, until it is told to stop. */
export async function runServe(context: Context): Promise<number> {
  const prepared = await prepare(context, atOnce);
  return withStack(context, prepared, async (supervisor) => {
    const services = supervisor.snapshot();
    context.output.result({ services: services.map(serviceDocument) }, serveText(services));
    // A service that was given up ends it, so that whoever supervises us knows.
    const fault = await watchServices(supervisor, context.signal, () => false).catch((error: unknown) => {
      if (context.signal.aborted) return null;
      throw error;
    });
    if (fault !== null) throw new FaultError(fault);
    return 0;
  });
}

/** Address and token, so that the person who started it can use its OpenAI routes; both end with this process. */
function serviceDocument({ service, state, pid, endpoint }: ServiceSnapshot): unknown {
  return {
    id: service.id,
    engine: service.engine,
    model: service.model,
    device: service.device,
    state: state.kind,
    pid,
    url: endpoint?.origin ?? null,
    token: service.run.kind === 'process' ? (endpoint?.token ?? null) : null,
  };
}

function serveText(services: readonly ServiceSnapshot[]): string {
  const rows = services.map(
    ({ service, endpoint }) => `  ${serviceTitle[service.id].padEnd(20)} ${service.model.padEnd(20)} ${endpoint?.origin ?? ''}`,
  );
  return ['Earshot is running. Press Ctrl+C to stop; --json prints the tokens of the services.', ...rows].join('\n');
}
