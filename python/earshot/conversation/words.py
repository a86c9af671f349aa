"""The words of one turn, as a recogniser sends, adds to and revises them."""


class Words:
    """What has been said since the turn began.

    Our Whisper answers every marker with the whole turn once more: the first word of an answer replaces every word that
    starts with it or later, and so does any word that starts before the one it follows. A streaming recogniser only
    ever goes on, and two of its words may start together; once it is known for one, nothing is replaced any more.
    """

    def __init__(self) -> None:
        self._words: list[tuple[float, str]] = []
        self._answer_begins = True
        self._only_adds = False

    def only_adds(self) -> None:
        """Note that the recogniser never takes a word back."""
        self._only_adds = True

    def add(self, start_s: float, text: str) -> None:
        """Take one word; `start_s` counts from the beginning of the turn."""
        goes_back = bool(self._words) and start_s < self._words[-1][0]
        if not self._only_adds and (self._answer_begins or goes_back):
            self._words = [word for word in self._words if word[0] < start_s]
        self._answer_begins = False
        self._words.append((start_s, text))

    def end_answer(self) -> None:
        """Note that a marker came back: the next word begins another answer."""
        self._answer_begins = True

    def text(self) -> str:
        """Return everything said, in order."""
        return " ".join(stripped for _, text in self._words if (stripped := text.strip()))
