"""The HTTP client for the language model and the voice."""

from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout

_CONNECT_S = 3.0
_SILENCE_S = 60.0
"""Longest wait between two bytes of an answer; a long prompt on a slow machine takes half a minute to be read."""


def open_client(url: str, token: str) -> AsyncOpenAI:
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
