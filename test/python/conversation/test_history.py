"""Conversations longer than the context."""

from earshot.conversation.history import Message, estimate_tokens, fitted, keeping_end, merged, without_oldest

BUDGET_TOKENS = 400
LONG = "word " * 100  # about 175 tokens


def test_a_short_conversation_stays_as_it_is() -> None:
    conversation = [user("Hello."), assistant("Hi."), user("How are you?")]
    assert fitted(conversation, BUDGET_TOKENS) == conversation


def test_the_oldest_turns_go_first_and_with_them_their_answers() -> None:
    conversation = [user(LONG), assistant(LONG), user("two"), assistant("TWO"), user(LONG)]
    assert without_oldest(conversation, BUDGET_TOKENS) == [user("two"), assistant("TWO"), user(LONG)]


def test_several_turns_go_at_once_so_that_the_server_can_reuse_the_rest() -> None:
    conversation = [message for n in range(40) for message in (user(f"question {n}"), assistant(f"answer {n}"))]
    kept = without_oldest([*conversation, user("now")], BUDGET_TOKENS)
    tokens = sum(estimate_tokens(message["content"]) for message in kept)
    assert tokens <= 0.75 * BUDGET_TOKENS
    assert kept[0]["role"] == "user"
    assert without_oldest([*kept, assistant("fine"), user("and")], BUDGET_TOKENS)[0] == kept[0]


def test_an_over_long_question_keeps_its_end() -> None:
    [asked] = fitted([user("old " * 2_000 + "What time is it?")], BUDGET_TOKENS)
    assert asked["content"].endswith("old What time is it?")
    assert asked["content"].startswith("old ")
    assert estimate_tokens(asked["content"]) <= BUDGET_TOKENS


def test_a_cut_never_splits_a_character() -> None:
    cut = keeping_end("é中" * 1_000, 100)
    assert set(cut) == {"é", "中"}


def test_a_tiny_context_still_asks_something() -> None:
    [asked] = fitted([user("old " * 2_000 + "What time is it?")], -50)
    assert asked["content"].endswith("What time is it?")


def test_words_without_an_answer_are_joined_with_the_next_ones() -> None:
    conversation = [user("Can you"), user("tell me the time?"), assistant("Noon."), user("Thanks.")]
    assert merged(conversation) == [user("Can you tell me the time?"), assistant("Noon."), user("Thanks.")]


def user(content: str) -> Message:
    return {"role": "user", "content": content}


def assistant(content: str) -> Message:
    return {"role": "assistant", "content": content}
