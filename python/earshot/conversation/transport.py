"""pipecat's WebSocket transport, with an ear on what it hands over and, for files, without its pace."""

from typing import Literal

from fastapi import WebSocket
from pipecat.frames.frames import OutputAudioRawFrame, OutputTransportMessageUrgentFrame
from pipecat.processors.frameworks.rtvi.models import ServerMessage
from pipecat.serializers.protobuf import ProtobufFrameSerializer
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketClient,
    FastAPIWebsocketOutputTransport,
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)

from earshot.conversation.audio import HEARD_RATE_HZ, SPOKEN_RATE_HZ
from earshot.conversation.turns import Turns

Pace = Literal["realtime", "lockstep"]
"""`lockstep`: main sends the next audio when the last is handled, and the reply comes as fast as it is made."""


class Output(FastAPIWebsocketOutputTransport):
    """Hands over the reply and tells its first sound."""

    def __init__(
        self, transport: "Transport", client: FastAPIWebsocketClient, params: FastAPIWebsocketParams, pace: Pace
    ) -> None:
        super().__init__(transport, client, params)
        self._pace = pace
        self._turns: Turns | None = None

    def follow(self, turns: Turns) -> None:
        """Tell `turns` from now on what is handed over."""
        self._turns = turns

    async def tell(self, data: dict[str, object]) -> None:
        """Send a server message at once: in order with the audio handed over and with the messages before it."""
        await self.send_message(OutputTransportMessageUrgentFrame(message=ServerMessage(data=data).model_dump()))

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        """Hand over one frame, then wait for as long as it sounds.

        Main is told of an interruption before pipecat's own empties the queue of audio: what leaves it then is dropped.
        """
        if self._turns is not None:
            if self._turns.is_open and not self._turns.is_answer_wanted:
                return False
            self._turns.audio_sent(frame.audio)
        return bool(await super().write_audio_frame(frame))

    async def _write_audio_sleep(self) -> None:
        if self._pace == "realtime":
            await super()._write_audio_sleep()  # type: ignore[no-untyped-call]  # pipecat leaves it untyped


class Transport(FastAPIWebsocketTransport):
    """One connection with main: protobuf frames, RTVI messages, 16 kHz in and 24 kHz out."""

    def __init__(self, websocket: WebSocket, pace: Pace) -> None:
        params = FastAPIWebsocketParams(
            serializer=ProtobufFrameSerializer(),
            audio_in_enabled=True,
            audio_in_sample_rate=HEARD_RATE_HZ,
            audio_out_enabled=True,
            audio_out_sample_rate=SPOKEN_RATE_HZ,
            audio_out_end_silence_secs=0,
            # Serving has refused every Origin by now; pipecat would take a list from the environment.
            allowed_origins=[],
        )
        super().__init__(websocket, params)
        self._output = Output(self, self._client, self._params, pace)

    def output(self) -> Output:
        """Return the processor that hands over the reply."""
        output = self._output
        assert isinstance(output, Output)
        return output
