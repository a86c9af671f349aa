"""The sound of the turn being heard and the places of its markers, kept so that it can be heard again. Pure."""

from dataclasses import dataclass

BYTES_PER_SECOND = 32_000

KEPT_LIMIT_BYTES = 20 * 60 * BYTES_PER_SECOND
"""A television can go on for hours. A recogniser that fails after so long a turn has failed it, as nothing is kept."""

PIECE_BYTES = BYTES_PER_SECOND
"""What is passed on at once of a turn that is heard again: its whole would be one huge message."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place at which the final words are wanted, in bytes since the turn began."""

    marker: int
    at_bytes: int


@dataclass(slots=True)
class Cursor:
    """How far one recogniser has got: bytes and marks that were passed on."""

    at_bytes: int = 0
    marks: int = 0


class KeptTurn:
    """One turn's sound (s16le, 16 kHz), from its beginning until it is too long to be kept."""

    def __init__(self) -> None:
        self._audio = bytearray()
        self._forgotten_bytes = 0
        self._marks: list[Mark] = []
        self._answered: int | None = None

    @property
    def size_bytes(self) -> int:
        """How much has been heard."""
        return self._forgotten_bytes + len(self._audio)

    @property
    def is_whole(self) -> bool:
        """Whether it can be heard again from its beginning."""
        return self._forgotten_bytes == 0

    @property
    def is_answer_open(self) -> bool:
        """Whether the words up to the newest mark are still wanted."""
        return bool(self._marks) and self._marks[-1].marker != self._answered

    @property
    def newest_marker(self) -> int | None:
        """The marker whose answer counts."""
        return self._marks[-1].marker if self._marks else None

    def hear(self, audio: bytes) -> None:
        """Keep more of it."""
        self._audio += audio

    def mark(self, marker: int) -> None:
        """Keep a place to ask at."""
        self._marks.append(Mark(marker, self.size_bytes))

    def answer(self, marker: int) -> bool:
        """Note that a marker is answered; tell whether it is the newest."""
        is_newest = marker == self.newest_marker
        self._answered = marker if is_newest else self._answered
        return is_newest

    def begin(self) -> Cursor:
        """Begin to pass it on, to a recogniser that knows nothing of it: only the newest open mark is asked again."""
        return Cursor(marks=len(self._marks) - self.is_answer_open)

    def next(self, cursor: Cursor) -> bytes | Mark | None:
        """Return what is to be passed on next and move the cursor behind it; None when there is no more for now."""
        mark = self._marks[cursor.marks] if cursor.marks < len(self._marks) else None
        end_bytes = self.size_bytes if mark is None else mark.at_bytes
        if cursor.at_bytes < end_bytes:
            start = cursor.at_bytes - self._forgotten_bytes
            piece = bytes(self._audio[start : min(start + PIECE_BYTES, end_bytes - self._forgotten_bytes)])
            cursor.at_bytes += len(piece)
            return piece
        if mark is not None:
            cursor.marks += 1
        return mark

    def forget_if_too_long(self, cursor: Cursor) -> None:
        """Forget what was passed on once the turn is too long to be kept."""
        if len(self._audio) > KEPT_LIMIT_BYTES:
            del self._audio[: cursor.at_bytes - self._forgotten_bytes]
            self._forgotten_bytes = cursor.at_bytes
