"""The recogniser at hand: answers, and every way it can fail to give one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from conversation.stage import free_ports
from earshot.conversation import transcriber
from earshot.conversation.settings import Flush, SpeechToText
from earshot.conversation.transcriber import Transcriber
from earshot.conversation.turn_events import Transcribed, TranscriberFailed, Understood
from fake_recogniser import FakeRecogniser

SECOND = bytes(2 * 16_000)
Told = Transcribed | Understood | TranscriberFailed


@dataclass(slots=True)
class Line:
    """A transcriber, what it talks to and what it tells."""

    recogniser: FakeRecogniser
    transcriber: Transcriber
    told: asyncio.Queue[Told]

    async def next(self) -> Told:
        async with asyncio.timeout(10):
            return await self.told.get()


@asynccontextmanager
async def connected(flush: Flush = "marker") -> AsyncIterator[Line]:
    """Serve a fake recogniser to a transcriber."""
    recogniser, port = FakeRecogniser(), free_ports().stt
    told: asyncio.Queue[Told] = asyncio.Queue()
    settings = SpeechToText(f"ws://127.0.0.1:{port}/", "t", flush)
    line = Line(recogniser, Transcriber(settings, told.put_nowait), told)
    async with recogniser.serving(port):
        yield line
        await line.transcriber.close()


async def test_the_audio_of_a_turn_arrives_whole_and_a_marker_is_answered() -> None:
    async with connected() as line:
        line.recogniser.says("hello there")
        line.transcriber.begin(SECOND)
        line.transcriber.hear(SECOND)
        line.transcriber.mark(7)
        assert await line.next() == Transcribed(7, "hello there")
        [utterance] = line.recogniser.utterances
        assert len(utterance.samples) == pytest.approx(2 * 24_000, abs=400)


async def test_only_the_newest_marker_is_answered() -> None:
    async with connected() as line:
        line.recogniser.delay_s = 0.2
        line.recogniser.says("hello", "hello there")
        line.transcriber.begin(SECOND)
        line.transcriber.mark(1)
        await asyncio.sleep(0.1)
        line.transcriber.mark(2)
        assert await line.next() == Transcribed(2, "hello there")
        assert line.told.empty()


async def test_silence_for_one_that_needs_none_changes_no_words() -> None:
    async with connected("silence") as line:
        line.recogniser.says("hello", "Hello there")
        line.transcriber.begin(SECOND)
        line.transcriber.mark(1)
        assert await line.next() == Transcribed(1, "hello")
        line.transcriber.hear(SECOND)
        line.transcriber.mark(2)
        assert await line.next() == Transcribed(2, "Hello there")


async def test_a_new_turn_forgets_the_one_before() -> None:
    async with connected() as line:
        line.recogniser.says("first", "second")
        line.transcriber.begin(SECOND)
        line.transcriber.mark(1)
        assert await line.next() == Transcribed(1, "first")
        line.transcriber.end()
        line.transcriber.begin(SECOND)
        line.transcriber.mark(2)
        assert await line.next() == Transcribed(2, "second")
        assert len(line.recogniser.connections) == 1


async def test_a_recogniser_that_never_answers_fails_and_is_called_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcriber, "ANSWER_LIMIT_S", 0.2)
    async with connected() as line:
        line.recogniser.delay_s = 60
        line.transcriber.begin(SECOND)
        line.transcriber.mark(1)
        failed = await line.next()
        assert isinstance(failed, TranscriberFailed)
        assert failed.message.startswith("no answer within")
        line.recogniser.delay_s = 0
        line.recogniser.says("", "again")
        line.transcriber.begin(SECOND)
        line.transcriber.mark(2)
        assert await line.next() == Transcribed(2, "again")
        assert len(line.recogniser.connections) == 2


async def test_what_follows_a_failure_in_the_same_turn_fails_at_once() -> None:
    async with connected() as line:
        line.recogniser.says("hello")
        line.transcriber.begin(SECOND)
        line.transcriber.mark(1)
        await line.next()
        await line.recogniser.hang_up()
        assert await line.next() == TranscriberFailed("it closed the connection")
        line.transcriber.hear(SECOND)
        line.transcriber.mark(2)
        assert await line.next() == TranscriberFailed("it failed earlier in this turn")


async def test_audio_nobody_takes_does_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcriber, "_BACKLOG_LIMIT", 3)
    async with connected() as line:
        line.transcriber.begin(SECOND)
        for _ in range(5):
            line.transcriber.hear(SECOND)
        assert await line.next() == TranscriberFailed("it does not keep up")
        assert line.told.empty()


async def test_a_connection_lost_between_turns_does_not_matter() -> None:
    async with connected() as line:
        line.recogniser.says("first", "second")
        line.transcriber.begin(SECOND)
        line.transcriber.mark(1)
        await line.next()
        line.transcriber.end()
        await line.recogniser.hang_up()
        line.transcriber.begin(SECOND)
        line.transcriber.mark(2)
        assert await line.next() == Transcribed(2, "second")
