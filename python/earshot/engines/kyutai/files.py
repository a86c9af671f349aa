"""Recognition of whole files: a session that hears all of it and is asked once."""

from collections import deque
from collections.abc import AsyncIterator

from earshot.audio.samples import Samples
from earshot.engines.kyutai.effects import SayMarker, SayWord, Take
from earshot.engines.kyutai.events import Event
from earshot.engines.kyutai.lane import Lane
from earshot.engines.kyutai.session import Pace, new_session, next_session
from earshot.engines.kyutai.streaming import take
from earshot.streaming.effects import SayFailed
from earshot.streaming.requests import Asked, Began, Heard
from earshot.streaming.word import Word

LONGEST_S = 60 * 60


class RecognitionFailed(RuntimeError):
    """The model broke in the middle of a file."""


async def transcribe(lane: Lane, pace: Pace, samples: Samples) -> AsyncIterator[Word | None]:
    """Yield each word, and None wherever one may stop listening; raises RecognitionFailed."""
    session = new_session(pace)
    events: deque[Event] = deque((Began(), Heard(len(samples)), Asked(0)))
    while events:
        session, effects = next_session(session, events.popleft())
        for effect in effects:
            match effect:
                case Take(frame):
                    events.append(await take(lane, frame, samples[frame.begin : frame.end]))
                    yield None
                case SayWord(word) if text := lane.text(word.tokens).strip():
                    yield Word(text, word.start_s, word.stop_s)
                case SayFailed(message):
                    raise RecognitionFailed(message)
                case SayMarker():
                    return
                case _:
                    continue  # nobody but a client of the protocol wants to know
