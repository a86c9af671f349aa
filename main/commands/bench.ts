import { plannedService } from '../plan/model.ts';
import { baseUrl } from '../services/stack.ts';
import { snapshotOf } from '../services/io/readiness.ts';
import type { Figure } from '../telemetry/figures.ts';
import { benchVoice } from '../telemetry/io/bench-voice.ts';
import type { Context } from './context.ts';
import { atOnce, prepare, withStack } from './stack.ts';

/** `earshot bench voice`: voice-to-voice latency against its stages alone. Exit 1 when a goal is missed. */
export async function runBenchVoice(context: Context): Promise<number> {
  const prepared = await prepare(context, atOnce);
  const planned = plannedService(prepared.plan, 'llm');
  return withStack(context, prepared, async (supervisor) => {
    const { endpoint } = snapshotOf(supervisor, 'llm');
    if (endpoint === null) throw new Error('the language model has no address');
    const report = await benchVoice({
      supervisor,
      root: context.root,
      python: prepared.installation.python,
      systemPrompt: context.settings.systemPrompt,
      voice: prepared.plan.voice,
      predictedVoiceToVoiceMs: prepared.plan.predictedVoiceToVoiceMs,
      llm: { url: baseUrl(planned, endpoint), token: endpoint.token, model: planned.model },
      signal: context.signal,
      say: context.output.say,
    });
    context.output.result(report, report.figures.map(figureText).join('\n'));
    return report.figures.every((figure) => figure.ok !== false) ? 0 : 1;
  });
}

/** `earshot bench startup`: what Earshot costs in the tray against a hello-world. Exit 1 when a goal is missed. */
export async function runBenchStartup(context: Context): Promise<number> {
  // No other command needs its D-Bus library, so none shall load it.
  const { benchStartup } = await import('../telemetry/io/bench-startup.ts');
  const { root, folders, settings, signal } = context;
  const report = await benchStartup({ root, folders, settings, signal, say: context.output.say, rounds: 5, idleMs: 300_000 });
  context.output.result(report, report.figures.map(figureText).join('\n'));
  return report.figures.every((figure) => figure.ok !== false) ? 0 : 1;
}

function figureText(figure: Figure): string {
  const beside = figure.baseline === null ? '' : ` / ${figure.baseline}`;
  const ratio = figure.ratio === null ? '' : ` = ${figure.ratio}`;
  const goal = figure.goal === null ? '' : ` (goal ≤ ${figure.goal})`;
  const mark = figure.ok === null ? ' ' : figure.ok ? '✓' : '✗';
  return `${mark} ${figure.name}: ${figure.value}${beside} ${figure.unit}${ratio}${goal}`;
}
