import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { startEarshot } from './earshot.ts';

const serveDocument = z.object({
  services: z.array(
    z.object({ id: z.string(), url: z.string(), token: z.string().nullable(), pid: z.number().nullable(), engine: z.string(), state: z.string() }),
  ),
});

export interface RunningService {
  readonly id: string;
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

/** `earshot serve`, ready, with the addresses it printed. */
export interface RunningStack {
  /** Pid of main. */
  readonly pid: number;
  readonly service: (id: string) => RunningService;
  readonly stop: () => Promise<number>;
}

/** Starts `earshot serve --json` and settles once it has printed its one document. */
export async function startStack(env: Readonly<Record<string, string>> = {}): Promise<RunningStack> {
  const child = startEarshot(['serve', '--json'], env);
  const stdout = child.stdout;
  if (stdout === null || child.pid === undefined) throw new Error('earshot serve did not start');
  let text = '';
  const document = await new Promise<z.infer<typeof serveDocument>>((resolve, reject) => {
    stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (text.trimEnd().endsWith('\n}')) resolve(serveDocument.parse(JSON.parse(text)));
    });
    void child.then((result) => {
      reject(new Error(`earshot serve ended with ${result.exitCode}: ${result.stderr}`));
    });
  });
  return {
    pid: child.pid,
    service: (id) => {
      const found = document.services.find((service) => service.id === id);
      if (found?.token == null || found.pid === null) throw new Error(`earshot serve runs no ${id} of its own`);
      return { id, url: found.url, token: found.token, pid: found.pid };
    },
    stop: async () => {
      child.kill('SIGTERM');
      return (await child).exitCode;
    },
  };
}

/** What Whisper hears in a WAV file. */
export async function transcribe(stt: RunningService, wavPath: string): Promise<string> {
  const form = new FormData();
  form.set('file', new Blob([await readFile(wavPath)], { type: 'audio/wav' }), 'speech.wav');
  form.set('model', 'whisper-base');
  const response = await fetch(`${stt.url}/v1/audio/transcriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stt.token}` },
    body: form,
  });
  if (!response.ok) throw new Error(`transcription answered ${response.status}: ${await response.text()}`);
  return z.object({ text: z.string() }).parse(await response.json()).text;
}

/** Speaks a text with one of Kokoro's voices; s16le mono at 24 kHz. */
export async function speak(tts: RunningService, text: string, voice: string): Promise<Buffer> {
  const response = await fetch(`${tts.url}/v1/audio/speech`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tts.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'kokoro-82m-int8', voice, input: text, response_format: 'pcm' }),
  });
  if (!response.ok) throw new Error(`speech answered ${response.status}: ${await response.text()}`);
  return Buffer.from(await response.arrayBuffer());
}
