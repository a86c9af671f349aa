"""Errors as every client of OpenAI's API knows them: {"error": {"message", "type", "code"}}."""

import json
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Scope, Send


class ApiError(Exception):
    """A refusal with a code a program can act on. Raise it from any route."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def error_document(status: int, code: str, message: str) -> dict[str, object]:
    """Build the body of an error answer."""
    kind = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    return {"error": {"message": message, "type": kind, "code": code}}


def add_error_handlers(app: FastAPI) -> None:
    """Answer every failure of a route in OpenAI's shape."""
    app.add_exception_handler(ApiError, _on_api_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_bad_request)
    app.add_exception_handler(Exception, _on_unexpected)


async def refuse(scope: Scope, send: Send, status: int, code: str, message: str) -> None:
    """Answer a request, or a WebSocket handshake not yet accepted, from outside of FastAPI."""
    body = json.dumps(error_document(status, code, message)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if scope["type"] == "websocket":
        prefix = "websocket.http.response"
    else:
        prefix = "http.response"
        # What is left of the request's body is not read, so the connection cannot be used again.
        headers.append((b"connection", b"close"))
    await send({"type": f"{prefix}.start", "status": status, "headers": headers})
    await send({"type": f"{prefix}.body", "body": body})


async def _on_api_error(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, ApiError)
    return _answer(fault.status, fault.code, fault.message)


async def _on_http_exception(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    code = HTTPStatus(fault.status_code).phrase.lower().replace(" ", "-")
    return _answer(fault.status_code, code, str(fault.detail))


async def _on_bad_request(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    problems = (f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in fault.errors())
    return _answer(HTTPStatus.BAD_REQUEST, "bad-request", "; ".join(problems))


async def _on_unexpected(_request: Request, fault: Exception) -> Response:
    # Starlette raises it again once the answer is sent, and uvicorn writes the traceback.
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", f"{type(fault).__name__}: {fault}")


def _answer(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse(error_document(status, code, message), status_code=status)
