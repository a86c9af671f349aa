"""Turns audio into a person's turns: the one processor of ours in front of pipecat's aggregators."""

import asyncio
from dataclasses import dataclass
from typing import assert_never

from loguru import logger
from pipecat.frames.frames import (
    CancelFrame,
    CancelWorkerFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    StartFrame,
    TranscriptionFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.utils.time import time_now_iso8601

from earshot.conversation import messages
from earshot.conversation.audio import HEARD_RATE_HZ
from earshot.conversation.end_of_turn import EndOfTurnDetector
from earshot.conversation.hearing import Hearing, duration_ms
from earshot.conversation.settings import SpeechToText
from earshot.conversation.stopwatch import Stopwatch
from earshot.conversation.transcriber import Transcriber
from earshot.conversation.transport import Pace
from earshot.conversation.turn_taking import (
    AskBoth,
    DropTurn,
    Effect,
    EndTurn,
    Event,
    FailTurn,
    Idle,
    Judged,
    NoteComplete,
    OpenTurn,
    Pausing,
    Speaking,
    State,
    TellPause,
    TellSpeechStarted,
    is_deciding,
    next_step,
)
from earshot.conversation.turns import HeardTurn, Tell, Turns
from earshot.conversation.voice_activity import START_MS, VoiceDetector
from earshot.serving import engine_worker

_PRE_ROLL_MS = 500 + START_MS
"""What a recogniser gets from before speech was noticed: soft beginnings, and the speech that it took to notice."""


@dataclass(frozen=True, slots=True)
class _Audio:
    data: bytes


@dataclass(frozen=True, slots=True)
class _TurnClosed:
    failed: bool


class Listening(FrameProcessor):
    """Runs the turn-taking machine on what is heard, one event after the other.

    Audio ends here: nothing behind needs it, and ten minutes of silence pass in seconds that way. Turns go on as
    pipecat's proposals (`ExternalUserTurnStrategies`), so history and interruption are pipecat's.
    """

    def __init__(
        self,
        *,
        ears: VoiceDetector,
        detector: EndOfTurnDetector,
        recogniser: SpeechToText,
        turns: Turns,
        tell: Tell,
        pace: Pace,
    ) -> None:
        super().__init__()
        self._hearing = Hearing(ears)
        self._detector = detector
        self._turns = turns
        self._tell = tell
        self._lockstep = pace == "lockstep"
        self._inbox: asyncio.Queue[_Audio | _TurnClosed | Event] = asyncio.Queue()
        self._transcriber = Transcriber(recogniser, self._inbox.put_nowait)
        self._stopwatch = Stopwatch(pace)
        self._state: State = Idle()
        self._arrived_bytes = 0
        self._told_ms = 0
        self._turn_start_ms = 0
        self._judging: asyncio.Task[None] | None = None
        self._running: asyncio.Task[None] | None = None
        turns.when_closed(lambda failed: self._inbox.put_nowait(_TurnClosed(failed)))

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Take audio, pass everything else on."""
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            self._take(frame)
            return
        if isinstance(frame, EndFrame | CancelFrame):
            await self._stop()
        await self.push_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self._running = self.create_task(self._run())

    async def cleanup(self) -> None:
        """Hang up, however the conversation ended."""
        await super().cleanup()  # type: ignore[no-untyped-call]
        await self._stop()

    def _take(self, frame: InputAudioRawFrame) -> None:
        if frame.sample_rate != HEARD_RATE_HZ or frame.num_channels != 1:
            logger.error("audio with {} Hz and {} channels is not heard", frame.sample_rate, frame.num_channels)
            return
        self._arrived_bytes += len(frame.audio)
        self._stopwatch.audio_arrived(duration_ms(self._arrived_bytes))
        self._inbox.put_nowait(_Audio(frame.audio))

    async def _stop(self) -> None:
        if self._running is not None:
            await self.cancel_task(self._running)
            self._running = None
        if self._judging is not None:
            self._judging.cancel()
        await self._transcriber.close()

    async def _run(self) -> None:
        try:
            while True:
                await self._handle(await self._inbox.get())
                await self._acknowledge()
        except Exception:
            # A conversation that hears nothing any more helps nobody: main sees the connection end and opens another.
            logger.exception("the conversation cannot go on")
            await self.push_frame(CancelWorkerFrame(reason="listening failed"), FrameDirection.UPSTREAM)

    async def _handle(self, event: _Audio | _TurnClosed | Event) -> None:
        match event:
            case _Audio():
                await self._hear(event.data)
            case _TurnClosed():
                if event.failed:
                    # What the other engines are still doing for this turn is of no use any more.
                    await self.broadcast_interruption()  # type: ignore[no-untyped-call]
            case _:
                await self._step(event)

    async def _hear(self, audio: bytes) -> None:
        for heard in self._hearing.hear(audio):
            if isinstance(self._state, Speaking | Pausing):
                self._transcriber.hear(heard.window)
            await self._step(heard.event)

    async def _step(self, event: Event) -> None:
        self._state, effects = next_step(self._state, event)
        for effect in effects:
            await self._do(effect)

    async def _do(self, effect: Effect) -> None:
        match effect:
            case TellSpeechStarted():
                await self._tell(messages.speech_started(effect.at_ms))
            case TellPause():
                self._stopwatch.paused(effect.at_ms, effect.speech_end_ms)
                await self._tell(messages.pause(effect.at_ms))
            case OpenTurn():
                self._turns.interrupt()
                self._turn_start_ms = self._hearing.position_ms - _PRE_ROLL_MS
                self._transcriber.begin(self._hearing.last(self._turn_start_ms))
                await self.push_frame(ProposedUserStartedSpeakingFrame())
            case AskBoth():
                self._transcriber.mark(effect.marker)
                self._judge(effect.marker)
            case NoteComplete():
                self._stopwatch.complete(effect.silent_ms)
            case EndTurn():
                await self._end_turn(effect)
            case DropTurn():
                await self._tell(messages.nothing_heard(self._hearing.position_ms))
                await self._close_turn()
            case FailTurn():
                await self._turns.fail_unheard(effect.message)
                await self._close_turn()
            case _:
                assert_never(effect)

    async def _end_turn(self, effect: EndTurn) -> None:
        heard = HeardTurn(
            effect.transcript,
            effect.speech_end_ms,
            vad_ms=self._stopwatch.vad_ms,
            turn_ms=self._stopwatch.turn_ms,
            stt_ms=self._stopwatch.transcribed_ms(),
        )
        await self._turns.end(heard)
        words = TranscriptionFrame(effect.transcript, user_id="", timestamp=time_now_iso8601(), finalized=True)
        words.interruptible = False
        await self.push_frame(words)
        await self._close_turn()

    async def _close_turn(self) -> None:
        """Close the turn for pipecat, which answers it if there were words in it."""
        self._transcriber.end()
        stopped = ProposedUserStoppedSpeakingFrame()
        stopped.interruptible = False
        await self.push_frame(stopped)

    def _judge(self, marker: int) -> None:
        if self._judging is not None:
            self._judging.cancel()
        audio = self._hearing.last(self._turn_start_ms)

        async def judge() -> None:
            try:
                verdict = await engine_worker.run(lambda: self._detector.judge(audio))
            except Exception:
                logger.exception("the turn detector failed; silence will end the turn")
                self._inbox.put_nowait(Judged(marker, complete=False))
            else:
                self._inbox.put_nowait(Judged(marker, verdict.complete))

        self._judging = asyncio.create_task(judge())

    async def _acknowledge(self) -> None:
        """In lockstep, ask for more audio once nothing is being decided or answered."""
        handled_ms = self._hearing.taken_ms
        if not self._lockstep or handled_ms <= self._told_ms or is_deciding(self._state) or self._turns.is_open:
            return
        self._told_ms = handled_ms
        await self._tell(messages.heard(handled_ms))
