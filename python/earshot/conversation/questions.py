"""What main says of turns and engines, checked."""

from earshot.conversation.messages import EngineRole
from earshot.conversation.turn_events import Question


def parse_carry_on(data: object) -> Question:
    """Read a question whose answer was lost with the conversation's own process.

    Raises:
        ValueError: a field is missing or of the wrong kind, or there is no question in it.
    """
    match data:
        case {"question": str(text), "asked": "spoken" | "typed" as asked, "spoken": str(said)} if text.strip():
            return Question(text.strip(), asked, " ".join(said.split()))
        case _:
            raise ValueError('it needs a "question", how it was "asked", "spoken" or "typed", and what was "spoken"')


def parse_service(data: object) -> EngineRole:
    """Read which engine is meant; raises ValueError."""
    match data:
        case {"service": "stt"}:
            return "stt"
        case {"service": "llm"}:
            return "llm"
        case {"service": "tts"}:
            return "tts"
        case _:
            raise ValueError('"service" is none of "stt", "llm" and "tts"')
