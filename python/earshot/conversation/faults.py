"""What went wrong with an engine, in words main can pass on."""

import httpx2
import openai
from websockets.exceptions import ConnectionClosed, InvalidStatus

_LONGEST_QUOTE = 200


def describe_fault(fault: BaseException) -> str:
    """Put a failed request or connection into one short line, without what the person said."""
    match fault:
        case openai.APIStatusError():
            reason = f"it answered {fault.status_code}: {_quote(fault.message)}"
        case InvalidStatus():
            reason = f"it answered {fault.response.status_code} to the handshake"
        case openai.APITimeoutError() | httpx2.TimeoutException() | TimeoutError():
            reason = "it did not answer in time"
        case openai.APIConnectionError() | httpx2.ConnectError() | OSError():
            reason = f"it cannot be reached ({_cause(fault)})"
        case ConnectionClosed() | httpx2.TransportError():
            reason = "it closed the connection"
        case _:
            reason = _quote(str(fault)) or type(fault).__name__
    return reason


def _cause(fault: BaseException) -> str:
    deepest = fault
    while (cause := deepest.__cause__ or deepest.__context__) is not None:
        deepest = cause
    return _quote(str(deepest)) or type(deepest).__name__


def _quote(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUOTE else f"{line[:_LONGEST_QUOTE]}…"
