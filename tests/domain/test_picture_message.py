"""Where a picture goes with its text, and where a link leads to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.picture_message import COUNTRIES, PictureSender, share_with_picture
from dialer.domain.placeholders import names_in, without
from dialer.domain.sender import kind_of

US, CA, TOLL_FREE = "+12025550123", "+14165550123", "+18885550123"
BRITISH, AUSTRALIAN, SHORT = "+447700900123", "+61491570006", "20210"
POOL = "MG" + "0" * 32


def sender(address: str, said: bool | None = None, *pool: str, kind: str | None = None) -> PictureSender:
    return PictureSender(address, kind or kind_of(address), said, pool)


@pytest.mark.parametrize(
    ("one", "country", "goes"),
    [
        (sender(US), "US", True),
        (sender(US), "CA", True),
        (sender(US, kind="10dlc"), "US", True),
        (sender(CA), "US", True),
        (sender(TOLL_FREE), "CA", True),
        (sender(US), "GB", False),
        (sender(US), "AU", False),
        (sender(US), "PR", False),
        (sender(US), None, False),
        (sender(BRITISH), "US", False),
        (sender(BRITISH), "GB", False),
        (sender("+44800001111"), "US", False),
        (sender(AUSTRALIAN), "AU", True),
        (sender(AUSTRALIAN), "US", False),
        (sender(SHORT), "US", False),
        (sender(SHORT, said=True), "US", True),
        (sender(SHORT, said=True), "CA", False),
        (sender(SHORT, said=True), "GB", False),
        (sender("Commonground"), "US", False),
        (sender("Vote", said=True), "US", False),
        (sender(US, said=False), "US", False),
        (sender(POOL), "US", False),
        (sender(POOL, None, US, TOLL_FREE), "US", True),
        (sender(POOL, None, US, SHORT), "US", False),
        (sender(POOL, True, US, SHORT), "US", True),
        (sender(POOL, False, US), "US", False),
    ],
)
def test_who_gets_the_picture_itself(one: PictureSender, country: str | None, goes: bool) -> None:
    assert one.reaches(country) is goes


def test_senders_share_the_work_by_their_rates() -> None:
    both = [sender(US), sender(SHORT)]
    rates = {US: 1.0, SHORT: 3.0}
    assert share_with_picture("US", both, rates) == 0.25
    assert share_with_picture("GB", both, rates) == 0.0
    assert share_with_picture("US", both[:1], rates) == 1.0
    assert share_with_picture("US", [], {}) == 0.0


@given(
    country=st.sampled_from(["GB", "IE", "FR", "PR", None]),
    address=st.sampled_from([US, CA, TOLL_FREE, BRITISH, AUSTRALIAN, SHORT, "Vote"]),
    said=st.sampled_from([None, True, False]),
)
def test_where_no_network_takes_them_nobody_can_say_otherwise(
    country: str | None, address: str, said: bool | None
) -> None:
    assert country not in COUNTRIES
    assert not sender(address, said).reaches(country)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Polls are open.\n{picture_url}", "Polls are open."),
        ("See {picture_url} and vote", "See and vote"),
        ("{picture_url}", ""),
        ("{picture_url}\nVote\n\nStop: STOP", "Vote\n\nStop: STOP"),
        ("Look: {picture_url|here}\nVote", "Look:\nVote"),
        ("Hi {first_name|there},  two  rooms", "Hi {first_name|there},  two  rooms"),
        ("A {{brace}} {picture_url}", "A {{brace}}"),
    ],
)
def test_words_without_the_way_to_a_picture(text: str, left: str) -> None:
    assert without(text, "picture_url") == left


@given(
    st.lists(st.sampled_from(["Vote", "now", " ", "\n", "{first_name}", "{{", "é"]), max_size=12), st.data()
)
def test_whatever_else_is_said_stays(pieces: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(pieces)))
    found = without("".join([*pieces[:at], "{picture_url}", *pieces[at:]]), "picture_url")
    assert "picture_url" not in names_in(found)
    assert "".join(found.split()) == "".join("".join(pieces).split())
