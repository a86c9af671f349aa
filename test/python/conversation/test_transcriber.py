"""The recogniser at hand: answers, and every way it can fail to give one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from conversation.stage import free_ports
from earshot.conversation import recogniser, transcriber
from earshot.conversation.settings import Flush, SpeechToText
from earshot.conversation.transcriber import RecogniserBack, RecogniserLost, Told, Transcriber
from earshot.conversation.turn_events import Transcribed, TranscriberFailed
from fake_recogniser import FakeRecogniser

SECOND = bytes(2 * 16_000)
PATIENCE_S = 5.0


@dataclass(slots=True)
class Line:
    """A transcriber, what it talks to and what it tells."""

    recogniser: FakeRecogniser
    transcriber: Transcriber
    told: asyncio.Queue[Told]

    async def back(self) -> None:
        """Wait through one outage."""
        assert await self.next() == RecogniserLost()
        assert isinstance(await self.next(), RecogniserBack)

    async def next(self) -> Told:
        async with asyncio.timeout(10):
            return await self.told.get()


@asynccontextmanager
async def connected(flush: Flush = "marker", patience_s: float = PATIENCE_S) -> AsyncIterator[Line]:
    """Serve a fake recogniser to a transcriber."""
    recogniser, port = FakeRecogniser(), free_ports().stt
    told: asyncio.Queue[Told] = asyncio.Queue()
    settings = SpeechToText(f"ws://127.0.0.1:{port}/", "t", flush, patience_s)
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


async def test_a_recogniser_that_never_answers_is_called_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcriber, "ANSWER_LIMIT_S", 0.2)
    monkeypatch.setattr(transcriber, "_SLOWEST_REAL_TIME_FACTOR", 0)
    async with connected() as line:
        line.recogniser.delay_s = 60
        line.transcriber.begin(SECOND)
        sense = line.transcriber.mark(1)
        await line.back()
        await line.back()
        failed = await line.next()
        assert isinstance(failed, TranscriberFailed)
        assert failed.message.startswith("no answer within")
        assert sense.cancelled()
        line.recogniser.delay_s = 0
        line.recogniser.answer = lambda _utterance, _marker: "again"
        line.transcriber.begin(SECOND)
        line.transcriber.mark(2)
        assert await line.next() == Transcribed(2, "again")
        assert len(line.recogniser.connections) == 4


async def test_a_recogniser_that_answers_the_second_time_has_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcriber, "ANSWER_LIMIT_S", 0.3)
    monkeypatch.setattr(transcriber, "_SLOWEST_REAL_TIME_FACTOR", 0)
    async with connected() as line:
        line.recogniser.delay_s = 60
        line.recogniser.answer = lambda _utterance, _marker: "hello"
        line.transcriber.begin(SECOND)
        sense = line.transcriber.mark(1)
        assert await line.next() == RecogniserLost()
        line.recogniser.delay_s = 0
        assert isinstance(await line.next(), RecogniserBack)
        assert await line.next() == Transcribed(1, "hello")
        assert await sense is None


async def test_a_connection_that_is_never_accepted_costs_little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recogniser, "_OPEN_TIMEOUT_S", 0.3)
    over = asyncio.Event()

    async def say_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    deaf = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = deaf.sockets[0].getsockname()[1]
    told: asyncio.Queue[Told] = asyncio.Queue()
    waiting = Transcriber(SpeechToText(f"ws://127.0.0.1:{port}/", "t", patience_s=PATIENCE_S), told.put_nowait)
    waiting.begin(SECOND)
    waiting.mark(1)
    assert await asyncio.wait_for(told.get(), 2) == RecogniserLost()
    deaf.close()
    over.set()
    hearing = FakeRecogniser(answer=lambda _utterance, _marker: "hello")
    async with hearing.serving(port):
        assert isinstance(await asyncio.wait_for(told.get(), 3), RecogniserBack)
        assert await told.get() == Transcribed(1, "hello")
        await waiting.close()


async def test_what_is_heard_meanwhile_is_heard_by_the_next_recogniser() -> None:
    async with connected() as line:
        line.recogniser.answer = lambda _utterance, _marker: "hello there"
        line.recogniser.life.dies_at = [("sample", 20_000)]
        line.transcriber.begin(SECOND)
        assert await line.next() == RecogniserLost()
        for _ in range(3):
            line.transcriber.hear(SECOND)
        line.transcriber.mark(1)
        assert isinstance(await line.next(), RecogniserBack)
        assert await line.next() == Transcribed(1, "hello there")
        assert len(line.recogniser.utterances[-1].samples) == pytest.approx(4 * 24_000, abs=1_000)


async def test_patience_ends() -> None:
    async with connected(patience_s=0.8) as line:
        line.recogniser.life.dies_at = [("sample", 20_000)]
        line.recogniser.life.gone_s = None
        line.transcriber.begin(SECOND)
        assert await line.next() == RecogniserLost()
        failed = await line.next()
        assert isinstance(failed, TranscriberFailed)
        assert "cannot be reached" in failed.message


async def test_a_recogniser_that_is_given_up_fails_the_turn_at_once_and_only_this_one() -> None:
    async with connected() as line:
        line.recogniser.answer = lambda _utterance, _marker: "again"
        line.recogniser.life.dies_at = [("sample", 20_000)]
        line.recogniser.life.gone_s = 0.6
        line.transcriber.begin(SECOND)
        assert await line.next() == RecogniserLost()
        line.transcriber.give_up()
        async with asyncio.timeout(0.3):
            assert isinstance(await line.next(), TranscriberFailed)
        line.transcriber.begin(SECOND)
        line.transcriber.mark(2)
        await line.back()
        assert await line.next() == Transcribed(2, "again")


async def test_a_turn_that_ends_waits_for_nobody() -> None:
    async with connected() as line:
        line.recogniser.life.dies_at = [("sample", 20_000)]
        line.transcriber.begin(SECOND)
        assert await line.next() == RecogniserLost()
        line.transcriber.end()
        await asyncio.sleep(1)
        assert line.told.empty()
        assert len(line.recogniser.connections) == 1


async def test_what_follows_the_end_of_patience_in_the_same_turn_fails_at_once() -> None:
    async with connected(patience_s=0) as line:
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
    monkeypatch.setattr(transcriber, "_BACKLOG_LIMIT_BYTES", 3 * len(SECOND))
    async with connected(patience_s=0) as line:
        line.transcriber.begin(SECOND)
        await asyncio.sleep(0.3)
        for _ in range(4):
            line.transcriber.hear(SECOND)
        assert await line.next() == TranscriberFailed("it does not keep up")
        assert line.told.empty()


async def test_what_is_heard_again_is_no_backlog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcriber, "_BACKLOG_LIMIT_BYTES", 3 * len(SECOND))
    async with connected() as line:
        line.recogniser.life.dies_at = [("sample", 20_000)]
        line.transcriber.begin(SECOND)
        assert await line.next() == RecogniserLost()
        for _ in range(10):
            line.transcriber.hear(SECOND)
        assert isinstance(await line.next(), RecogniserBack)
        line.transcriber.hear(SECOND)
        await asyncio.sleep(0.2)
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
