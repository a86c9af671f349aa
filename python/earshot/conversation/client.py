"""The HTTP clients for the language model and the voice."""

from dataclasses import dataclass
from typing import Self

import anyio
from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout

from earshot.conversation.settings import Settings

_CONNECT_S = 3.0
_SILENCE_S = 60.0
"""Longest wait between two bytes of an answer; a long prompt on a slow machine takes half a minute to be read."""


@dataclass(frozen=True, slots=True)
class Clients:
    """One client for each server, shared by all conversations of the process: opening one takes 30 ms."""

    language_model: AsyncOpenAI
    voice: AsyncOpenAI

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open both without connecting yet."""
        llm, tts = settings.language_model, settings.text_to_speech
        opened = cls(language_model=_open(llm.url, llm.token), voice=_open(tts.url, tts.token))
        _import_lazy_parts(opened)
        return opened

    async def close(self) -> None:
        """Close what is still connected."""
        await self.language_model.close()
        await self.voice.close()


def _import_lazy_parts(clients: Clients) -> None:
    """Have everything imported that is not before its first use: the first turn would be 0.2 s slower for it."""
    assert clients.language_model.chat.completions
    assert clients.voice.audio.speech.with_streaming_response
    assert hasattr(anyio, "connect_tcp")
    anyio.run(anyio.sleep, 0)


def _open(url: str, token: str) -> AsyncOpenAI:
    """Open a client for OpenAI's API at `url` that fails at once instead of trying again: the person is waiting.

    Args:
        url: up to and including `/v1`.
        token: bearer token; may be empty, and is then sent as a word no server minds, since the client insists on one.
    """
    timeout = Timeout(_SILENCE_S, connect=_CONNECT_S)
    return AsyncOpenAI(
        base_url=url,
        api_key=token or "none",
        max_retries=0,
        timeout=timeout,
        # A proxy from the environment has no business between us and an address we were given.
        http_client=DefaultAsyncHttpxClient(trust_env=False, timeout=timeout),
    )
