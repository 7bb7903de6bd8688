"""Reminders of events: when they are due, never at night, and what they say."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.event_letter import Told, in_letter, in_text
from dialer.domain.quiet_hours import NEVER_QUIET, USUAL, QuietHours, is_quiet
from dialer.domain.reminders import AHEAD, USE, Notice, reminders

LONDON = "Europe/London"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("starts_at", "hours", "due"),
    [
        ("2026-01-12T18:00", USUAL, {"day_before": "2026-01-11T18:00", "morning": "2026-01-12T09:00"}),
        ("2026-05-07T17:00", USUAL, {"day_before": "2026-05-06T17:00", "morning": "2026-05-07T08:00"}),
        ("2026-01-12T09:15", USUAL, {"day_before": "2026-01-11T18:00"}),
        ("2026-01-12T09:45", USUAL, {"day_before": "2026-01-11T18:00", "morning": "2026-01-12T09:00"}),
        # clocks go forward in the night between: both are at their own hour
        ("2026-03-29T17:00", USUAL, {"day_before": "2026-03-28T18:00", "morning": "2026-03-29T08:00"}),
        # quiet from five on: the evening's has no use any more, the morning's waits until ten
        ("2026-01-12T18:00", QuietHours(dt.time(17), dt.time(10)), {"morning": "2026-01-12T10:00"}),
        ("2026-01-12T00:10", NEVER_QUIET, {"day_before": "2026-01-11T18:00"}),
    ],
)
def test_when_they_are_due(starts_at: str, hours: QuietHours, due: dict[str, str]) -> None:
    found = {one.kind.value: one.due_at for one in reminders(at(starts_at), LONDON, hours)}
    assert found == {kind: at(moment) for kind, moment in due.items()}


moments = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC))  # noqa: DTZ001
times = st.times().map(lambda time: time.replace(second=0, microsecond=0))
zones = st.sampled_from([LONDON, "America/New_York", "Australia/Lord_Howe", "UTC"])


@given(moments, zones, st.builds(QuietHours, times, times))
def test_never_at_night_and_never_too_late(starts_at: dt.datetime, zone: str, hours: QuietHours) -> None:
    found = list(reminders(starts_at, zone, hours))
    assert len({one.kind for one in found}) == len(found)
    for one in found:
        assert not is_quiet(one.due_at, hours, (zone,))
        assert starts_at - AHEAD < one.due_at < one.until <= starts_at - USE
    ends = [one.until for one in found]
    assert [one.due_at for one in found[1:]] >= ends[:-1] or len(found) < 2


TOLD = Told(
    "Ring round", "The hall", at("2026-05-07T17:00"), LONDON, "https://example.org/e/x", "Our movement"
)


@pytest.mark.parametrize(
    ("kind", "languages", "text"),
    [
        (
            Notice.SIGNED_UP,
            ["en"],
            (
                "You're coming: Ring round, Thu 7 May, 6 pm, The hall. "
                "Calendar, or if you can't come: https://example.org/e/x Our movement"
            ),
        ),
        (Notice.CANCELLED, ["en"], "Called off: Ring round, Thu 7 May, 6 pm. Our movement"),
        (
            Notice.DAY_BEFORE,
            ["cy", "en"],
            (
                "Yfory: Ring round, Iau 7 Mai, 6 yh, The hall. "
                "Calendr, neu os na allwch ddod: https://example.org/e/x Our movement"
            ),
        ),
        (
            Notice.MORNING,
            ["fr"],
            (
                "Today: Ring round, Thu 7 May, 6 pm, The hall. "
                "Calendar, or if you can't come: https://example.org/e/x Our movement"
            ),
        ),
    ],
)
def test_what_a_text_says(kind: Notice, languages: list[str], text: str) -> None:
    assert in_text(kind, TOLD, languages) == text


def test_another_place_is_said_to_be_new() -> None:
    moved = replace(TOLD, moved=True)
    assert in_text(Notice.MORNING, moved, ["en"]).startswith(
        "Today: Ring round, Thu 7 May, 6 pm. New place: The hall. Calendar, or"
    )
    assert "6 yh. Lleoliad newydd: The hall. Calendr" in in_text(Notice.MORNING, moved, ["cy"])
    assert "\n\nNew place: The hall\n\n" in in_letter(Notice.DAY_BEFORE, moved, ["en"])[1]
    assert "hall" not in in_text(Notice.CANCELLED, moved, ["en"])


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (None, "Called off: Ring round, Thu 7 May, 6 pm. Our movement"),
        ("The hall is flooded", "Called off: Ring round, Thu 7 May, 6 pm. The hall is flooded. Our movement"),
        ("Snow!", "Called off: Ring round, Thu 7 May, 6 pm. Snow! Our movement"),
    ],
)
def test_one_that_is_called_off_says_why(reason: str | None, text: str) -> None:
    told = replace(TOLD, reason=reason)
    assert in_text(Notice.CANCELLED, told, ["en"]) == text
    assert in_letter(Notice.CANCELLED, told, ["en"])[1].replace("\n\n", " ") == text
    assert "flood" not in in_text(Notice.MORNING, told, ["en"])


def test_what_people_typed_makes_no_marks_in_a_letter() -> None:
    told = Told(
        "[Win](https://example.org)",
        "# Here",
        at("2026-05-07T23:30"),
        LONDON,
        "https://example.org/e/x",
        "Us",
    )
    subject, body = in_letter(Notice.SIGNED_UP, told, ["en"])
    assert "[Win]" not in subject + body
    why = replace(told, reason="[Why](https://example.org)")
    assert "[Why]" not in in_letter(Notice.CANCELLED, why, ["en"])[1]
    assert "Fri 8 May, 12:30 am" in subject
    assert "[Calendar, or if you can't come](https://example.org/e/x)" in body
    assert told.starts_at.astimezone(ZoneInfo(LONDON)).day == 8
