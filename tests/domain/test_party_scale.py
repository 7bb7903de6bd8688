"""A party means what the scale says, however it is written; names stand once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.party_scale import PARTIES_MAX, Party, PartyScale, checked, read_scale, stored
from dialer.domain.pledge import SUPPORTS

OURS, THEIRS, SILENT = Party("Labour", 1), Party("Reform UK", 5), Party("Won’t say")
SCALE = PartyScale((OURS, THEIRS, SILENT))


@pytest.mark.parametrize(
    ("named", "support"),
    [
        ("Labour", 1),
        (" labour ", 1),
        ("REFORM  UK", 5),
        ("Won’t say", None),
        ("Somebody else", None),
        ("", None),
        (None, None),
    ],
)
def test_what_a_party_means(named: str | None, support: int | None) -> None:
    assert SCALE.support_of(named) == support


@pytest.mark.parametrize(
    ("parties", "pointers"),
    [
        ([Party(" ", 1)], ["/parties/0/name"]),
        ([OURS, Party(" LABOUR", 2)], ["/parties/1/name"]),
        ([Party("Labour", 6)], ["/parties/0/support"]),
        ([Party("x" * 81)], ["/parties/0/name"]),
        ([Party(str(nth)) for nth in range(PARTIES_MAX + 1)], ["/parties"]),
    ],
)
def test_faults_name_their_places(parties: list[Party], pointers: list[str]) -> None:
    found = checked(parties)
    assert isinstance(found, list)
    assert [fault.pointer for fault in found] == pointers


parties = st.lists(
    st.builds(Party, st.text("Ab ", min_size=1, max_size=5), st.none() | st.sampled_from(SUPPORTS)),
    max_size=4,
)


@given(parties)
def test_a_scale_is_kept_as_it_is_and_says_what_each_row_says(given_: list[Party]) -> None:
    scale = checked(given_)
    if isinstance(scale, PartyScale):
        assert read_scale(stored(scale)) == scale
        assert [scale.support_of(one.name.upper()) for one in given_] == [one.support for one in given_]
    else:
        assert scale
