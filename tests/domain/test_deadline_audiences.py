"""Whom the dates of a timetable are about, and when a text about them goes out."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.deadline import is_too_late
from dialer.domain.deadline_audiences import CONCERNED, FILTERS, Ready, best_start
from dialer.domain.filters.facts import PersonFacts
from dialer.domain.filters.matching import matches
from dialer.domain.filters.reading import read_filter
from dialer.domain.timetable import Due, Milestone, Source

ZONE = "Europe/London"
APRIL = Due(dt.date(2026, 4, 21), dt.time(17), Source.LAW)
POLLING = Due(dt.date(2026, 5, 7), dt.time(22), Source.HAND)
DESPATCH = Due(dt.date(2026, 4, 22), None, Source.ESTIMATE)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}+00:00")


def picked(**known: object) -> set[str]:
    person = PersonFacts(uuid.uuid4(), **{"support": 1, **known})  # type: ignore[arg-type]
    return {
        ready.value
        for ready in Ready
        if matches(read_filter(FILTERS[ready]), person, utc("2026-04-01T12:00:00"))
    }


@pytest.mark.parametrize(
    ("known", "ready"),
    [
        ({}, {"unregistered", "way_unknown", "to_vote_in_person", "without_id"}),
        ({"fields": {"elector_number": "KA1-12"}}, {"way_unknown", "to_vote_in_person", "without_id"}),
        ({"voting_method": "in_person"}, {"unregistered", "to_vote_in_person", "without_id"}),
        ({"voting_method": "in_person", "id_ready": True}, {"unregistered", "to_vote_in_person"}),
        (
            {"id_ready": False, "fields": {"elector_number": "1"}},
            {"way_unknown", "to_vote_in_person", "without_id"},
        ),
        ({"voting_method": "postal"}, {"unregistered", "to_vote_by_post"}),
        ({"voting_method": "proxy"}, {"unregistered", "to_vote_by_proxy"}),
        ({"voting_method": "postal", "voted": True}, set()),
        ({"support": 3}, set()),
        ({"support": None}, set()),
        ({"status": "deceased"}, set()),
    ],
)
def test_who_is_in_which_audience(known: dict[str, object], ready: set[str]) -> None:
    assert picked(**known) == ready


def test_postal_voters_and_those_at_the_station_are_kept_apart() -> None:
    for way in ("in_person", "postal", "proxy", None):
        assert (
            len(picked(voting_method=way) & {"to_vote_by_post", "to_vote_in_person", "to_vote_by_proxy"}) == 1
        )


@pytest.mark.parametrize(
    ("milestone", "due", "ends", "now", "start"),
    [
        ("postal_application", APRIL, "2026-04-21T16:00:00", "2026-04-01T12:00:00", "2026-04-18T16:30:00"),
        ("postal_application", APRIL, "2026-04-21T16:00:00", "2026-04-18T17:00:00", "2026-04-19T09:00:00"),
        ("postal_application", APRIL, "2026-04-21T16:00:00", "2026-04-21T08:00:00", "2026-04-21T09:00:00"),
        ("postal_application", APRIL, "2026-04-21T16:00:00", "2026-04-21T12:00:00", None),
        ("postal_despatch", DESPATCH, "2026-05-07T21:00:00", "2026-04-01T12:00:00", "2026-04-25T16:30:00"),
        ("polling", POLLING, "2026-05-07T21:00:00", "2026-04-01T12:00:00", "2026-05-07T09:00:00"),
        ("polling", POLLING, "2026-05-07T21:00:00", "2026-05-07T12:00:00", None),
    ],
)
def test_when_a_text_goes_out(milestone: str, due: Due, ends: str, now: str, start: str | None) -> None:
    found = best_start(Milestone(milestone), due, utc(ends), ZONE, utc(now))
    assert found == (utc(start) if start else None)


@given(
    st.sampled_from(sorted(CONCERNED)),
    st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
    st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 31), timezones=st.just(dt.UTC)),  # noqa: DTZ001
)
def test_a_start_lies_ahead_and_in_time(milestone: Milestone, on: dt.date, now: dt.datetime) -> None:
    due = Due(on, dt.time(17), Source.LAW)
    ends_at = due.ends_at(ZONE) + dt.timedelta(days=15 if milestone is Milestone.POSTAL_DESPATCH else 0)
    found = best_start(milestone, due, ends_at, ZONE, now)
    assert found is None or (found > now and not is_too_late(found, ends_at))
