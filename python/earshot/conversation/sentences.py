"""Cuts a reply into sentences as it streams in, so that the first can be spoken while the next is being thought."""

from collections.abc import AsyncIterator

from pipecat.frames.frames import AggregatedTextFrame, Frame, InterruptionFrame, LLMFullResponseEndFrame
from pipecat.processors.aggregators.llm_text_processor import LLMTextProcessor
from pipecat.processors.frame_processor import FrameDirection
from pipecat.utils.text.base_text_aggregator import Aggregation
from pipecat.utils.text.simple_text_aggregator import SimpleTextAggregator

from earshot.conversation.frames import ReplyBeginsAgain, SaidBefore
from earshot.conversation.retelling import Retelling
from earshot.conversation.speakable import as_spoken
from earshot.conversation.turns import Turns

_LONG_SENTENCE = 160
"""Characters after which a comma, a colon or a semicolon is as good as a full stop: about ten seconds of speech."""

_ENDLESS_SENTENCE = 320
"""Characters after which any space is."""


class SentenceCutter(SimpleTextAggregator):
    """pipecat's cutter, which knows abbreviations and numbers, plus line ends and sentences that do not end.

    Line ends matter because lists come without full stops, and an answer would then be silent up to its end.
    """

    async def aggregate(self, text: str) -> AsyncIterator[Aggregation]:
        """Take more text and yield every sentence it completes."""
        for character in text:
            async for sentence in super().aggregate(character):
                yield sentence
            if self._ends_with(character) and (rest := await self.flush()) is not None:
                yield rest

    def _ends_with(self, character: str) -> bool:
        length = len(self.text.text)
        return (
            character == "\n"
            or (character in ",:;" and length >= _LONG_SENTENCE)
            or (character.isspace() and length >= _ENDLESS_SENTENCE)
        )


class Sentences(LLMTextProcessor):
    """Turns the language model's text into sentences that can be spoken.

    What cannot be read aloud is taken out here and not in the voice, so that the history shows what was really said.
    The last sentence does not wait for a character after its full stop: the end of the reply releases it.

    A reply may begin again, when the language model or this whole process was lost in it. What was passed on of it, or
    heard, is not passed on again.
    """

    def __init__(self, turns: Turns) -> None:
        cutter = SentenceCutter()  # type: ignore[no-untyped-call]  # pipecat leaves it untyped
        super().__init__(text_aggregator=cutter, text_transforms=[("*", as_spoken)])
        self._turns = turns
        self._said: list[str] = []
        self._retelling = Retelling()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Take a reply's text, and note when it begins again."""
        match frame:
            case ReplyBeginsAgain():
                await self.reset()  # type: ignore[no-untyped-call]  # pipecat leaves it untyped
                self._retelling = Retelling.of(self._said)
                return
            case SaidBefore():
                self._said = [frame.text]
                self._retelling = Retelling.of(self._said)
        await super().process_frame(frame, direction)

    async def push_frame(self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM) -> None:
        """Pass a frame on; the first sentence of a reply is a mark in its latency.

        An interruption first ends the reply (pipecat's LLM service does so in a `finally`), which would have the
        half sentence that is left synthesised, for nobody.
        """
        if isinstance(frame, AggregatedTextFrame) and not self._is_new(frame):
            return
        if isinstance(frame, LLMFullResponseEndFrame | InterruptionFrame):
            self._said = []
            self._retelling = Retelling()
        await super().push_frame(frame, direction)

    def _is_new(self, sentence: AggregatedTextFrame) -> bool:
        """Tell whether there is anything in a sentence to be said, and leave nothing else in it."""
        if not self._turns.is_answer_wanted:
            return False
        self._retelling, new = self._retelling.hear(sentence.text)
        if not new:
            return False
        sentence.text = sentence.raw_text = new
        self._said.append(new)
        self._turns.sentence_ready()
        return True
