import { parseArgs, type ParseArgsConfig } from 'node:util';
import { runBenchRecovery, runBenchSoak, runBenchStartup, runBenchVoice } from './commands/bench.ts';
import { createContext, type Context } from './commands/context.ts';
import { runInstall } from './commands/install.ts';
import { createOutput, faultOf, reportFault, stopped } from './commands/output.ts';
import { runPlan } from './commands/plan.ts';
import { runProbe } from './commands/probe.ts';
import { runRemedy } from './commands/remedy.ts';
import { runServe } from './commands/serve.ts';
import { runStart } from './commands/start.ts';
import { runTalk } from './commands/talk.ts';
import type { RemedyArguments } from './platform/finding.ts';
import { trustExtraCertificates } from './platform/extra-certificates.ts';
import { userFolders } from './platform/folders.ts';
import packageFile from '../package.json';

const usage = `Usage: earshot [COMMAND] [OPTIONS]

  earshot                    set up what is missing and answer one bundled question aloud
  earshot talk FILE.wav      answer a recording   [--out reply.wav] [--realtime]
  earshot serve              run the voice stack until stopped   [--at-login on|off]
  earshot install            install and check everything the plan needs   [--plan FILE]
  earshot remedy [ID]        change what the plan decides, and make it so; without ID, list what there is   [--dry-run]
  earshot bench voice        measure the time from question to answer
  earshot bench startup      measure the start into the tray against a hello-world's
  earshot bench recovery     kill each engine in the middle of answers and measure what that costs   [--rounds N]
  earshot bench soak         ask question after question and measure what that leaves behind   [--turns N]
  earshot probe              show what this computer is   [--nvidia-smi PATH]
  earshot plan               show what would run where, and why   [--hardware FILE]

  --plan FILE        a plan saved with "earshot plan --json", instead of one made now
  --build BUILD      a PyTorch build such as cu121, or auto, or none           (remedy use-torch-build)
  --gpu CARD         a graphics card by its UUID or its name                   (remedy exclude-gpu, include-gpu)
  --service ID       stt, llm or tts                                           (remedy move-to-cpu, use-model)
  --model ID         a model                                                   (remedy use-model)
  --dry-run          say what would be done, and do nothing
  --at-login on|off  have the system run it with every session from now on, or no longer     (serve)
  --rounds N         kills of each engine, 3 if left out                           (bench recovery)
  --turns N          questions, 1000 if left out                                   (bench soak)
  --hardware FILE    a computer saved with "earshot probe --json", instead of this one; - reads standard input

  --settings FILE    these settings instead of your own (not for probe and remedy)

Options of every command:
  --json             print one JSON document on standard output and nothing else
  --help, --version`;

type Values = Record<string, string | boolean | undefined>;

interface Command {
  /** Options of its own, beside those of every command. */
  readonly options: readonly string[];
  /** What stands after it; "[ID]" may be left out. */
  readonly positionals: readonly string[];
}

const commands: Readonly<Record<string, Command>> = {
  start: { options: ['settings'], positionals: [] },
  talk: { options: ['settings', 'out', 'realtime'], positionals: ['FILE.wav'] },
  serve: { options: ['settings', 'at-login'], positionals: [] },
  install: { options: ['settings', 'plan'], positionals: [] },
  bench: { options: ['settings', 'rounds', 'turns'], positionals: ['voice|startup|recovery|soak'] },
  remedy: { options: ['build', 'gpu', 'service', 'model', 'dry-run'], positionals: ['[ID]'] },
  probe: { options: ['nvidia-smi'], positionals: [] },
  plan: { options: ['settings', 'hardware'], positionals: [] },
};

const commonOptions = ['json', 'help', 'version'];
const options = {
  json: { type: 'boolean' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
  settings: { type: 'string' },
  out: { type: 'string' },
  realtime: { type: 'boolean' },
  'nvidia-smi': { type: 'string' },
  hardware: { type: 'string' },
  plan: { type: 'string' },
  build: { type: 'string' },
  gpu: { type: 'string' },
  service: { type: 'string' },
  model: { type: 'string' },
  'dry-run': { type: 'boolean' },
  'at-login': { type: 'string' },
  rounds: { type: 'string' },
  turns: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

class UsageError extends Error {}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values['version'] === true) {
    process.stdout.write(`${packageFile.version}\n`);
    return 0;
  }
  if (values['help'] === true) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const [name = 'start', ...rest] = positionals;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(`There is no command "${name}".`);
  const foreign = Object.keys(values).find((option) => !command.options.includes(option) && !commonOptions.includes(option));
  if (foreign !== undefined) throw new UsageError(`"earshot ${name}" has no option --${foreign}.`);
  const required = command.positionals.filter((positional) => !positional.startsWith('[')).length;
  if (rest.length < required || rest.length > command.positionals.length) {
    throw new UsageError(`"earshot ${name}" takes ${command.positionals.length === 0 ? 'no file' : command.positionals.join(' ')}.`);
  }
  if (name === 'bench') checkBench(rest[0] ?? '', values);
  if (name === 'serve') atLogin(values);
  return run(name, values, rest);
}

