"""What of a reply that is given once more is new."""

from collections.abc import Sequence

import pytest
from earshot.conversation.retelling import Retelling

PARIS = "The capital of France is Paris."
RIVER = "It lies on the Seine."
TOWER = "Do see the tower!"


@pytest.mark.parametrize(
    ("said", "again", "new"),
    [
        ([], [PARIS, RIVER], [PARIS, RIVER]),
        ([PARIS], [PARIS, RIVER], [RIVER]),
        ([PARIS, RIVER], [PARIS, RIVER, TOWER], [TOWER]),
        ([PARIS, RIVER], [PARIS, RIVER], []),
        # In other letters or with other marks it is the same.
        ([PARIS], ["the capital, of France, is PARIS", RIVER], [RIVER]),
        # Cut otherwise, it is the same too.
        ([f"{PARIS} {RIVER}"], [PARIS, RIVER, TOWER], [TOWER]),
        (["The capital", "of France is Paris."], [PARIS, RIVER], [RIVER]),
        # In the middle of a sentence.
        (["The capital of France"], [PARIS, RIVER], ["is Paris.", RIVER]),
        ([f"{PARIS} It lies"], [PARIS, RIVER, TOWER], ["on the Seine.", TOWER]),
        (["Well - the capital"], ["Well - the capital - is Paris."], ["- is Paris."]),
        # Everything but a mark was said.
        (["The end"], ["The end …"], []),
        # A reply that really says a thing twice says it twice.
        (["No.", "No."], ["No.", "No.", "No.", "Never."], ["No.", "Never."]),
        # Another model.
        ([PARIS], ["Paris.", RIVER], ["Paris.", RIVER]),
        ([PARIS, RIVER], ["It is Paris.", RIVER, TOWER], ["It is Paris.", TOWER]),
        ([PARIS, RIVER], [RIVER, PARIS, TOWER], [TOWER]),
        ([f"{PARIS} {RIVER}"], ["Paris it is.", RIVER, TOWER], ["Paris it is.", TOWER]),
        ([PARIS, RIVER], [PARIS, "It is old.", RIVER], ["It is old."]),
        (["The capital of France"], ["The capital is Paris.", RIVER], ["The capital is Paris.", RIVER]),
    ],
)
def test_only_what_is_new_is_said(said: Sequence[str], again: Sequence[str], new: Sequence[str]) -> None:
    retelling, heard = Retelling.of(said), []
    for sentence in again:
        retelling, rest = retelling.hear(sentence)
        heard += [rest] if rest else []
    assert heard == new
