import { parseArgs, type ParseArgsConfig } from 'node:util';
import { runBenchVoice } from './commands/bench.ts';
import { createContext } from './commands/context.ts';
import { runInstall } from './commands/install.ts';
import { createOutput, faultOf, reportFault } from './commands/output.ts';
import { runProbe } from './commands/probe.ts';
import { runServe } from './commands/serve.ts';
import { runStart } from './commands/start.ts';
import { runTalk } from './commands/talk.ts';
import packageFile from '../package.json';

const usage = `Usage: earshot [COMMAND] [OPTIONS]

  earshot                    set up what is missing and answer one bundled question aloud
  earshot talk FILE.wav      answer a recording   [--out reply.wav] [--realtime]
  earshot serve              run the voice stack until stopped
  earshot install            install and check everything the plan needs
  earshot bench voice        measure the time from question to answer
  earshot probe              show what this computer is   [--nvidia-smi PATH]

Options of every command:
  --json             print one JSON document on standard output and nothing else
  --settings FILE    use these settings instead of your own
  --help, --version`;

type Values = Record<string, string | boolean | undefined>;

interface Command {
  readonly options: NonNullable<ParseArgsConfig['options']>;
  readonly positionals: readonly string[];
}

const commands: Readonly<Record<string, Command>> = {
  start: { options: {}, positionals: [] },
  talk: { options: { out: { type: 'string' }, realtime: { type: 'boolean' } }, positionals: ['FILE.wav'] },
  serve: { options: {}, positionals: [] },
  install: { options: {}, positionals: [] },
  bench: { options: {}, positionals: ['voice'] },
  probe: { options: { 'nvidia-smi': { type: 'string' } }, positionals: [] },
};

const commonOptions = { json: { type: 'boolean' }, settings: { type: 'string' }, help: { type: 'boolean' } } as const;

class UsageError extends Error {}

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === '--version') {
    process.stdout.write(`${packageFile.version}\n`);
    return 0;
  }
  const name = args[0] === undefined || args[0].startsWith('-') ? 'start' : args[0];
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(`There is no command "${name}".`);
  const { values, positionals } = parse(command, args[0] === name ? args.slice(1) : args);
  if (values['help'] === true) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  if (positionals.length !== command.positionals.length) {
    throw new UsageError(`earshot ${name} takes ${command.positionals.length === 0 ? 'no file' : command.positionals.join(' ')}.`);
  }
  if (name === 'bench' && positionals[0] !== 'voice') throw new UsageError(`There is no bench "${positionals[0] ?? ''}".`);
  return run(name, values, positionals);
}

function parse(command: Command, args: readonly string[]): { values: Values; positionals: readonly string[] } {
  try {
    const options: ParseArgsConfig['options'] = { ...commonOptions, ...command.options };
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as Values, positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error));
  }
}

async function run(name: string, values: Values, positionals: readonly string[]): Promise<number> {
  const output = createOutput(values['json'] === true);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      stop.abort(signal);
    });
  }
  try {
    if (name === 'probe') return await runProbe(output, text(values['nvidia-smi']));
    const context = await createContext(output, text(values['settings']), stop.signal);
    switch (name) {
      case 'bench':
        return await runBenchVoice(context);
      case 'install':
        return await runInstall(context);
      case 'serve':
        return await runServe(context);
      case 'talk':
        return await runTalk(context, { file: positionals[0] ?? '', out: text(values['out']), realtime: values['realtime'] === true });
      default:
        return await runStart(context);
    }
  } catch (error) {
    if (stop.signal.aborted) return 130;
    reportFault(output, faultOf(error));
    return 1;
  }
}

function text(value: string | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}\n`);
    process.exitCode = 2;
  },
);