/** The benches, and what each of them may be told beside what all are. */
const benches: Readonly<Record<string, 'rounds' | 'turns' | null>> = { voice: null, startup: null, recovery: 'rounds', soak: 'turns' };

function checkBench(which: string, values: Values): void {
  if (!Object.hasOwn(benches, which)) throw new UsageError(`There is no bench "${which}".`);
  for (const option of ['rounds', 'turns'] as const) {
    if (values[option] === undefined) continue;
    if (benches[which] !== option) throw new UsageError(`"earshot bench ${which}" has no option --${option}.`);
    count(values, option, 1);
  }
}

/** A number of times. */
function count(values: Values, option: string, usual: number): number {
  const given = text(values[option]);
  if (given === undefined) return usual;
  if (!/^[1-9]\d{0,5}$/.test(given)) throw new UsageError(`--${option} takes a whole number from 1 to 999,999.`);
  return Number(given);
}

function atLogin(values: Values): 'on' | 'off' | undefined {
  const given = text(values['at-login']);
  if (given !== undefined && given !== 'on' && given !== 'off') throw new UsageError('--at-login takes "on" or "off".');
  if (given !== undefined && values['settings'] !== undefined) throw new UsageError('--at-login goes by your own settings.json: put there what it is to count for.');
  return given;
}

function parse(args: readonly string[]): { values: Values; positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values, positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error));
  }
}

async function run(name: string, values: Values, positionals: readonly string[]): Promise<number> {
  const output = createOutput(values['json'] === true);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Not `once`: execa's signal-exit ends the process when it finds no listener but its own.
    process.on(signal, () => {
      stop.abort(signal);
    });
  }
  try {
    if (name === 'probe') return await runProbe(output, text(values['nvidia-smi']));
    if (name === 'plan') return await runPlan(output, userFolders(process.env), { hardware: text(values['hardware']), settings: text(values['settings']) });
    const context = await createContext(output, text(values['settings']), stop.signal);
    switch (name) {
      case 'bench':
        return await runBench(positionals[0] ?? '', context, values);
      case 'install':
        return await runInstall(context, text(values['plan']));
      case 'remedy':
        return await runRemedy(context, { id: positionals[0], given: remedyArguments(values), dryRun: values['dry-run'] === true });
      case 'serve':
        return await runServe(context, { atLogin: atLogin(values) });
      case 'talk':
        return await runTalk(context, { file: positionals[0] ?? '', out: text(values['out']), realtime: values['realtime'] === true });
      default:
        return await runStart(context);
    }
  } catch (error) {
    if (stop.signal.aborted) {
      reportFault(output, stopped);
      return 130;
    }
    reportFault(output, faultOf(error));
    return 1;
  }
}

function runBench(which: string, context: Context, values: Values): Promise<number> {
  switch (which) {
    case 'recovery':
      return runBenchRecovery(context, { rounds: count(values, 'rounds', 3) });
    case 'soak':
      return runBenchSoak(context, { turns: count(values, 'turns', 1_000) });
    case 'startup':
      return runBenchStartup(context);
    default:
      return runBenchVoice(context);
  }
}

function remedyArguments(values: Values): RemedyArguments {
  const given = (['build', 'gpu', 'service', 'model'] as const).flatMap((name) => {
    const value = text(values[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given);
}

function text(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

trustExtraCertificates(process.env);
const json = process.argv.includes('--json');

// A mistake of ours outside of any command still ends with one document and one sentence; the engines end with us.
process.on('uncaughtException', (error) => {
  reportFault(createOutput(json), faultOf(error));
  process.exit(1);
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    if (json) reportFault(createOutput(true), { id: 'usage', title: error.message });
    process.stderr.write(`${error.message}\n\n${usage}\n`);
    process.exitCode = 2;
  },
);
