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
    ],
)
def test_a_section_that_cannot_be_used_names_the_field(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(BadLaunchLine, match=named):
        parse_settings(section(**changes))
