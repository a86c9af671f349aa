import { join } from 'node:path';
import type { Installation } from '../environment/model.ts';
import { modelById, type Catalogue } from '../plan/catalogue.ts';
import { plannedService, type Placement, type Plan, type PlannedService } from '../plan/model.ts';
import type { Settings } from '../settings/schema.ts';
import { childEnvironment, type Surroundings } from './child-environment.ts';
import { plannedStandIn, type StandInFacts } from './planned-stand-in.ts';
import type { Endpoint, ExternalRun, ProcessRun, Service, ServiceId } from './service.ts';

export interface StackInput {
  readonly plan: Plan;
  readonly catalogue: Catalogue;
  readonly settings: Settings;
  readonly installation: Installation;
  readonly root: string;
  readonly surroundings: SurroundingsByEnvironment;
}

/** What a process takes from the place it is started on, by the environment it is started from. */
export type SurroundingsByEnvironment = Readonly<Record<string, Surroundings>>;

/** Tokens the language model can look back on where the plan names none; a spoken conversation with short answers stays well below. */
const usualContextTokens = 4096;
/** How every answer is asked for. Greedy: a small model that samples wanders off the question. */
export const replyTemperature = 0;
const kokoroVoices = 'kokoro-voices';
/** moshi-server's route; ours has the same. */
const streamingPath = '/api/asr-streaming';

/** A cold disk and two busy cores load Whisper in 20 s at the worst we have seen. */
const startBudgetMs = 90_000;
/** Importing torch alone took 75 s there. */
const torchStartBudgetMs = 300_000;
/** Until a hang is noticed and the process is gone (P3), before its start even begins. */
const noticedAfterS = 12;
/** A server of somebody else is not started by us: it is back soon or not at all. */
const serverPatienceS = 15;

/** The services a plan asks for, as data for the supervisor, in order of dependence. */
export function stackOf(input: StackInput): readonly Service[] {
  const { plan } = input;
  const stt = plannedService(plan, 'stt');
  const llm = plannedService(plan, 'llm');
  const tts = plannedService(plan, 'tts');
  return [...[stt, llm, tts].map((planned) => serviceOf(planned, input)), conversationOf(input)];
}

type SpeechService = 'stt' | 'llm' | 'tts';

/** What starts an engine: its module, and its part of the launch line. */
export interface EngineLaunch {
  readonly module: string;
  readonly section: Readonly<Record<string, unknown>>;
}

/** How an engine of ours is started for a planned service; throws for one that is not ours. */
export function engineLaunch(planned: PlannedService, input: StackInput): EngineLaunch {
  const common = { modelId: planned.model, device: planned.device, threads: planned.threads };
  const warmupAudio = join(input.root, 'assets', 'questions', 'capital-of-france.wav');
  switch (planned.engine) {
    case 'whisper':
      return { module: 'earshot.engines.whisper', section: { ...common, model: folderOf(input, planned.model), precision: planned.precision, language: 'en', warmupAudio } };
    case 'kyutai':
      return {
        module: 'earshot.engines.kyutai',
        section: { ...common, model: folderOf(input, planned.model), precision: planned.precision, windowSeconds: planned.windowSeconds, warmupAudio },
      };
    case 'llama':
      return { module: 'earshot.engines.llama', section: { ...common, model: fileOf(input, planned.model, '.gguf'), contextTokens: planned.contextTokens ?? usualContextTokens } };
    case 'kokoro':
      return { module: 'earshot.engines.kokoro', section: { ...common, model: fileOf(input, planned.model, '.onnx'), voices: voicesOf(input), voice: input.plan.voice } };
    default:
      throw new Error(`no engine of ours is called "${planned.engine}"`);
  }
}

function serviceOf(planned: PlannedService, input: StackInput, failed: ReadonlySet<string> = new Set()): Service {
  const id = planned.id === 'turn' ? 'conversation' : planned.id;
  if (id === 'conversation') throw new Error('the turn detector lives in the conversation');
  const { engine, model, device } = planned;
  const standIn = plannedStandIn(planned, standInFacts(input), failed);
  const common = {
    id,
    engine,
    model,
    device,
    needs: [],
    startBudgetMs: startBudgetOf(planned),
    fallback: standIn === null ? null : serviceOf(standIn, input, new Set([...failed, device])),
  };
  if (planned.server !== null) return { ...common, run: externalRun(id, planned, input, planned.server) };
  const { module, section } = engineLaunch(planned, input);
  return { ...common, run: processRun(input, module, planned, () => section) };
}

function startBudgetOf({ build }: Placement): number {
  return build === 'none' ? startBudgetMs : torchStartBudgetMs;
}

function standInFacts({ catalogue, installation, surroundings }: StackInput): StandInFacts {
  const { environments, modelFolders } = installation;
  return {
    catalogue,
    isInstalled: ({ env, engine, model }) =>
      env !== null &&
      environments[env] !== undefined &&
      surroundings[env] !== undefined &&
      modelFolders[model] !== undefined &&
      (engine !== 'kokoro' || modelFolders[kokoroVoices] !== undefined),
  };
}

/** How long a turn waits for an engine that has failed: until it, or what stands in for it, can have started. */
function patienceS(planned: PlannedService, input: StackInput): number {
  if (planned.server !== null) return serverPatienceS;
  const standIn = plannedStandIn(planned, standInFacts(input));
  const budgets = [planned, ...(standIn === null ? [] : [standIn])].map(startBudgetOf);
  return Math.max(...budgets) / 1_000 + noticedAfterS;
}

