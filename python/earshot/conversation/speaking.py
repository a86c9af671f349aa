"""What happens behind the output: the words that were really spoken enter the history, and the turn is closed."""

from pipecat.frames.frames import (
    AggregatedTextFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.utils.text.base_text_aggregator import TextType

from earshot.conversation.frames import SaidBefore
from earshot.conversation.spoken_words import Pace, Sentence
from earshot.conversation.turns import Turns


class Speaking(FrameProcessor):
    """Stands between the output transport, which passes on what it has handed over, and the assistant's aggregator.

    pipecat adds a sentence to the history once it was spoken to its end, so a long sentence that is interrupted would
    be forgotten altogether. Here it is added word by word, in step with its audio.
    """

    def __init__(self, turns: Turns) -> None:
        super().__init__()
        self._turns = turns
        self._pace = Pace()
        self._sentence: Sentence | None = None
        self._spoken: list[str] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Follow the reply. Every frame is passed on but a whole sentence, whose words were passed on before."""
        await super().process_frame(frame, direction)
        match frame:
            case TTSTextFrame():
                await self._end_sentence(frame)
                return
            case SaidBefore():
                # pipecat keeps no words outside a reply, and this one may be interrupted before it goes on.
                await self.push_frame(LLMFullResponseStartFrame())
                await self._tell(tuple(frame.text.split()))
                return
            case AggregatedTextFrame() if frame.will_be_spoken:
                self._sentence = Sentence(tuple(frame.text.split()))
            case TTSAudioRawFrame() if self._sentence is not None:
                duration_s = frame.num_frames / frame.sample_rate
                self._sentence, words = self._sentence.hear(duration_s, self._pace)
                await self._tell(words)
            case InterruptionFrame():
                await self._turns.interrupt()
        await self.push_frame(frame, direction)
        if isinstance(frame, LLMFullResponseEndFrame | InterruptionFrame):
            await self._end_reply()

    async def _end_sentence(self, frame: TTSTextFrame) -> None:
        sentence = self._sentence or Sentence(tuple(frame.text.split()))
        self._sentence = None
        self._pace = self._pace.learn(frame.text, sentence.duration_s)
        await self._tell(sentence.rest())

    async def _end_reply(self) -> None:
        reply = " ".join(self._spoken)
        self._sentence = None
        self._spoken = []
        await self._turns.close(reply)

    async def _tell(self, words: tuple[str, ...]) -> None:
        for word in words:
            self._spoken.append(word)
            await self.push_frame(TTSTextFrame(word, text_type=TextType.WORD))
        if words:
            await self._turns.words_spoken(" ".join(self._spoken))
