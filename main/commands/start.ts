import { join } from 'node:path';
import { readRecording } from '../conversation/io/recording.ts';
import { talk } from '../conversation/io/talk.ts';
import { replyOf, transcriptOf } from '../conversation/talk.ts';
import { proveEnvironments } from '../environment/io/slots.ts';
import { FaultError } from '../platform/fault.ts';
import { slotsInUse } from '../services/reach.ts';
import type { Context } from './context.ts';
import { atOnce, prepare, withStack } from './stack.ts';
import { saveReply } from './talk.ts';

/** `earshot` alone: sets up what is missing, then shows that it works by answering one bundled question aloud. */
export async function runStart(context: Context): Promise<number> {
  const { output, root, folders } = context;
  const prepared = await prepare(context, atOnce);
  const recording = await readRecording(join(root, 'assets', 'questions', 'capital-of-france.wav'), prepared.installation.python, root);
  const out = join(folders.data, 'replies', 'first-answer.wav');
  return withStack(context, prepared, async (supervisor, telemetry) => {
    const heard = await talk({ supervisor, recording, pace: 'realtime', signal: context.signal, onTurn: () => undefined, onTurnEvent: telemetry.onTurnEvent });
    if (heard.fault !== null) throw new FaultError(heard.fault);
    const turn = heard.turns[0];
    if (turn === undefined) {
      throw new FaultError({
        id: 'turn-failed',
        title: 'The bundled question was played, but nothing was understood.',
        cure: 'Run "earshot install", which checks every file, then start again.',
      });
    }
    await proveEnvironments(folders, slotsInUse(prepared.plan, prepared.installation));
    const unsaved = await saveReply(out, heard);
    if (unsaved !== null) throw new FaultError(unsaved);
    const seconds = ((turn.latency?.voiceToVoiceMs ?? 0) / 1000).toFixed(1);
    output.result(
      { transcript: transcriptOf(heard), reply: replyOf(heard), saved: out, turns: heard.turns },
      [
        '',
        `Question:  ${transcriptOf(heard)}`,
        `Answer:    ${replyOf(heard)}   (after ${seconds} s)`,
        '',
        `The spoken answer is in ${out}`,
        'Ask your own: npx earshot talk FILE.wav --out reply.wav',
      ].join('\n'),
    );
    return 0;
  });
}
