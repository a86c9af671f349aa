"""A recogniser that streams, as a real moshi-server does: words as they are said, silence to get the last ones out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import numpy as np
import pytest
from conversation.stage import free_ports
from earshot.conversation import transcriber as transcribing
from earshot.conversation.pause_sense import PauseSense
from earshot.conversation.settings import Flush, SpeechToText
from earshot.conversation.transcriber import RecogniserBack, RecogniserLost, Told, Transcriber
from earshot.conversation.turn_events import Transcribed, TranscriberFailed, Understood
from fake_moshi_server import KEY, FakeMoshiServer

WINDOW_S = 0.032
_LOOK_ELSEWHERE_S = 0.01


@dataclass(slots=True)
class Line:
    """A transcriber, what it talks to and what it tells."""

    server: FakeMoshiServer
    transcriber: Transcriber
    told: list[Told]
    changed: asyncio.Event

    def say(self, seconds: float) -> None:
        """Have something audible heard, in windows as the microphone's."""
        for _ in range(round(seconds / WINDOW_S)):
            self.transcriber.hear(tone())

    async def until(self, kind: type[Told]) -> Told:
        """Return the first of a kind that is told from now on or has been and was not returned yet."""
        await self.happens(lambda: any(isinstance(each, kind) for each in self.told))
        found = next(each for each in self.told if isinstance(each, kind))
        self.told.remove(found)
        return found

    async def happens(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not happened():
                self.changed.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.changed.wait(), _LOOK_ELSEWHERE_S)


def tone(seconds: float = WINDOW_S) -> bytes:
    """Make something that can be heard from its first sample to its last: s16le, 16 kHz."""
    return np.full(round(seconds * 16_000), 8_000, "<i2").tobytes()


@asynccontextmanager
async def connected(server: FakeMoshiServer, *, flush: Flush = "marker", key: str = KEY) -> AsyncIterator[Line]:
    """Serve a stand-in for moshi-server to a transcriber."""
    port, changed = free_ports().stt, asyncio.Event()
    told: list[Told] = []

    def tell(what: Told) -> None:
        told.append(what)
        changed.set()

    transcriber = Transcriber(SpeechToText(f"ws://127.0.0.1:{port}/", key, flush, patience_s=10), tell)
    line = Line(server, transcriber, told, changed)
    async with server.serving(port):
        yield line
        await line.transcriber.close()


SCRIPT = [(3, "what"), (6, "time"), (8, "is"), (11, "it")]


async def test_words_are_told_while_they_are_said() -> None:
    async with connected(FakeMoshiServer(SCRIPT)) as line:
        line.transcriber.begin(tone(0.7))
        line.say(2.0)
        await line.happens(lambda: Understood(1, "what time is it") in line.told)
        assert line.told == [Understood(1, text) for text in ("what", "what time", "what time is", "what time is it")]


@pytest.mark.parametrize("flush", ["marker", "silence"])
async def test_a_marker_brings_the_last_word_although_no_more_audio_comes(flush: Flush) -> None:
    async with connected(FakeMoshiServer(SCRIPT), flush=flush) as line:
        line.transcriber.begin(tone(0.96))
        line.transcriber.mark(1)
        assert await line.until(Transcribed) == Transcribed(1, "what time is it")


async def test_the_last_step_before_a_marker_is_completed_so_that_its_word_is_not_too_late() -> None:
    async with connected(FakeMoshiServer([*SCRIPT, (12, "now")]), flush="silence") as line:
        line.transcriber.begin(tone(0.96))
        line.transcriber.mark(1)
        assert await line.until(Transcribed) == Transcribed(1, "what time is it now")


async def test_a_model_that_writes_late_and_tells_no_steps_is_waited_for() -> None:
    async with connected(FakeMoshiServer(SCRIPT, delay_steps=32, tells_steps=False), flush="silence") as line:
        line.transcriber.begin(tone(0.96))
        line.transcriber.mark(1)
        assert await line.until(Transcribed) == Transcribed(1, "what time is it")
        # It wants a second of silence ahead of the first word.
        assert not any(line.server.sessions[0].samples[:24_000])


async def test_a_model_that_writes_late_shows_itself_by_a_word_nobody_asked_for() -> None:
    async with connected(FakeMoshiServer([(1, "well"), *SCRIPT], delay_steps=32, tells_steps=False)) as line:
        line.transcriber.begin(tone(3.2))
        await line.until(Understood)
        line.say(0.5)
        line.transcriber.mark(1)
        assert await line.until(Transcribed) == Transcribed(1, "well what time is it")


async def test_a_turn_that_goes_on_keeps_every_word_once_and_no_silence_falls_into_its_speech() -> None:
    server = FakeMoshiServer([*SCRIPT, (15, "in"), (18, "Rome")], step_s=0.002)
    async with connected(server) as line:
        line.transcriber.begin(tone(0.96))
        await line.happens(lambda: bool(server.sessions) and server.sessions[0].steps > 0)
        line.transcriber.mark(1)
        # Speech goes on before the marker is back: it waits for that, and is then heard in one piece.
        line.say(0.64)
        line.transcriber.mark(2)
        assert await line.until(Transcribed) == Transcribed(1, "what time is it")
        assert await line.until(Transcribed) == Transcribed(2, "what time is it in Rome")
        assert server.sessions[0].order == ["audio", 1, "silence", "audio", 2, "silence"]


