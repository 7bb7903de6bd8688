"""What townspeople do follows from the seed and the number, and shares come out as they were asked for."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.town.opting_out import keyword
from dialer.town.people import Habits, People, Person, Shares
from dialer.town.sayings import HELP, STOP

MOBILES = [f"+447700{900000 + index}" for index in range(1000)]
numbers = st.integers(0, 999).map(MOBILES.__getitem__)
seeds = st.integers(0, 2**31)
nths = st.integers(0, 5)

NOTHING = Shares(**dict.fromkeys(Shares.__dataclass_fields__, 0.0))


@given(seeds, numbers, nths)
def test_the_same_person_does_the_same_in_every_town_of_that_seed(seed, number, nth):
    one, other = People(seed).person(number), People(seed).person(number)
    assert one.texting(nth) == other.texting(nth)
    assert one.phone(nth) == other.phone(nth)
    assert one.refused() == other.refused()


@given(seeds, numbers, nths)
def test_whoever_gets_nothing_says_nothing(seed, number, nth):
    texting = Person(number, seed, Shares()).texting(nth)
    if texting.outcome in {"undelivered", "failed"}:
        assert texting.error_code is not None
        assert texting.reply == ""
    else:
        assert texting.error_code is None


@given(seeds, numbers, nths)
def test_delays_are_within_what_people_take(seed, number, nth):
    person = Person(number, seed, Shares())
    texting, phone = person.texting(nth), person.phone(nth)
    assert 0.2 <= texting.sent_after_s <= 1.5
    assert 0.5 <= texting.receipt_after_s <= 6.0
    assert 2.0 <= phone.ring_s <= 60.0
    assert phone.talk_s > 0


@given(seeds, numbers, nths)
def test_what_is_fixed_is_done_and_the_rest_stays_as_drawn(seed, number, nth):
    drawn = Person(number, seed, Shares())
    fixed = Person(number, seed, Shares(), Habits(outcome="delivered", replies=("Yes",), phone="busy"))
    assert fixed.texting(nth).outcome == "delivered"
    assert fixed.texting(nth).reply == ("Yes" if nth == 0 else "")
    assert fixed.phone(nth).answer == "busy"
    assert fixed.texting(nth).sent_after_s == drawn.texting(nth).sent_after_s


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_as_many_say_stop_as_were_asked_for(share):
    shares = Shares(**{**_as_dict(NOTHING), "stops": share})
    replies = [Person(number, 7, shares).texting(0).reply for number in MOBILES]
    assert sum(reply in STOP for reply in replies) == pytest.approx(share * 1000, abs=60)
    assert all(reply in STOP or not reply for reply in replies)


def test_phones_are_answered_as_often_as_was_asked_for():
    answers = Counter(Person(number, 3, Shares()).phone(0).answer for number in MOBILES)
    assert answers["answers"] == pytest.approx(340, abs=60)
    assert answers["machine"] == pytest.approx(290, abs=60)
    assert set(answers) == {"answers", "hangs_up", "screens", "machine", "no_answer", "busy", "failed"}


def test_a_landline_gets_no_text():
    texting = Person("+441632960123", 1, Shares()).texting(0)
    assert (texting.outcome, texting.error_code) == ("undelivered", 30006)


def test_some_ways_of_saying_stop_only_a_reader_understands():
    assert {keyword(wording) for wording in STOP} == {"STOP", None}
    assert {keyword(wording) for wording in HELP} == {"HELP"}


def _as_dict(shares: Shares) -> dict[str, float]:
    return {name: getattr(shares, name) for name in Shares.__dataclass_fields__}
