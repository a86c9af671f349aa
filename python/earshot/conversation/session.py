"""One conversation: a pipeline for as long as main stays connected."""

from dataclasses import dataclass

from fastapi import WebSocket
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker, ProcessorUnusablePolicy
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.processors.frameworks.rtvi import RTVIObserverParams
from pipecat.turns.user_start import ExternalUserTurnStartStrategy
from pipecat.turns.user_stop import ExternalUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from earshot.conversation.audio import HEARD_RATE_HZ, SPOKEN_RATE_HZ
from earshot.conversation.client import Clients
from earshot.conversation.end_of_turn import EndOfTurnDetector
from earshot.conversation.language_model import Thinking
from earshot.conversation.listening import Listening
from earshot.conversation.requests import Requests
from earshot.conversation.sentences import Sentences
from earshot.conversation.settings import Settings
from earshot.conversation.speaking import Speaking
from earshot.conversation.transport import Pace, Transport
from earshot.conversation.turns import Turns
from earshot.conversation.voice import Voice
from earshot.conversation.voice_activity import VoiceDetector


@dataclass(frozen=True, slots=True)
class Means:
    """What a conversation is held with. The voice detector remembers, so each conversation needs one of its own."""

    settings: Settings
    clients: Clients
    voice_detector: VoiceDetector
    end_of_turn: EndOfTurnDetector


async def converse(websocket: WebSocket, pace: Pace, means: Means) -> None:
    """Hold one conversation over an accepted WebSocket; returns when main hangs up."""
    transport = Transport(websocket, pace)
    worker = _worker(transport, pace, means)

    @transport.event_handler("on_client_disconnected")  # type: ignore[untyped-decorator]  # pipecat leaves it untyped
    async def on_client_disconnected(_transport: Transport, _websocket: WebSocket) -> None:
        await worker.cancel(reason="main hung up")

    # pipecat's processors refer to one another: without a collection their memory lasts for dozens of conversations.
    runner = WorkerRunner(handle_sigint=False, force_gc=True)
    await runner.add_workers(worker)
    await runner.run()


def _worker(transport: Transport, pace: Pace, means: Means) -> PipelineWorker:
    output = transport.output()
    turns = Turns(output.tell)
    output.follow(turns)
    context = LLMContext()
    user, assistant = LLMContextAggregatorPair(context, user_params=_user_params())
    listening = Listening(
        ears=means.voice_detector,
        detector=means.end_of_turn,
        recogniser=means.settings.speech_to_text,
        turns=turns,
        context=context,
        tell=output.tell,
        pace=pace,
    )
    thinking = Thinking(means.settings.language_model, means.clients.language_model, turns)
    voice = Voice(means.settings.text_to_speech, means.clients.voice, turns)
    pipeline = Pipeline(
        [
            transport.input(),
            listening,
            user,
            thinking,
            Sentences(turns),
            voice,
            output,
            Speaking(turns),
            assistant,
        ]
    )
    return PipelineWorker(
        pipeline,
        params=PipelineParams(audio_in_sample_rate=HEARD_RATE_HZ, audio_out_sample_rate=SPOKEN_RATE_HZ),
        rtvi_processor=Requests(listening, {"stt": listening.give_up, "llm": thinking.give_up, "tts": voice.give_up}),
        rtvi_observer_params=RTVIObserverParams(metrics_enabled=False),
        enable_turn_tracking=False,
        # Nobody has to speak: main ends a conversation.
        idle_timeout_secs=None,
        # Only the output can become useless, by a main that reads no more.
        processor_unusable_policy=ProcessorUnusablePolicy.CANCEL,
    )


def _user_params() -> LLMUserAggregatorParams:
    """Let `Listening` decide alone: no voice detection, no waiting for words, no answer to a turn without any."""
    return LLMUserAggregatorParams(
        user_turn_strategies=UserTurnStrategies(
            start=[ExternalUserTurnStartStrategy()],
            # The words are already there when the end is proposed.
            stop=[ExternalUserTurnStopStrategy(wait_for_transcript=False)],
        ),
        empty_user_turn=None,
    )