async def test_two_words_that_start_together_are_both_kept() -> None:
    async with connected(FakeMoshiServer([(3, "what"), (3, "time"), (12, "is"), (12, "it")])) as line:
        line.transcriber.begin(tone(0.48))
        line.transcriber.mark(1)
        assert await line.until(Transcribed) == Transcribed(1, "what time")
        line.say(0.96)
        line.transcriber.mark(2)
        assert await line.until(Transcribed) == Transcribed(2, "what time is it")


async def test_each_turn_has_its_own_connection_and_none_is_kept_between_turns() -> None:
    server = FakeMoshiServer(SCRIPT)
    async with connected(server) as line:
        for turn in (1, 2, 3):
            line.transcriber.begin(tone(0.96))
            line.transcriber.mark(turn)
            assert await line.until(Transcribed) == Transcribed(turn, "what time is it")
            line.transcriber.end()
            await line.happens(lambda: all(session.has_ended for session in server.sessions))
        assert [session.markers for session in server.sessions] == [[1], [2], [3]]


async def test_words_of_a_turn_that_was_given_up_are_not_told_in_the_next() -> None:
    server = FakeMoshiServer(SCRIPT, step_s=0.01)
    async with connected(server) as line:
        line.transcriber.begin(tone(0.96))
        await line.until(Understood)
        line.transcriber.end()
        line.transcriber.begin(tone(0.96))
        line.told.clear()
        line.transcriber.mark(2)
        assert await line.until(Transcribed) == Transcribed(2, "what time is it")
        assert {each.turn for each in line.told if isinstance(each, Understood)} <= {2}


async def test_the_recogniser_senses_whether_a_pause_is_the_end() -> None:
    server = FakeMoshiServer(SCRIPT)
    async with connected(server) as line:
        line.transcriber.begin(tone(0.96))
        server.pause = lambda _silent_steps: 0.75
        assert await line.transcriber.mark(1) == PauseSense(True, 0.75)
        server.pause = lambda _silent_steps: 0.25
        line.say(0.5)
        assert await line.transcriber.mark(2) == PauseSense(False, 0.25)


async def test_a_recogniser_without_a_sense_for_pauses_says_so() -> None:
    async with connected(FakeMoshiServer(SCRIPT, tells_steps=False), flush="silence") as line:
        line.transcriber.begin(tone(0.96))
        assert await line.transcriber.mark(1) is None


async def test_a_slow_recogniser_is_not_buried_in_silence() -> None:
    server = FakeMoshiServer(SCRIPT, step_s=0.05)
    async with connected(server) as line:
        line.transcriber.begin(tone(0.96))
        await line.happens(lambda: bool(server.sessions) and server.sessions[0].steps > 0)
        line.transcriber.mark(1)
        assert await line.until(Transcribed) == Transcribed(1, "what time is it")
        [session] = server.sessions
        assert (len(session.samples) - session.taken) / 1_920 <= 4


async def test_a_wrong_key_is_told_as_such() -> None:
    async with connected(FakeMoshiServer(SCRIPT), key="another") as line:
        line.transcriber.begin(tone())
        assert await line.until(TranscriberFailed) == TranscriberFailed("it answered 401 to the handshake")
        assert line.server.refused == 1


async def test_a_server_with_no_place_left_is_quoted() -> None:
    async with connected(FakeMoshiServer(SCRIPT, error="no free channels")) as line:
        line.transcriber.begin(tone())
        assert await line.until(TranscriberFailed) == TranscriberFailed("no free channels")


@pytest.mark.parametrize("garbage", [b"\xc1", b"\x93\x01\x02\x03", b"\x81\xa4type\xa4Word", b"", "text"])
async def test_after_garbage_the_turn_is_heard_again_at_once(garbage: bytes | str) -> None:
    async with connected(FakeMoshiServer(SCRIPT, garbage=garbage)) as line:
        line.transcriber.begin(tone(0.96))
        line.transcriber.mark(1)
        await line.until(RecogniserLost)
        assert await line.until(Transcribed) == Transcribed(1, "what time is it")
        assert await line.until(RecogniserBack)
        assert len(line.server.sessions) == 2


async def test_messages_nobody_knows_yet_do_not_matter() -> None:
    async with connected(FakeMoshiServer(SCRIPT, garbage=b"\x81\xa4type\xa5Later")) as line:
        line.transcriber.begin(tone(0.96))
        line.transcriber.mark(1)
        assert await line.until(Transcribed) == Transcribed(1, "what time is it")


async def test_a_turn_cut_off_in_the_middle_of_a_word_is_heard_again_and_its_words_never_go_back() -> None:
    server = FakeMoshiServer([*SCRIPT, (15, "in"), (18, "Rome")], cuts_in_word="time")
    async with connected(server) as line:
        line.transcriber.begin(tone(0.96))
        line.say(0.96)
        await line.until(RecogniserBack)
        line.transcriber.mark(1)
        assert await line.until(Transcribed) == Transcribed(1, "what time is it in Rome")
        told = [each.text for each in line.told if isinstance(each, Understood)]
        assert told == sorted(set(told), key=len)


async def test_a_marker_that_never_comes_back_ends_the_silence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcribing, "ANSWER_LIMIT_S", 0.2)
    monkeypatch.setattr(transcribing, "_SLOWEST_REAL_TIME_FACTOR", 0)
    server = FakeMoshiServer(SCRIPT, delay_steps=10_000, step_s=0.01)
    async with connected(server) as line:
        line.transcriber.begin(tone(0.96))
        sense = line.transcriber.mark(1)
        failed = await line.until(TranscriberFailed)
        assert isinstance(failed, TranscriberFailed)
        assert failed.message.startswith("no answer within")
        assert sense.cancelled()
        await line.happens(lambda: len(server.sessions) == 3 and all(each.has_ended for each in server.sessions))
