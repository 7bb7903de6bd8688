"""Where each of many is written to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.circular import LeftOut, Person, Ways, place_of
from dialer.domain.message_gate import Skip

PHONE, EMAIL = "+447700900123", "una@example.org"
BOTH = Ways(texts=True, letters=True)


@pytest.mark.parametrize(
    ("person", "barred", "ways", "place"),
    [
        (Person(PHONE, EMAIL), {}, BOTH, PHONE),
        (Person(None, "Una@Example.org"), {}, BOTH, EMAIL),
        (Person(PHONE, EMAIL), {PHONE: Skip.OPTED_OUT}, BOTH, EMAIL),
        (Person(PHONE, EMAIL), {PHONE: Skip.NOT_MOBILE, EMAIL: Skip.OPTED_OUT}, BOTH, Skip.NOT_MOBILE),
        (Person(PHONE, None), {PHONE: Skip.SUPPRESSED}, BOTH, Skip.SUPPRESSED),
        (Person(PHONE, EMAIL), {}, Ways(texts=False, letters=True), EMAIL),
        (Person(PHONE, None), {}, Ways(texts=False, letters=True), LeftOut.NO_WAY),
        (Person(None, EMAIL), {}, Ways(texts=True, letters=False), LeftOut.NO_WAY),
        (Person(None, None), {}, BOTH, LeftOut.NO_WAY),
    ],
)
def test_by_text_else_by_email(
    person: Person, barred: dict[str, Skip], ways: Ways, place: str | LeftOut | Skip
) -> None:
    assert place_of(person, barred, ways) == place


@given(
    st.builds(Person, st.none() | st.just(PHONE), st.none() | st.just(EMAIL)),
    st.dictionaries(st.sampled_from([PHONE, EMAIL]), st.sampled_from([Skip.OPTED_OUT, Skip.SUPPRESSED])),
    st.builds(Ways, texts=st.booleans(), letters=st.booleans()),
)
def test_nobody_is_written_to_where_something_stands_against_it(
    person: Person, barred: dict[str, Skip], ways: Ways
) -> None:
    place = place_of(person, barred, ways)
    if isinstance(place, LeftOut | Skip):
        return
    assert place in {person.phone, person.email}
    assert place not in barred
    assert ways.texts if place == PHONE else ways.letters
