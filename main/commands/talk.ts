import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { talk } from '../conversation/io/talk.ts';
import { readRecording, requireFile } from '../conversation/io/recording.ts';
import { replyOf, transcriptOf, type Talk, type Turn } from '../conversation/talk.ts';
import { wavFile } from '../conversation/wav.ts';
import { writeFileAtomically } from '../platform/atomic-file.ts';
import { describeFault, type Fault } from '../platform/fault.ts';
import { errorMessage, formatDuration } from '../platform/text.ts';
import { proveEnvironments } from '../environment/io/slots.ts';
import { slotsInUse } from '../services/reach.ts';
import type { ServiceSnapshot } from '../services/io/supervisor.ts';
import type { Context } from './context.ts';
import { atOnce, prepare, withStack } from './stack.ts';

export interface TalkArguments {
  readonly file: string;
  readonly out: string | undefined;
  readonly realtime: boolean;
}

/** `earshot talk FILE.wav`: one recording in, the conversation's answers out. Exit 1 when nothing was understood. */
export async function runTalk(context: Context, { file, out, realtime }: TalkArguments): Promise<number> {
  requireFile(file);
  const prepared = await prepare(context, atOnce);
  const recording = await readRecording(file, prepared.installation.python, context.root);
  return withStack(context, prepared, async (supervisor, telemetry) => {
    const heard = await talk({
      supervisor,
      recording,
      signal: context.signal,
      pace: realtime ? 'realtime' : 'lockstep',
      onTurn: (turn) => {
        context.output.say(turnText(turn));
      },
      onTurnEvent: telemetry.onTurnEvent,
    });
    // What was understood and answered is told even when its sound could not be saved or a later question failed.
    const fault = heard.fault ?? (out === undefined ? null : await saveReply(out, heard));
    const services = supervisor.snapshot();
    if (heard.turns.length > 0 || fault === null || context.output.json) {
      context.output.result(talkDocument(heard, fault, services), talkText(heard, fault === null ? out : undefined));
    }
    if (fault !== null && !context.output.json) context.output.say(`\n${describeFault(fault)}`);
    // Now nothing of what was there before is needed to go back to; another Earshot that installs says so itself later.
    if (heard.turns.length > 0) await proveEnvironments(context.folders, slotsInUse(prepared.plan, prepared.installation));
    return fault !== null || heard.turns.length === 0 ? 1 : 0;
  });
}

/** Writes the reply as a WAV file (an answer without sound makes one that plays too); the fault when that cannot be done. */
export async function saveReply(out: string, heard: Talk): Promise<Fault | null> {
  try {
    await mkdir(dirname(resolve(out)), { recursive: true });
    await writeFileAtomically(resolve(out), wavFile(heard.replyPcm, heard.replyRateHz));
    return null;
  } catch (error) {
    return {
      id: 'not-writable',
      title: `The reply could not be saved as ${out}.`,
      detail: errorMessage(error),
      cure: 'Name a file in a folder you may write to, on a disk with room.',
    };
  }
}

function talkDocument(heard: Talk, fault: Fault | null, services: readonly ServiceSnapshot[]): unknown {
  return {
    ...(fault === null ? {} : { error: fault }),
    transcript: transcriptOf(heard),
    reply: replyOf(heard),
    turns: heard.turns,
    ...(heard.turns.length === 0 && fault === null ? { message: nothingHeard } : {}),
    services: services.map(({ service, state, pid }) => ({
      id: service.id,
      engine: service.engine,
      model: service.model,
      device: service.device,
      state: state.kind,
      pid,
    })),
  };
}

const nothingHeard = 'No speech was heard in this recording.';

function talkText(heard: Talk, out: string | undefined): string {
  if (heard.turns.length === 0) return nothingHeard;
  const lines = [`You said:      ${transcriptOf(heard)}`, `Earshot said:  ${replyOf(heard)}`];
  if (out !== undefined) lines.push(`Reply saved as ${out}`);
  return lines.join('\n');
}

function turnText(turn: Turn): string {
  const { latency } = turn;
  const question = shortened(turn.transcript);
  if (latency === null) return `“${question}” got no spoken answer`;
  const stages = `pause ${formatDuration(latency.vadMs)}, turn ${formatDuration(latency.turnMs)}, recognition ${formatDuration(latency.sttMs)}, answer ${formatDuration(latency.llmMs)}, voice ${formatDuration(latency.ttsMs)}`;
  return `“${question}” answered after ${formatDuration(latency.voiceToVoiceMs)} (${stages})`;
}

/** A long monologue as one line of progress. */
function shortened(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