function conversationOf(input: StackInput): Service {
  const turn = plannedService(input.plan, 'turn');
  return {
    id: 'conversation',
    engine: 'pipecat',
    model: turn.model,
    device: turn.device,
    needs: ['stt', 'llm', 'tts'],
    startBudgetMs,
    // It computes on the processor, which is always there.
    fallback: null,
    run: processRun(input, conversationModule, turn, (endpoints) => conversationSection(input, endpoints)),
  };
}

export const conversationModule = 'earshot.conversation';

/** The conversation's part of the launch line: where the others are, and how it listens. */
export function conversationSection(input: StackInput, endpoints: ReadonlyMap<ServiceId, Endpoint>): Record<string, unknown> {
  const { settings, plan } = input;
  const planned = { stt: plannedService(plan, 'stt'), llm: plannedService(plan, 'llm'), tts: plannedService(plan, 'tts') };
  const stt = endpointOf(endpoints, 'stt');
  const llm = endpointOf(endpoints, 'llm');
  const tts = endpointOf(endpoints, 'tts');
  return {
    stt: {
      url: `${stt.origin.replace(/^http/, 'ws')}${streamingPath}`,
      token: stt.token,
      // A real moshi-server brings out its last words only while sound goes on; ours see to that themselves.
      ...(planned.stt.server === null ? {} : { flush: 'silence' }),
      patienceS: patienceS(planned.stt, input),
    },
    llm: {
      url: baseUrl(planned.llm, llm),
      token: llm.token,
      model: planned.llm.model,
      // A thinking model in a voice loop keeps silent for minutes (173 s against 0.5 s measured).
      extraBody: planned.llm.engine === 'ollama' ? { reasoning_effort: 'none' } : {},
      contextTokens: planned.llm.contextTokens ?? usualContextTokens,
      patienceS: patienceS(planned.llm, input),
    },
    // Our engines answer with what they have loaded whatever model a request names, so one that stands in is asked as it is.
    tts: { url: baseUrl(planned.tts, tts), token: tts.token, model: planned.tts.model, voice: plan.voice, patienceS: patienceS(planned.tts, input) },
    vadModel: fileOf(input, 'silero-vad', '.onnx'),
    turnModel: fileOf(input, plannedService(plan, 'turn').model, '.onnx'),
    endOfTurn: settings.conversation.endOfTurn,
    systemPrompt: settings.systemPrompt,
    // The greater part of a short context belongs to what was said before.
    maxReplyTokens: Math.min(settings.conversation.longestReplyTokens, Math.floor((planned.llm.contextTokens ?? usualContextTokens) / 4)),
    temperature: replyTemperature,
  };
}

function processRun(
  input: StackInput,
  module: string,
  planned: PlannedService,
  section: (endpoints: ReadonlyMap<ServiceId, Endpoint>) => Record<string, unknown>,
): ProcessRun {
  const env = planned.env ?? 'voice';
  const installed = input.installation.environments[env];
  const surroundings = input.surroundings[env];
  if (installed === undefined || surroundings === undefined) throw new Error(`the environment ${env} is not installed`);
  return { kind: 'process', module, python: installed.python, section, environment: childEnvironment(planned, surroundings) };
}

/** Ready means the same for a server of somebody else as for ours: it has answered, spoken, or taken a stream once. */
function externalRun(id: SpeechService, planned: PlannedService, input: StackInput, server: { readonly url: string; readonly token: string }): ExternalRun {
  const url = new URL(server.url);
  const path = url.pathname.replace(/\/$/, '');
  const { model } = planned;
  const checks: Readonly<Record<SpeechService, ExternalRun['check']>> = {
    stt: { kind: 'socket', path: streamingPath },
    llm: { kind: 'request', path: `${path}/chat/completions`, body: { model, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 1 } },
    tts: { kind: 'request', path: `${path}/audio/speech`, body: { model, input: 'Ready.', voice: input.plan.voice, response_format: 'pcm' } },
  };
  return { kind: 'external', endpoint: { origin: url.origin, token: server.token }, check: checks[id] };
}

/** OpenAI base URL of a service, ours or somebody else's. */
export function baseUrl(planned: PlannedService, endpoint: Endpoint): string {
  return planned.server === null ? `${endpoint.origin}/v1` : planned.server.url.replace(/\/$/, '');
}

function endpointOf(endpoints: ReadonlyMap<ServiceId, Endpoint>, id: ServiceId): Endpoint {
  const found = endpoints.get(id);
  if (found === undefined) throw new Error(`the conversation was started before ${id}`);
  return found;
}

function folderOf(input: StackInput, model: string): string {
  const folder = input.installation.modelFolders[model];
  if (folder === undefined) throw new Error(`${model} is not installed`);
  return folder;
}

function fileOf(input: StackInput, model: string, ending: string): string {
  const file = modelById(model, input.catalogue).files.find((candidate) => candidate.name.endsWith(ending));
  if (file === undefined) throw new Error(`${model} has no ${ending} file`);
  return join(folderOf(input, model), file.name);
}

function voicesOf(input: StackInput): Record<string, string> {
  const folder = folderOf(input, kokoroVoices);
  const files = modelById(kokoroVoices, input.catalogue).files;
  return Object.fromEntries(files.map((file) => [file.name.replace(/\.bin$/, ''), join(folder, file.name)]));
}
