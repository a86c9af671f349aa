"""What went wrong with an engine, in words main can pass on."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Literal

import httpx2
import openai
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

FaultKind = Literal["refused", "absent", "failed"]
"""What a fault says of its engine: it will never do this, it is not there (yet), or it failed at it."""

_LONGEST_QUOTE = 200


def kind_of(fault: BaseException) -> FaultKind:
    """Tell whether to ask again: a request that was refused will be refused again."""
    match fault:
        case openai.APIStatusError():
            return _kind_of_status(fault.status_code)
        case InvalidStatus():
            return _kind_of_status(fault.response.status_code)
        case InvalidHandshake() | TimeoutError() | OSError():
            return "absent"
        case _:
            was_reached = not any(isinstance(cause, _NOT_REACHED) for cause in _causes(fault))
            return "failed" if was_reached else "absent"


_NOT_REACHED = (httpx2.ConnectError, httpx2.ConnectTimeout)


def _kind_of_status(status: int) -> FaultKind:
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return "absent"
    return "failed" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "refused"


def describe_fault(fault: BaseException) -> str:
    """Put a failed request or connection into one short line, without what the person said."""
    match fault:
        case openai.APIStatusError():
            reason = f"it answered {fault.status_code}: {_server_words(fault)}"
        case InvalidStatus():
            reason = f"it answered {fault.response.status_code} to the handshake"
        case openai.APITimeoutError() | httpx2.TimeoutException() | TimeoutError():
            reason = "it did not answer in time"
        case ConnectionClosed():
            reason = "it closed the connection"
        case openai.APIConnectionError() | httpx2.TransportError() | OSError():
            reason = _describe_connection(fault)
        case _:
            reason = _quote(str(fault)) or type(fault).__name__
    return reason


def _describe_connection(fault: BaseException) -> str:
    """Tell a server that is not there from one that went away while it answered."""
    causes = list(_causes(fault))
    # openai wraps both kinds in the same exception; websockets raises the plain OSError of the connection attempt.
    if any(isinstance(cause, httpx2.ConnectError) for cause in causes) or isinstance(fault, OSError):
        return f"it cannot be reached ({_quote(str(causes[-1])) or type(causes[-1]).__name__})"
    return "it closed the connection"


def _causes(fault: BaseException | None) -> Iterator[BaseException]:
    while fault is not None:
        yield fault
        fault = fault.__cause__ or fault.__context__


def _server_words(fault: openai.APIStatusError) -> str:
    match fault.body:
        case {"message": str(message)}:
            return _quote(message)
        case _:
            return _quote(fault.message)


def _quote(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUOTE else f"{line[:_LONGEST_QUOTE]}…"
