"""What happens in turn-taking, and what has to be done for it: values, all times in audio time."""

from dataclasses import dataclass

from earshot.conversation.messages import Asked


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The voice detector is sure of speech."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The voice detector is sure of silence, since `speech_end_ms`."""

    at_ms: int
    speech_end_ms: int


@dataclass(frozen=True, slots=True)
class AudioPassed:
    """Audio up to `at_ms` has been heard."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Judged:
    """The turn detector's verdict on a pause."""

    marker: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Transcribed:
    """The recogniser's final words of the turn up to a pause."""

    marker: int
    transcript: str


@dataclass(frozen=True, slots=True)
class Understood:
    """A streaming recogniser's words so far of a turn that goes on; `turn` is which one, as the transcriber counts."""

    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class TranscriberFailed:
    """The recogniser will not answer for this turn any more."""

    message: str


@dataclass(frozen=True, slots=True)
class Question:
    """Main brings a question in words: typed, or of a conversation whose process was lost while it answered.

    Attributes:
        text: the question.
        asked: how it was put.
        said: how much of its answer has been heard already.
    """

    text: str
    asked: Asked = "typed"
    said: str = ""


Event = SpeechStarted | SpeechPaused | AudioPassed | Judged | Transcribed | Understood | TranscriberFailed | Question


@dataclass(frozen=True, slots=True)
class TellSpeechStarted:
    """Say that speech was noticed."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class TellPause:
    """Say that a pause was noticed."""

    at_ms: int
    speech_end_ms: int


@dataclass(frozen=True, slots=True)
class TellWords:
    """Say what was understood so far of a turn that goes on."""

    text: str


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """A person's turn begins: whatever is being answered or spoken is interrupted, and the recogniser starts anew."""


@dataclass(frozen=True, slots=True)
class AskBoth:
    """Ask the recogniser for the final words and the turn detector for its verdict, side by side."""

    marker: int


@dataclass(frozen=True, slots=True)
class NoteComplete:
    """The turn is known to be over: by verdict at once, or because there was no speech for `silent_ms`."""

    silent_ms: int | None


@dataclass(frozen=True, slots=True)
class EndTurn:
    """The turn is over and has to be answered."""

    transcript: str
    speech_end_ms: int


@dataclass(frozen=True, slots=True)
class DropTurn:
    """There were no words in it (a cough, a door), or nobody wants them: nothing is answered and nothing counted."""


@dataclass(frozen=True, slots=True)
class FailTurn:
    """The turn could not be heard."""

    message: str


@dataclass(frozen=True, slots=True)
class AnswerQuestion:
    """A question in words is a turn of its own and has to be answered, instead of whatever is being answered."""

    question: Question


Effect = (
    TellSpeechStarted
    | TellPause
    | TellWords
    | OpenTurn
    | AskBoth
    | NoteComplete
    | EndTurn
    | DropTurn
    | FailTurn
    | AnswerQuestion
)
