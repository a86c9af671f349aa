"""The conversation's section of the launch line."""

from typing import Any

import pytest
from conversation.stage import section
from earshot.conversation.settings import parse_settings
from earshot.serving import BadLaunchLine


def test_a_complete_section() -> None:
    settings = parse_settings(section())
    assert settings.speech_to_text.url.startswith("ws://127.0.0.1:")
    assert settings.language_model.extra_body == {"reasoning_effort": "none"}
    assert (settings.language_model.context_tokens, settings.language_model.max_reply_tokens) == (400, 100)
    assert settings.text_to_speech.voice == "any"


def test_who_judges_a_pause_and_what_flushes_the_recogniser_need_not_be_said() -> None:
    settings = parse_settings(section())
    assert (settings.end_of_turn, settings.speech_to_text.flush) == ("smart-turn", "marker")
    foreign = {"url": "ws://127.0.0.1:1/", "token": "", "flush": "silence"}
    settings = parse_settings(section(stt=foreign, endOfTurn="semantic"))
    assert (settings.end_of_turn, settings.speech_to_text.flush) == ("semantic", "silence")


def test_how_long_a_turn_waits_for_each_engine() -> None:
    llm = {**section()["llm"], "patienceS": 0.5}
    tts = {name: value for name, value in section()["tts"].items() if name != "patienceS"}
    settings = parse_settings(section(patience_s=12, llm=llm, tts=tts))
    assert settings.speech_to_text.patience_s == 12.0
    assert settings.language_model.patience_s == 0.5
    assert settings.text_to_speech.patience_s == 90.0


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"stt": None}, "stt"),
        ({"stt": {"url": "http://127.0.0.1:1/", "token": ""}}, "ws://"),
        ({"llm": {"url": "ftp://elsewhere", "token": ""}}, "http://"),
        ({"tts": {"url": "http://127.0.0.1:1/v1", "token": "", "model": "m"}}, "voice"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"maxReplyTokens": 0}, "maxReplyTokens"),
        ({"vadModel": 3}, "vadModel"),
        ({"endOfTurn": "guess"}, "endOfTurn"),
        ({"stt": {"url": "ws://127.0.0.1:1/", "token": "", "flush": "always"}}, "flush"),
        ({"stt": {"url": "ws://127.0.0.1:1/", "token": "", "patienceS": -1}}, "patienceS"),
        ({"stt": {"url": "ws://127.0.0.1:1/", "token": "", "patienceS": "long"}}, "patienceS"),
    ],
)
def test_a_section_that_cannot_be_used_names_the_field(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(BadLaunchLine, match=named):
        parse_settings(section(**changes))
