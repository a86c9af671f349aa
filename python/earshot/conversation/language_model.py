"""The language model behind OpenAI's chat completions: ours, Ollama's `/v1`, vLLM's, or any other."""

from functools import partial
from typing import Any, cast

import httpx2
from openai import AsyncOpenAI, AsyncStream, OpenAIError
from openai.types.chat import ChatCompletionChunk
from pipecat.adapters.llm.services.open_ai_adapter import OpenAILLMInvocationParams
from pipecat.frames.frames import ErrorFrame, Frame, LLMContextFrame
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.utils.errors import ErrorCategory

from earshot.conversation.faults import describe_fault
from earshot.conversation.frames import ReplyBeginsAgain
from earshot.conversation.history import Message, estimate_tokens, fitted, without_oldest
from earshot.conversation.outage import Outage
from earshot.conversation.settings import LanguageModel
from earshot.conversation.turns import Turns


class Thinking(OpenAILLMService):
    """pipecat's OpenAI service with a history that always fits, and failures that never end it.

    A server that is lost in a reply is asked the same again once it is back; `Sentences` knows what was said already.
    """

    def __init__(self, settings: LanguageModel, client: AsyncOpenAI, turns: Turns) -> None:
        self._model_settings = settings
        self._shared_client = client
        self._turns = turns
        self._outage = Outage(settings.patience_s, partial(turns.engine_lost, "llm"), partial(turns.engine_back, "llm"))
        super().__init__(
            settings=OpenAILLMService.Settings(
                model=settings.model,
                system_instruction=settings.system_prompt,
                temperature=settings.temperature,
                max_tokens=settings.max_reply_tokens,
                extra={"extra_body": dict(settings.extra_body)},
            )
        )

    def create_client(self, *_arguments: Any, **_settings: Any) -> AsyncOpenAI:
        """Return the shared client. An interruption closes the connection of the request, and the server stops."""
        return self._shared_client

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Leave a question alone that was interrupted before it got here: its words are in the history by now."""
        if isinstance(frame, LLMContextFrame) and not self._turns.is_answer_wanted:
            return
        await super().process_frame(frame, direction)

    def give_up(self) -> None:
        """Fail the turn that waits for the server, if there is one."""
        self._outage.give_up()

    async def _process_context(self, context: LLMContext) -> None:
        """Have a reply streamed, from its beginning as often as it takes. An interruption cancels this."""
        self._outage.begin()
        while (pause_s := await self._attempt(context)) is not None:
            await self.push_frame(ReplyBeginsAgain())
            await self._outage.pause(pause_s)

    async def _attempt(self, context: LLMContext) -> float | None:
        """Stream a reply; return for how long to pause before it is asked for again, None when it is complete."""
        try:
            await super()._process_context(context)
            await self._outage.answered()
        except (OpenAIError, httpx2.HTTPError, TimeoutError) as fault:
            pause_s = await self._outage.failed(fault)
            if pause_s is None:
                raise
            return pause_s
        return None

    async def _push_llm_text(self, text: str) -> None:
        await self._outage.answered()
        await super()._push_llm_text(text)

    async def get_chat_completions(self, context: LLMContext) -> AsyncStream[ChatCompletionChunk]:
        """Ask for a reply, having dropped for good what no longer fits into the context."""
        messages = cast(list[Message], context.get_messages())
        context.set_messages(cast(Any, without_oldest(messages, self._budget_tokens)))
        # Only until the server has taken it: reading a long history may take longer than anybody waits for a server.
        async with self._outage.attempt():
            return await super().get_chat_completions(context)

    def build_chat_completion_params(self, params_from_context: OpenAILLMInvocationParams) -> dict[str, Any]:
        """Build the request; only here is a text cut that alone is longer than the context."""
        params: dict[str, Any] = super().build_chat_completion_params(params_from_context)
        system = [message for message in params["messages"] if message["role"] == "system"]
        spoken = [message for message in params["messages"] if message["role"] != "system"]
        params["messages"] = [*system, *fitted(spoken, self._budget_tokens)]
        return params

    async def push_error_frame(self, error: ErrorFrame, force_treat_as_permanent: bool = False) -> None:
        """Fail the turn. A refused key or an unknown model is no reason to give up: main may mend it meanwhile."""
        reason = error.error if error.exception is None else describe_fault(error.exception)
        await self._turns.fail("llm", reason)
        error.category = ErrorCategory.SERVER
        await super().push_error_frame(error)

    @property
    def _budget_tokens(self) -> int:
        settings = self._model_settings
        return settings.context_tokens - settings.max_reply_tokens - estimate_tokens(settings.system_prompt)
