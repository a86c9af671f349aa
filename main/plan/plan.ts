import type { HardwareReport, OllamaReport } from '../hardware/model.ts';
import type { ExternalServer, Settings } from '../settings/schema.ts';
import type { Catalogue, Model } from './catalogue.ts';
import type { Plan, PlannedService, ServiceId } from './model.ts';

/**
 * Decides which engine serves what. First form: every engine on the CPU, a server by URL where settings name one, a
 * running Ollama for the language model where it has one.
 */
export function plan(hardware: HardwareReport, catalogue: Catalogue, settings: Settings): Plan {
  const notes: string[] = [];
  const threads = threadsFor(hardware.cpu.cores);

  const stt = settings.services.stt
    ? external('stt', settings.services.stt, notes)
    : embedded('stt', modelFor(catalogue, 'stt'), threads.stt);
  const tts = settings.services.tts
    ? external('tts', settings.services.tts, notes)
    : embedded('tts', modelFor(catalogue, 'tts'), threads.tts);
  const llm = chooseLanguageModel(hardware.ollama, catalogue, settings, threads.llm, notes);
  const turn = embedded('turn', modelFor(catalogue, 'turn'), 1);

  const services = [stt, llm, tts, turn];
  const voice = tts.server === null ? chooseVoice(settings.voice, catalogue, notes) : settings.voice;
  return { services, models: modelsOnDisk(catalogue, services), voice, notes };
}

const roleTitle = { stt: 'speech recognition', llm: 'language model', tts: 'voice', turn: 'end-of-turn detection' } as const satisfies Record<ServiceId, string>;

/** The voice of the settings if it is installed; a misspelt one must not keep the assistant silent. */
function chooseVoice(wanted: string, catalogue: Catalogue, notes: string[]): string {
  const names = modelFor(catalogue, 'voices').files.map((file) => file.name.replace(/\.bin$/, ''));
  const [first = wanted] = names;
  if (names.includes(wanted)) return wanted;
  notes.push(`There is no voice "${wanted}", so ${first} speaks. You can choose from: ${names.join(', ')}.`);
  return first;
}

/**
 * Speech recognition and speech synthesis take turns and may each use every core. The language model gets one thread
 * fewer than there are cores, one on two: small models on busy cores collapse when their threads spin (1.6 tok/s measured).
 */
function threadsFor(cores: number): { stt: number; tts: number; llm: number } {
  const speech = Math.max(1, Math.min(cores, 8));
  return { stt: speech, tts: speech, llm: Math.max(1, Math.min(cores - 1, 8)) };
}

function modelFor(catalogue: Catalogue, role: Model['role']): Model {
  const found = catalogue.models.find((model) => model.role === role);
  if (found === undefined) throw new Error(`the catalogue has no model for ${role}`);
  return found;
}

function embedded(id: ServiceId, model: Model, threads: number): PlannedService {
  return {
    id,
    engine: model.engine,
    model: model.id,
    precision: model.precision,
    device: 'cpu',
    build: 'none',
    env: 'voice',
    threads,
    server: null,
  };
}

function external(id: ServiceId, server: ExternalServer, notes: string[]): PlannedService {
  notes.push(`The ${roleTitle[id]} is the server at ${server.url}, as your settings say.`);
  return {
    id,
    engine: 'external',
    model: server.model ?? 'default',
    precision: null,
    device: 'external',
    build: 'none',
    env: null,
    threads: 0,
    server: { url: server.url, token: server.token },
  };
}

function chooseLanguageModel(
  ollama: OllamaReport | null,
  catalogue: Catalogue,
  settings: Settings,
  threads: number,
  notes: string[],
): PlannedService {
  if (settings.services.llm) return external('llm', settings.services.llm, notes);
  const installed = settings.languageModel === 'auto' && ollama?.running === true ? chatModel(ollama) : undefined;
  if (ollama !== null && installed !== undefined) {
    notes.push(`The language model is ${installed} in the Ollama ${ollama.version} that is running.`);
    return {
      id: 'llm',
      engine: 'ollama',
      model: installed,
      precision: null,
      device: 'external',
      build: 'none',
      env: null,
      threads: 0,
      server: { url: `${ollama.url}/v1`, token: '' },
    };
  }
  if (ollama?.running === true && settings.languageModel === 'auto') {
    notes.push('Ollama is running but has no model that can chat; the embedded language model answers instead.');
  }
  return embedded('llm', modelFor(catalogue, 'llm'), threads);
}

/** The first model that can chat: embedding models sit in the same list and cannot. */
function chatModel(ollama: OllamaReport): string | undefined {
  return ollama.models.find((model) => !/embed|bge-|minilm|paraphrase-/i.test(model.name))?.name;
}

function modelsOnDisk(catalogue: Catalogue, services: readonly PlannedService[]): string[] {
  const ours = services.filter((service) => service.server === null).map((service) => service.model);
  const voices = services.some((service) => service.engine === 'kokoro') ? [modelFor(catalogue, 'voices').id] : [];
  return [modelFor(catalogue, 'vad').id, ...ours, ...voices];
}
