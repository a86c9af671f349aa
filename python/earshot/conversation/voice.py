"""The voice behind OpenAI's speech route."""

from collections.abc import AsyncGenerator

import httpx2
import openai
from pipecat.frames.frames import Frame, TTSAudioRawFrame
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.utils.errors import ErrorCategory

from earshot.conversation.audio import SPOKEN_RATE_HZ
from earshot.conversation.faults import describe_fault
from earshot.conversation.settings import TextToSpeech
from earshot.conversation.turns import Turns

_NEVER_S = 3_600.0
_INAUDIBLE = bytes(2 * SPOKEN_RATE_HZ // 100)


class Voice(TTSService):
    """Speaks sentence by sentence, each as one streamed request. pipecat's own refuses voices OpenAI does not have."""

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

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Yield a sentence's audio as it arrives. An interruption cancels this, which closes the connection."""
        silent = True
        try:
            async with self._client.audio.speech.with_streaming_response.create(
                input=text, model=self._voice.model, voice=self._voice.voice, response_format="pcm"
            ) as answer:
                async for audio in answer.iter_bytes():
                    silent = silent and not audio
                    yield TTSAudioRawFrame(audio, SPOKEN_RATE_HZ, 1, context_id=context_id)
        except (openai.OpenAIError, httpx2.HTTPError) as fault:
            reason = describe_fault(fault)
            await self._turns.fail("tts", reason)
            await self.push_error(f"the voice failed: {reason}", category=ErrorCategory.SERVER)
        else:
            if silent:
                # Nothing to say in this sentence ("…"): no failure, but pipecat would take it for one.
                yield TTSAudioRawFrame(_INAUDIBLE, SPOKEN_RATE_HZ, 1, context_id=context_id)
