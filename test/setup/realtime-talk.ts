import type { Exchange } from '../../main/conversation/exchanges.ts';
import { createLive } from '../../main/conversation/io/live.ts';
import { bytesPerMs } from '../../main/conversation/io/recording.ts';
import type { TurnEvent } from '../../main/conversation/turn-event.ts';
import type { Supervisor } from '../../main/services/io/supervisor.ts';
import { samplesOfBytes } from './sound.ts';

/** One question put through the microphone, and what came of it. */
export interface Answered {
  readonly exchange: Exchange;
  /** All that reached the speaker, 24 kHz. */
  readonly samples: Int16Array;
  /** From the first sound of the question to the end of its answer. */
  readonly tookMs: number;
  readonly turns: readonly TurnEvent[];
}

/** A person at the microphone who asks one question after the other, by the clock, and hears the answers at once. */
export interface RealtimeTalk {
  /** Puts a recording (16 kHz s16le mono) as a question that nothing came before. `onChange` is told of its exchange each time that changes. */
  readonly ask: (recording: Buffer, onChange: (exchange: Exchange) => void) => Promise<Answered>;
  readonly close: () => void;
}

const chunkMs = 20;
const answerLimitMs = 180_000;

export function startRealtimeTalk(supervisor: Supervisor): RealtimeTalk {
  let changed: (exchanges: readonly Exchange[]) => void = ignore;
  let samples: Int16Array[] = [];
  let turns: TurnEvent[] = [];
  let recording: Buffer = Buffer.alloc(0);
  let saidMs = 0;
  const live = createLive({
    supervisor,
    before: [],
    hasSpeaker: () => true,
    onConnected: ignore,
    onExchanges: (exchanges) => { changed(exchanges); },
    onReply: ({ sample, pcm }) => {
      samples.push(samplesOfBytes(pcm));
      live.playhead(sample + pcm.length / 2, 0);
    },
    onReplyEnd: ignore,
    onReplyDropped: ignore,
    onPlaying: ignore,
    onTurn: (event) => turns.push(event),
  });
  const beganAt = performance.now();
  let heardMs = 0;
  // A microphone goes on whatever happens; where nothing is said, it hears silence.
  const microphone = setInterval(() => {
    for (; heardMs < performance.now() - beganAt; heardMs += chunkMs) {
      const piece = recording.subarray(saidMs * bytesPerMs, (saidMs + chunkMs) * bytesPerMs);
      saidMs += chunkMs;
      live.hear(Buffer.concat([piece, Buffer.alloc(chunkMs * bytesPerMs - piece.length)]));
    }
  }, chunkMs);

  return {
    ask: async (question, onChange) => {
      live.startOver();
      samples = [];
      turns = [];
      recording = question;
      saidMs = 0;
      const askedAt = performance.now();
      const exchange = await new Promise<Exchange>((resolve, reject) => {
        const limit = setTimeout(() => { reject(new Error(`no answer within ${answerLimitMs / 1000} s: ${JSON.stringify(turns)}`)); }, answerLimitMs);
        changed = ([first]) => {
          if (first === undefined) return;
          onChange(first);
          if (first.state !== 'done' && first.state !== 'interrupted' && first.state !== 'failed') return;
          clearTimeout(limit);
          changed = ignore;
          resolve(first);
        };
      });
      return { exchange, samples: Int16Array.from(samples.flatMap((piece) => [...piece])), tookMs: performance.now() - askedAt, turns };
    },
    close: () => {
      clearInterval(microphone);
      live.close();
    },
  };
}

function ignore(): void {
  // Nobody looks.
}
