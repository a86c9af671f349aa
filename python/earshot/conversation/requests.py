"""What main asks for beside sending audio, over RTVI."""

from collections.abc import Callable, Mapping

from pipecat.processors.frameworks.rtvi import RTVIProcessor
from pipecat.processors.frameworks.rtvi.models import ClientMessage, RawClientMessageData, SendTextData, SendTextOptions

from earshot.conversation.history import parse_history
from earshot.conversation.listening import Listening
from earshot.conversation.messages import EngineRole
from earshot.conversation.questions import parse_carry_on, parse_service
from earshot.conversation.turn_events import Question


class Requests(RTVIProcessor):
    """pipecat's RTVI, but for typed questions and messages of ours: they reach `Listening` in the order they came.

    pipecat would answer a typed question outside any turn, and would tell of messages in tasks of their own.

    Args:
        listening: who decides whose turn it is.
        give_up: what ends the wait for an engine.
    """

    def __init__(self, listening: Listening, give_up: Mapping[EngineRole, Callable[[], None]]) -> None:
        super().__init__()
        self._listening = listening
        self._give_up = give_up

    async def _handle_send_text(self, data: SendTextData, message_id: str, user_id: str | None = None) -> None:
        """Have a typed question answered."""
        text = data.content.strip()
        if not text:
            await self._send_error_response(message_id, "the question is empty")
        elif data.options is not None and data.options != SendTextOptions():
            await self._send_error_response(message_id, "a question is always answered, at once and aloud")
        else:
            self._listening.ask(Question(text))

    async def _handle_client_message(self, msg_id: str, data: RawClientMessageData) -> None:
        """Take a message of ours; what it asks for happens in order, and possibly after the response."""
        message = ClientMessage(msg_id=msg_id, type=data.t, data=data.d)
        try:
            self._take(message)
        except ValueError as fault:
            await self.send_error_response(message, str(fault))
        else:
            await self.send_server_response(message, {})

    def _take(self, message: ClientMessage) -> None:
        match message.type:
            case "stop-speaking":
                self._listening.stop_speaking()
            case "history":
                self._listening.remember(parse_history(message.data))
            case "carry-on":
                self._listening.ask(parse_carry_on(message.data))
            case "give-up":
                # At once, and not in order: what stands before it may be waiting for this engine.
                self._give_up[parse_service(message.data)]()
            case _:
                raise ValueError(f"unknown message: {message.type}")
