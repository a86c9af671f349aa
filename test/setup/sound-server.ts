import { execa } from 'execa';
import type { PrivateDesktop } from '../../main/telemetry/io/private-desktop.ts';
import { startPrivateSound } from '../../main/telemetry/io/private-sound.ts';

/** What a speaker played, while it plays: s16le mono. */
export interface SpeakerRecording {
  readonly rateHz: number;
  /** By `Date.now()`: when the first sample was played. */
  readonly startedAtMs: number;
  readonly samples: () => Int16Array;
  readonly stop: () => Promise<Int16Array>;
}

/** A microphone one can speak into and a speaker one can listen to, both pluggable. */
export interface SoundServer {
  readonly env: Readonly<Record<string, string>>;
  /** Speaks a WAV file into the microphone; settles at its end, or when `signal` cuts it. */
  readonly play: (wavPath: string, signal?: AbortSignal) => Promise<void>;
  readonly recordSpeaker: () => Promise<SpeakerRecording>;
  readonly unplugMicrophone: () => Promise<void>;
  readonly plugMicrophone: () => Promise<void>;
  /** The microphone stays, but hears nothing: what one speaks into is a speaker of PulseAudio's too. */
  readonly unplugSpeaker: () => Promise<void>;
  readonly plugSpeaker: () => Promise<void>;
  /** Who listens to what, in PulseAudio's words: for the report of a test in which nothing was heard. */
  readonly listeners: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

export const microphoneLabel = 'Test-Microphone';
export const speakerLabel = 'Test-Speaker';

const recordingRateHz = 24_000;

/** Starts the sound of a private desktop with the microphone and the speaker plugged in. */
export async function startSoundServer(desktop: PrivateDesktop): Promise<SoundServer> {
  const sound = await startPrivateSound(desktop.runtimeFolder, desktop.env);
  const env = { ...desktop.env, ...sound.env };
  const loaded = new Map<string, string>();

  async function plug(name: string, module: string, ...args: readonly string[]): Promise<void> {
    if (!loaded.has(name)) loaded.set(name, await sound.load(module, ...args));
  }
  async function unplug(name: string): Promise<void> {
    const number = loaded.get(name);
    loaded.delete(name);
    if (number !== undefined) await sound.control('unload-module', number);
  }
  async function plugMicrophone(): Promise<void> {
    await plug('mouth', 'module-null-sink', 'sink_name=mouth', 'rate=48000', 'channels=1', 'sink_properties=device.description=Mouth');
    await plug('microphone', 'module-remap-source', 'master=mouth.monitor', 'source_name=microphone', `source_properties=device.description=${microphoneLabel}`);
    await sound.control('set-default-source', 'microphone');
  }
  async function plugSpeaker(): Promise<void> {
    await plug('speaker', 'module-null-sink', 'sink_name=speaker', 'rate=48000', `sink_properties=device.description=${speakerLabel}`);
    await sound.control('set-default-sink', 'speaker');
  }
  await plugSpeaker();
  await plugMicrophone();

  return {
    env,
    play: async (wavPath, signal) => {
      await execa('paplay', ['--device=mouth', wavPath], { env, extendEnv: false, stdin: 'ignore', ...(signal === undefined ? {} : { signal }) }).catch((error: unknown) => {
        if (signal?.aborted !== true) throw error;
      });
    },
    recordSpeaker: () => record(env),
    plugMicrophone,
    unplugMicrophone: () => unplug('microphone'),
    plugSpeaker: async () => {
      await plugSpeaker();
      if (!loaded.has('silence')) return;
      await unplug('silence');
      await plugMicrophone();
    },
    unplugSpeaker: async () => {
      for (const name of ['microphone', 'mouth', 'speaker']) await unplug(name);
      await plug('silence', 'module-null-source', 'source_name=microphone', `description=${microphoneLabel}`);
    },
    listeners: async () => [await sound.control('list', 'short', 'sources'), await sound.control('list', 'source-outputs')].join('\n'),
    stop: sound.stop,
  };
}

async function record(env: Readonly<Record<string, string>>): Promise<SpeakerRecording> {
  const args = ['--record', '--raw', '--device=speaker.monitor', `--rate=${recordingRateHz}`, '--channels=1', '--format=s16le', '--latency-msec=20'];
  const recorder = execa('pacat', args, { env, extendEnv: false, stdin: 'ignore', reject: false, buffer: false });
  const chunks: Buffer[] = [];
  const { stdout } = recorder;
  if (stdout === null) throw new Error('pacat has no output');
  const startedAtMs = await new Promise<number>((resolve, reject) => {
    stdout.on('data', (chunk: Buffer) => {
      if (chunks.length === 0) resolve(Date.now() - chunk.length / 2 / (recordingRateHz / 1000));
      chunks.push(chunk);
    });
    void recorder.then(({ exitCode }) => {
      reject(new Error(`pacat ended with ${exitCode}`));
    });
  });
  function samples(): Int16Array {
    const bytes = Buffer.concat(chunks);
    return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length - (bytes.length % 2)));
  }
  return {
    rateHz: recordingRateHz,
    startedAtMs,
    samples,
    stop: async () => {
      recorder.kill('SIGTERM');
      await recorder;
      return samples();
    },
  };
}
