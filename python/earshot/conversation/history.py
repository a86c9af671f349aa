"""Makes a conversation fit the language model's context. Lengths are estimates: the tokenizer is the server's."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

_BYTES_PER_TOKEN = 3
"""English has four to five characters a token, Chinese one (of three bytes): three bytes err on the safe side."""

_MESSAGE_TOKENS = 8
"""Role and separators in a chat template."""

_KEEP_WHEN_FULL = 0.75
"""Old turns are dropped several at a time: what precedes them changes with every drop, and the server's cache of the
conversation so far is worth nothing then."""

_SHORTEST_TEXT_TOKENS = 64


class Message(TypedDict):
    """One message of OpenAI's chat completions, as far as a spoken conversation has any."""

    role: str
    content: str
    name: NotRequired[str]


def estimate_tokens(text: str) -> int:
    """Estimate how many tokens a message with this text takes, from above."""
    return len(text.encode()) // _BYTES_PER_TOKEN + _MESSAGE_TOKENS


def without_oldest(messages: Sequence[Message], budget_tokens: int) -> list[Message]:
    """Drop the oldest turns once the conversation is over its budget. The last message always stays.

    A conversation begins with a person's words, so an answer whose question was dropped goes too.
    """
    kept = list(messages)
    if _total_tokens(kept) <= budget_tokens:
        return kept
    while len(kept) > 1 and (_total_tokens(kept) > budget_tokens * _KEEP_WHEN_FULL or kept[0]["role"] == "assistant"):
        del kept[0]
    return kept


def merged(messages: Sequence[Message]) -> list[Message]:
    """Join neighbouring messages of one role: many chat templates refuse two of them in a row.

    They come about when an interruption leaves a person's words without an answer.
    """
    joined: list[Message] = []
    for message in messages:
        if joined and joined[-1]["role"] == message["role"]:
            joined[-1] = {**message, "content": f"{joined[-1]['content']} {message['content']}"}
        else:
            joined.append(message)
    return joined


def keeping_end(text: str, budget_tokens: int) -> str:
    """Cut a text to its end, where the question usually is, at a word's beginning. Shorter texts stay as they are."""
    budget_tokens = max(budget_tokens, _SHORTEST_TEXT_TOKENS)
    if estimate_tokens(text) <= budget_tokens:
        return text
    end = text.encode()[-(budget_tokens - _MESSAGE_TOKENS) * _BYTES_PER_TOKEN :].decode(errors="ignore")
    first_word, space, rest = end.partition(" ")
    return rest if space else first_word


def fitted(messages: Sequence[Message], budget_tokens: int) -> list[Message]:
    """Return what a language model with room for `budget_tokens` is asked."""
    fitting = merged(without_oldest(messages, budget_tokens))
    if not fitting:
        return []
    *before, last = fitting
    return [*before, {**last, "content": keeping_end(last["content"], budget_tokens - _total_tokens(before))}]


def parse_history(data: object) -> list[Message]:
    """Check a history main sent. Empty messages are left out: an answer that was interrupted before its first word.

    Raises:
        ValueError: it is not a list of a person's and the assistant's messages.
    """
    match data:
        case {"messages": list(entries)}:
            return [message for entry in entries if (message := _parse_message(entry))["content"].strip()]
        case _:
            raise ValueError('"messages" is missing or not a list')


def _parse_message(entry: object) -> Message:
    match entry:
        case {"role": "user" | "assistant" as role, "content": str(content)}:
            return {"role": role, "content": content}
        case _:
            raise ValueError('a message needs a "role", "user" or "assistant", and its "content"')


def _total_tokens(messages: Sequence[Message]) -> int:
    return sum(estimate_tokens(message["content"]) for message in messages)
