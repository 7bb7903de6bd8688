"""The dates of known elections, as the Electoral Commission and EONI published them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.timetable import KINDS, NATIONS_OF, Due, Milestone, Source
from dialer.services.gotv.uk_dates import uk_dates

GENERAL = dt.date(2024, 7, 4)
MAY = dt.date(2026, 5, 7)


def law(month: int, day: int, hour: int, minute: int = 0, year: int = 2024) -> Due:
    return Due(dt.date(year, month, day), dt.time(hour, minute), Source.LAW)


@pytest.mark.parametrize(
    ("milestone", "due"),
    [
        (Milestone.NOMINATIONS, law(6, 7, 16)),
        (Milestone.REGISTRATION, law(6, 18, 23, 59)),
        (Milestone.POSTAL_APPLICATION, law(6, 19, 17)),
        (Milestone.PROXY_APPLICATION, law(6, 26, 17)),
        (Milestone.VOTER_CERTIFICATE, law(6, 26, 17)),
        (Milestone.EMERGENCY_PROXY, law(7, 4, 17)),
    ],
)
def test_the_general_election_of_2024_in_england(milestone: Milestone, due: Due) -> None:
    assert uk_dates("uk_parliament", "england", GENERAL)[milestone] == due


def test_northern_ireland_has_its_own_absent_vote_deadlines_and_no_certificates() -> None:
    found = uk_dates("uk_parliament", "northern_ireland", GENERAL)
    assert found[Milestone.POSTAL_APPLICATION] == law(6, 14, 17)
    assert found[Milestone.PROXY_APPLICATION] == law(6, 14, 17)
    assert found[Milestone.REGISTRATION] == law(6, 18, 23, 59)
    assert Milestone.VOTER_CERTIFICATE not in found
    assert Milestone.EMERGENCY_PROXY not in found


def test_the_bank_holiday_in_may_is_no_working_day() -> None:
    found = uk_dates("senedd", "wales", MAY)
    assert found[Milestone.REGISTRATION] == law(4, 20, 23, 59, year=2026)
    assert found[Milestone.POSTAL_APPLICATION] == law(4, 21, 17, year=2026)
    assert found[Milestone.PROXY_APPLICATION] == law(4, 28, 17, year=2026)


@pytest.mark.parametrize(
    ("kind", "nation", "asked"),
    [
        ("local", "england", True),
        ("police_commissioner", "wales", True),
        ("uk_parliament", "scotland", True),
        ("local", "wales", False),
        ("local", "scotland", False),
        ("senedd", "wales", False),
        ("scottish_parliament", "scotland", False),
    ],
)
def test_certificates_have_a_deadline_where_photo_id_is_asked_for(
    kind: str, nation: str, asked: bool
) -> None:
    assert (Milestone.VOTER_CERTIFICATE in uk_dates(kind, nation, MAY)) is asked


def test_what_no_law_names_is_our_estimate() -> None:
    found = uk_dates("local", "england", MAY)
    assert found[Milestone.POSTAL_DESPATCH] == Due(dt.date(2026, 4, 22), None, Source.ESTIMATE)
    assert found[Milestone.POSTAL_LAST_POST] == Due(dt.date(2026, 5, 1), None, Source.ESTIMATE)


def test_beyond_the_known_bank_holidays_all_is_an_estimate() -> None:
    found = uk_dates("local", "england", dt.date(2040, 5, 3))
    assert {due.source for due in found.values()} == {Source.ESTIMATE}


def test_a_referendum_has_no_candidates() -> None:
    assert not {Milestone.NOMINATIONS, Milestone.CANDIDATES} & set(uk_dates("referendum", "wales", MAY))


@given(
    st.sampled_from([(kind, nation) for kind in KINDS for nation in NATIONS_OF[kind]]),
    st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)),
)
def test_every_kind_has_its_dates_in_any_year_none_after_polling_day(
    held: tuple[str, str], polling_on: dt.date
) -> None:
    found = uk_dates(*held, polling_on)
    assert all(due.on <= polling_on for due in found.values())
    assert found[Milestone.POSTAL_DESPATCH].on >= found[Milestone.POSTAL_APPLICATION].on
    assert found[Milestone.POSTAL_LAST_POST].on < polling_on
