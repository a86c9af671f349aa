"""Whole turns with a recogniser that streams: its words as they grow, and its own judgement of where a turn ends."""

from collections.abc import Iterator

import pytest
from conversation.stage import Ports, Stage, free_ports, section, speech
from fake_main import FakeMain
from fake_moshi_server import KEY, FakeMoshiServer
from serving.running import Running, Start

QUESTION = "What is the capital of France?"
SCRIPT = [(2 + 2 * index, word) for index, word in enumerate(QUESTION.split())]


@pytest.fixture(scope="module")
def known_ports() -> Ports:
    """Return the ports of this module's own process."""
    return free_ports()


@pytest.fixture(scope="module")
def process(start_shared_service: Start, known_ports: Ports) -> Running:
    """Return a conversation that has been told to go by the recogniser's judgement."""
    stt = {"url": f"ws://127.0.0.1:{known_ports.stt}/api/asr-streaming", "token": KEY}
    running = start_shared_service(["-m", "earshot.conversation"], section(known_ports, stt=stt, endOfTurn="semantic"))
    running.wait_until_ready()
    return running


@pytest.fixture
def moshi() -> Iterator[FakeMoshiServer]:
    """Return a recogniser that understands the question, whatever is said."""
    yield FakeMoshiServer(SCRIPT)


async def test_the_question_grows_while_it_is_asked(stage: Stage, moshi: FakeMoshiServer) -> None:
    async with (
        stage.engines("llm", "tts"),
        moshi.serving(stage.ports.stt),
        stage.main("realtime") as main,
        main.microphone(),
    ):
        await main.say_live(speech("question", 0.5))
        await main.until(lambda: main.closed_turns() == 1)

    words = [message["text"] for message in main.of("words")]
    assert len(words) >= 3
    assert words == [" ".join(QUESTION.split()[: index + 1]) for index in range(len(words))]
    assert main.order().index("words") < main.order().index("pause")
    assert [turn["transcript"] for turn in main.of("turn")] == [QUESTION]


async def test_a_turn_that_only_sounds_unfinished_is_over_at_once(stage: Stage, moshi: FakeMoshiServer) -> None:
    async with stage.engines("llm", "tts"), moshi.serving(stage.ports.stt), stage.main() as main:
        await main.say_all(speech("unfinished"))

    assert _silence_ms(main) < 1_000
    assert [turn["transcript"] for turn in main.of("turn")] == [QUESTION]


async def test_a_turn_that_only_sounds_finished_waits_for_more(stage: Stage, moshi: FakeMoshiServer) -> None:
    moshi.pause = lambda _silent_steps: 0.1
    async with stage.engines("llm", "tts"), moshi.serving(stage.ports.stt), stage.main() as main:
        await main.say_all(speech("question"))

    assert _silence_ms(main) == pytest.approx(3_000, abs=100)


async def test_a_breath_in_the_middle_does_not_split_the_question(stage: Stage, moshi: FakeMoshiServer) -> None:
    moshi.script = [*SCRIPT, (16, "And"), (20, "Rome?")]
    moshi.pause = lambda _silent_steps: 0.9 if len(moshi.sessions[0].markers) > 1 else 0.5
    async with stage.engines("llm", "tts"), moshi.serving(stage.ports.stt), stage.main() as main:
        await main.say_all(speech("unfinished", 1.0, "finish"))

    assert [turn["transcript"] for turn in main.of("turn")] == [f"{QUESTION} And Rome?"]
    assert [session.markers for session in moshi.sessions] == [[1, 2]]


async def test_a_question_cut_off_in_a_word_is_heard_again_and_understood_whole(
    stage: Stage, moshi: FakeMoshiServer
) -> None:
    moshi.cuts_in_word = "capital"
    async with stage.engines("llm", "tts"), moshi.serving(stage.ports.stt), stage.main() as main:
        await main.say_all(speech("question"))

    assert main.of("turn-failed") == []
    assert [turn["transcript"] for turn in main.of("turn")] == [QUESTION]
    assert [message["type"] for message in main.told if "engine" in message["type"]] == ["engine-lost", "engine-back"]
    # What was told of it grows, although the recogniser begins anew.
    words = [message["text"] for message in main.of("words")]
    assert words == sorted(set(words), key=len)


async def test_a_recogniser_that_says_nothing_of_pauses_leaves_them_to_smart_turn(stage: Stage) -> None:
    stage.recogniser.answer = lambda _utterance, marker: (QUESTION, QUESTION)[min(marker, 1)]
    async with stage.engines(), stage.main() as main:
        await main.say_all(speech("question"))
        assert _silence_ms(main) < 1_000
        await main.say_all(speech("unfinished"))

    assert main.of("turn")[-1]["latency"]["turnMs"] == pytest.approx(2_800, abs=40)
    assert stage.process.said().count("says nothing of pauses") == 1


def _silence_ms(main: FakeMain) -> float:
    """Return how much silence the first turn took to end."""
    heard_ms = max(int(message["ms"]) for message in main.of("heard"))
    return heard_ms - float(main.of("turn")[0]["speechEndMs"])
