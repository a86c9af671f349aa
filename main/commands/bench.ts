import { plannedService } from '../plan/model.ts';
import { baseUrl, stackOf } from '../services/stack.ts';
import { snapshotOf } from '../services/io/readiness.ts';
import type { Figure } from '../telemetry/figures.ts';
import { benchRecovery } from '../telemetry/io/bench-recovery.ts';
import { benchSoak, soakSettings } from '../telemetry/io/bench-soak.ts';
import { benchVoice, type BenchReport } from '../telemetry/io/bench-voice.ts';
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
      llm: { url: baseUrl(planned, endpoint), token: endpoint.token, model: planned.model, longestReplyTokens: context.settings.conversation.longestReplyTokens },
      signal: context.signal,
      say: context.output.say,
    });
    return told(context, report);
  });
}

/** `earshot bench startup`: what Earshot costs in the tray against a hello-world. Exit 1 when a goal is missed. */
export async function runBenchStartup(context: Context): Promise<number> {
  // No other command needs its D-Bus library, so none shall load it.
  const { benchStartup } = await import('../telemetry/io/bench-startup.ts');
  const { root, folders, settings, signal } = context;
  const report = await benchStartup({ root, folders, settings, signal, say: context.output.say, rounds: 5, idleMs: 300_000 });
  return told(context, report);
}

/** `earshot bench recovery`: what it costs when engines die in the middle of answers. Exit 1 when a promise is missed. */
export async function runBenchRecovery(context: Context, options: { readonly rounds: number }): Promise<number> {
  const prepared = await prepare(context, atOnce);
  const { root, settings, catalogue, signal } = context;
  const services = stackOf({ ...prepared, catalogue, settings, root });
  return told(context, await benchRecovery({ services, root, python: prepared.installation.python, rounds: options.rounds, signal, say: context.output.say }));
}

/** `earshot bench soak`: so many turns, and what they leave behind. Exit 1 when something grows or a turn is lost. */
export async function runBenchSoak(own: Context, options: { readonly turns: number }): Promise<number> {
  const context = { ...own, settings: soakSettings(own.settings) };
  const prepared = await prepare(context, atOnce);
  const { root, signal } = context;
  return withStack(context, prepared, async (supervisor) =>
    told(context, await benchSoak({ supervisor, root, python: prepared.installation.python, turns: options.turns, signal, say: context.output.say })),
  );
}

/** Says what was measured; the exit code. */
function told({ output }: Context, report: BenchReport): number {
  output.result(report, report.figures.map(figureText).join('\n'));
  return report.figures.every((figure) => figure.ok !== false) ? 0 : 1;
}

function figureText(figure: Figure): string {
  const beside = figure.baseline === null ? '' : ` / ${figure.baseline}`;
  const ratio = figure.ratio === null ? '' : ` = ${figure.ratio}`;
  const goal = figure.goal === null ? '' : ` (goal ≤ ${figure.goal})`;
  const mark = figure.ok === null ? ' ' : figure.ok ? '✓' : '✗';
  const value = Number.isNaN(figure.value) ? 'not known, too little was measured' : figure.value;
  return `${mark} ${figure.name}: ${value}${beside} ${figure.unit}${ratio}${goal}`;
}
