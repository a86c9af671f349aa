"""Turns audio and questions in words into a person's turns: the processor of ours in front of pipecat's aggregators."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, assert_never, cast

from loguru import logger
from pipecat.frames.frames import (
    CancelFrame,
    CancelWorkerFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    LLMMessagesAppendFrame,
    LLMMessagesUpdateFrame,
    LLMRunFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    StartFrame,
    TranscriptionFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.utils.time import time_now_iso8601

from earshot.conversation import messages
from earshot.conversation.audio import HEARD_RATE_HZ
from earshot.conversation.end_of_turn import EndOfTurnDetector, Pause
from earshot.conversation.frames import SaidBefore
from earshot.conversation.hearing import Hearing, duration_ms
from earshot.conversation.history import Message
from earshot.conversation.judging import Judging
from earshot.conversation.settings import SpeechToText
from earshot.conversation.stopwatch import Stopwatch
from earshot.conversation.transcriber import RecogniserBack, RecogniserLost, Transcriber
from earshot.conversation.transport import Pace
from earshot.conversation.turn_events import (
    AnswerQuestion,
    AskBoth,
    DropTurn,
    Effect,
    EndTurn,
    Event,
    FailTurn,
    NoteComplete,
    OpenTurn,
    Question,
    TellPause,
    TellSpeechStarted,
    TellWords,
    Understood,
)
from earshot.conversation.turn_taking import Idle, Pausing, Speaking, State, is_deciding, next_step
from earshot.conversation.turns import HeardTurn, Tell, Turns
from earshot.conversation.voice_activity import START_MS, VoiceDetector

_PRE_ROLL_MS = 500 + START_MS
"""What a recogniser gets from before speech was noticed: soft beginnings, and the speech that it took to notice."""


@dataclass(frozen=True, slots=True)
class _Audio:
    data: bytes


@dataclass(frozen=True, slots=True)
class _TurnClosed:
    failed: bool


@dataclass(frozen=True, slots=True)
class _StopSpeaking:
    pass


@dataclass(frozen=True, slots=True)
class _Remember:
    messages: Sequence[Message]


_Post = _Audio | _TurnClosed | _StopSpeaking | _Remember | RecogniserLost | RecogniserBack | Event


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
        context: LLMContext,
        tell: Tell,
        pace: Pace,
    ) -> None:
        super().__init__()
        self._hearing = Hearing(ears)
        self._turns = turns
        self._context = context
        self._tell = tell
        self._lockstep = pace == "lockstep"
        self._inbox: asyncio.Queue[_Post] = asyncio.Queue()
        self._transcriber = Transcriber(recogniser, self._inbox.put_nowait)
        self._judging = Judging(detector, self._inbox.put_nowait)
        self._stopwatch = Stopwatch(pace)
        self._state: State = Idle()
        self._arrived_bytes = 0
        self._told_ms = 0
        self._turn_start_ms = 0
        self._running: asyncio.Task[None] | None = None
        turns.when_closed(lambda failed: self._inbox.put_nowait(_TurnClosed(failed)))

    def ask(self, question: Question) -> None:
        """Have a question in words answered, instead of whatever is being heard or answered."""
        self._inbox.put_nowait(question)

    def give_up(self) -> None:
        """Fail the turn that waits for the recogniser, if there is one."""
        self._transcriber.give_up()

    def stop_speaking(self) -> None:
        """End the reply that is being thought or spoken, if there is one."""
        self._inbox.put_nowait(_StopSpeaking())

    def remember(self, messages: Sequence[Message]) -> None:
        """Take these messages for what was said so far. A reply to what is forgotten with it is ended."""
        self._inbox.put_nowait(_Remember(messages))

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
        await super().cleanup()  # type: ignore[no-untyped-call]  # pipecat leaves it untyped
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
        self._judging.stop()
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

    async def _handle(self, post: _Post) -> None:
        match post:
            case _Audio():
                await self._hear(post.data)
            case _TurnClosed():
                # What the other engines are still doing for a failed turn is of no use any more. An open turn is a
                # newer one, and has ended that already.
                if post.failed and not self._turns.is_open:
                    await self._forget_unanswered()
            case _StopSpeaking():
                if self._turns.is_answer_wanted:
                    await self._interrupt()
            case _Remember():
                await self._interrupt()
                await self._push_whole(LLMMessagesUpdateFrame(cast(Any, list(post.messages)), run_llm=False))
            case RecogniserLost():
                await self._tell(messages.engine_lost(None, "stt"))
            case RecogniserBack():
                await self._tell(messages.engine_back(None, "stt", post.waited_ms))
            case Understood() if post.turn != self._transcriber.turn:
                pass  # a new turn has begun since
            case _:
                await self._step(post)

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
            case TellWords():
                await self._tell(messages.words(effect.text))
            case OpenTurn():
                await self._turns.interrupt()
                self._turn_start_ms = self._hearing.position_ms - _PRE_ROLL_MS
                self._transcriber.begin(self._hearing.last(self._turn_start_ms))
                await self.push_frame(ProposedUserStartedSpeakingFrame())
            case AskBoth():
                sense = self._transcriber.mark(effect.marker)
                self._judging.begin(effect.marker, Pause(self._hearing.last(self._turn_start_ms), sense))
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
            case AnswerQuestion():
                await self._answer(effect.question)
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
        when = time_now_iso8601()
        await self._push_whole(TranscriptionFrame(effect.transcript, user_id="", timestamp=when, finalized=True))
        await self._close_turn()

    async def _answer(self, question: Question) -> None:
        await self._interrupt()
        await self._turns.end(HeardTurn(question.text, self._hearing.position_ms, asked=question.asked))
        await self._push_whole(LLMMessagesAppendFrame([{"role": "user", "content": question.text}], run_llm=False))
        if question.said:
            await self._push_whole(SaidBefore(question.said))
            # It is in the history before anybody can interrupt what follows it.
            await self.pipeline_worker.flush_pipeline()
        await self._push_whole(LLMRunFrame())

    async def _push_whole(self, frame: Frame) -> None:
        """Push what an interruption must not drop."""
        frame.interruptible = False
        await self.push_frame(frame)

    async def _interrupt(self) -> None:
        """End what is being answered; returns when as much of it as was spoken is in the history."""
        await self._turns.interrupt()
        await self.broadcast_interruption()  # type: ignore[no-untyped-call]  # pipecat leaves it untyped
        await self.pipeline_worker.flush_pipeline()

    async def _forget_unanswered(self) -> None:
        """Take the question of a failed turn out of the history: it would go out again with the next one."""
        await self.broadcast_interruption()  # type: ignore[no-untyped-call]  # pipecat leaves it untyped
        await self.pipeline_worker.flush_pipeline()
        remembered = cast(list[Message], self._context.get_messages())
        if remembered and remembered[-1]["role"] == "user":
            self._context.set_messages(cast(Any, remembered[:-1]))

    async def _close_turn(self) -> None:
        """Close the turn for pipecat, which answers it if there were words in it."""
        self._transcriber.end()
        await self._push_whole(ProposedUserStoppedSpeakingFrame())

    async def _acknowledge(self) -> None:
        """In lockstep, ask for more audio once nothing is being decided or answered."""
        handled_ms = self._hearing.taken_ms
        if not self._lockstep or handled_ms <= self._told_ms or is_deciding(self._state) or self._turns.is_open:
            return
        self._told_ms = handled_ms
        await self._tell(messages.heard(handled_ms))
