"""What main asks for beside sending audio, over RTVI."""

from pipecat.processors.frameworks.rtvi import RTVIProcessor
from pipecat.processors.frameworks.rtvi.models import ClientMessage, RawClientMessageData, SendTextData, SendTextOptions

from earshot.conversation.history import parse_history
from earshot.conversation.listening import Listening


class Requests(RTVIProcessor):
    """pipecat's RTVI, but for typed questions and messages of ours: they reach `Listening` in the order they came.

    pipecat would answer a typed question outside any turn, and would tell of messages in tasks of their own.
    """

    def __init__(self, listening: Listening) -> None:
        super().__init__()
        self._listening = listening

    async def _handle_send_text(self, data: SendTextData, message_id: str, user_id: str | None = None) -> None:
        """Have a typed question answered."""
        text = data.content.strip()
        if not text:
            await self._send_error_response(message_id, "the question is empty")
        elif data.options is not None and data.options != SendTextOptions():
            await self._send_error_response(message_id, "a question is always answered, at once and aloud")
        else:
            self._listening.ask(text)

    async def _handle_client_message(self, msg_id: str, data: RawClientMessageData) -> None:
        """Take a message of ours; what it asks for happens in order, and possibly after the response."""
        message = ClientMessage(msg_id=msg_id, type=data.t, data=data.d)
        match message.type:
            case "stop-speaking":
                self._listening.stop_speaking()
            case "history":
                try:
                    self._listening.remember(parse_history(message.data))
                except ValueError as fault:
                    await self.send_error_response(message, str(fault))
                    return
            case _:
                await self.send_error_response(message, f"unknown message: {message.type}")
                return
        await self.send_server_response(message, {})
