"""The conversation's section of the launch line, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from earshot.serving.launch import BadLaunchLine, read_optional_text, read_positive, read_section, read_text

Flush = Literal["marker", "silence"]
"""What makes a recogniser write its last words: being asked, or silence that it is sent after that as well."""

EndOfTurn = Literal["smart-turn", "semantic"]
"""Who judges a pause: Smart Turn by its sound, or the recogniser by what it understands."""

PATIENCE_S = 90.0
"""How long a turn waits for an engine where nothing is said: the coldest load of the largest model, and a little."""


@dataclass(frozen=True, slots=True)
class SpeechToText:
    """A recogniser that speaks moshi-server's protocol.

    Attributes:
        flush: "silence" for a server of somebody else's. For ours "marker" will do: one that shows by what it sends
            that it recognises step by step is sent silence all the same.
        patience_s: how long a turn waits for it.
    """

    url: str
    token: str
    flush: Flush = "marker"
    patience_s: float = PATIENCE_S


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A server with OpenAI's chat completions.

    Attributes:
        token: empty for a server without authentication.
        extra_body: fields merged into every request, `{"reasoning_effort": "none"}` for instance.
        context_tokens: how many tokens of conversation and reply fit.
        max_reply_tokens: where a reply is cut off.
        patience_s: how long a turn waits for it.
    """

    url: str
    token: str
    model: str
    extra_body: Mapping[str, object]
    context_tokens: int
    max_reply_tokens: int
    temperature: float
    system_prompt: str
    patience_s: float = PATIENCE_S


@dataclass(frozen=True, slots=True)
class TextToSpeech:
    """A server with OpenAI's speech route; `voice` is any name it knows, `patience_s` how long a turn waits for it."""

    url: str
    token: str
    model: str
    voice: str
    patience_s: float = PATIENCE_S


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the conversation is told at its start."""

    speech_to_text: SpeechToText
    language_model: LanguageModel
    text_to_speech: TextToSpeech
    vad_model: Path
    turn_model: Path
    end_of_turn: EndOfTurn


def parse_settings(section: Mapping[str, object]) -> Settings:
    """Check the `service` section.

    Raises:
        BadLaunchLine: a field is missing, of the wrong kind, or an address is not one.
    """
    stt = read_section(section, "stt")
    llm = read_section(section, "llm")
    tts = read_section(section, "tts")
    return Settings(
        speech_to_text=SpeechToText(
            url=_read_url(stt, "ws"),
            token=read_text(stt, "token"),
            flush=_read_flush(stt),
            patience_s=_read_patience(stt),
        ),
        language_model=LanguageModel(
            url=_read_url(llm, "http"),
            token=read_text(llm, "token"),
            model=read_text(llm, "model"),
            extra_body=read_section(llm, "extraBody"),
            context_tokens=read_positive(llm, "contextTokens"),
            max_reply_tokens=read_positive(section, "maxReplyTokens"),
            temperature=_read_number(section, "temperature"),
            system_prompt=read_text(section, "systemPrompt"),
            patience_s=_read_patience(llm),
        ),
        text_to_speech=TextToSpeech(
            url=_read_url(tts, "http"),
            token=read_text(tts, "token"),
            model=read_text(tts, "model"),
            voice=read_text(tts, "voice"),
            patience_s=_read_patience(tts),
        ),
        vad_model=Path(read_text(section, "vadModel")),
        turn_model=Path(read_text(section, "turnModel")),
        end_of_turn=_read_end_of_turn(section),
    )


def _read_url(section: Mapping[str, object], scheme: str) -> str:
    url = read_text(section, "url")
    if not url.startswith((f"{scheme}://", f"{scheme}s://")):
        raise BadLaunchLine(f'"url" is not a {scheme}:// address: {url}')
    return url


def _read_number(section: Mapping[str, object], name: str) -> float:
    value = section.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise BadLaunchLine(f'"{name}" is missing or not a number')
    return float(value)


def _read_patience(section: Mapping[str, object]) -> float:
    patience_s = PATIENCE_S if section.get("patienceS") is None else _read_number(section, "patienceS")
    if patience_s < 0:
        raise BadLaunchLine(f'"patienceS" is {patience_s:g}, less than nothing')
    return patience_s


def _read_flush(section: Mapping[str, object]) -> Flush:
    match read_optional_text(section, "flush"):
        case None | "marker":
            return "marker"
        case "silence":
            return "silence"
        case other:
            raise BadLaunchLine(f'"flush" is "{other}", neither "marker" nor "silence"')


def _read_end_of_turn(section: Mapping[str, object]) -> EndOfTurn:
    match read_optional_text(section, "endOfTurn"):
        case None | "smart-turn":
            return "smart-turn"
        case "semantic":
            return "semantic"
        case other:
            raise BadLaunchLine(f'"endOfTurn" is "{other}", neither "smart-turn" nor "semantic"')
