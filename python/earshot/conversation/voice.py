"""The voice behind OpenAI's speech route."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from functools import partial

import httpx2
import openai
from pipecat.frames.frames import Frame, LLMFullResponseStartFrame, TTSAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.utils.errors import ErrorCategory

from earshot.conversation.audio import SPOKEN_RATE_HZ
from earshot.conversation.faults import describe_fault
from earshot.conversation.outage import Outage
from earshot.conversation.settings import TextToSpeech
from earshot.conversation.turns import Turns

_NEVER_S = 3_600.0
_INAUDIBLE = bytes(2 * SPOKEN_RATE_HZ // 100)


class Voice(TTSService):
    """Speaks sentence by sentence, each as one streamed request. pipecat's own refuses voices OpenAI does not have.

    A sentence in which the server is lost is asked for again once it is back, and goes on from its first sample that
    was not handed over. The sentences after it wait.
    """

    def __init__(self, settings: TextToSpeech, client: openai.AsyncOpenAI, turns: Turns) -> None:
        super().__init__(
            sample_rate=SPOKEN_RATE_HZ,
            push_start_frame=True,
            push_stop_frames=True,
            # A slow sentence is not the end of a reply: requests have their own time limit.
            stop_frame_timeout_s=_NEVER_S,
            # The service is never given up: main restarts an engine that fails.
            max_consecutive_zero_audio_contexts=0,
            settings=TTSSettings(model=settings.model, voice=settings.voice, language=None),
        )
        self._voice = settings
        self._turns = turns
        self._client = client
        self._outage = Outage(settings.patience_s, partial(turns.engine_lost, "tts"), partial(turns.engine_back, "tts"))

    def give_up(self) -> None:
        """Fail the turn that waits for the server, if there is one."""
        self._outage.give_up()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Speak what comes; each reply has patience of its own."""
        if isinstance(frame, LLMFullResponseStartFrame):
            self._outage.begin()
        await super().process_frame(frame, direction)

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Yield a sentence's audio as it arrives. An interruption cancels this, which closes the connection."""
        handed_over_bytes = 0
        while True:
            position_bytes = 0
            try:
                async with aclosing(self._synthesise(text)) as sound:
                    async for audio in sound:
                        # The same text sounds the same again, sample by sample.
                        unheard = audio[max(0, handed_over_bytes - position_bytes) :]
                        position_bytes += len(audio)
                        handed_over_bytes += len(unheard)
                        if unheard:
                            yield TTSAudioRawFrame(unheard, SPOKEN_RATE_HZ, 1, context_id=context_id)
                break
            except (openai.OpenAIError, httpx2.HTTPError, TimeoutError) as fault:
                pause_s = await self._outage.failed(fault)
                if pause_s is None:
                    await self._fail(fault)
                    return
            await self._outage.pause(pause_s)
        if handed_over_bytes == 0:
            # Nothing to say in this sentence ("…"): no failure, but pipecat would take it for one.
            yield TTSAudioRawFrame(_INAUDIBLE, SPOKEN_RATE_HZ, 1, context_id=context_id)

    async def _synthesise(self, text: str) -> AsyncGenerator[bytes]:
        async with AsyncExitStack() as request:
            async with self._outage.attempt():
                answer = await request.enter_async_context(
                    self._client.audio.speech.with_streaming_response.create(
                        input=text, model=self._voice.model, voice=self._voice.voice, response_format="pcm"
                    )
                )
            async for audio in answer.iter_bytes():
                await self._outage.answered()
                yield audio

    async def _fail(self, fault: Exception) -> None:
        reason = describe_fault(fault)
        await self._turns.fail("tts", reason)
        await self.push_error(f"the voice failed: {reason}", category=ErrorCategory.SERVER)
