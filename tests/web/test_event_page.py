"""`/e/CODE`: the private link of an event, with its calendar file. Looking changes nothing."""

from __future__ import annotations

import datetime as dt

import icalendar
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.event import Span
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.campaigns import create_campaign
from dialer.services.context import Context
from dialer.services.organising.events import NewEvent, cancel_event, make_event
from dialer.services.organising.rsvps import RsvpForm, change_event, sign_up
from dialer.services.organising.views import EventView
from dialer.store.models import new_id
from dialer.store.models.events import Rsvp
from dialer.web.calendar_file import calendar_file
from tests.conftest import SetClock
from tests.web.reader import Reader


@pytest.fixture
def event(ctx: Context) -> EventView:
    campaign = create_campaign(ctx, {"name": "Aber", "kind": "phone_bank", "senders": ["+447700900001"]})
    start = ctx.now + dt.timedelta(days=3)
    span = Span(start, start + dt.timedelta(hours=2))
    return make_event(ctx, NewEvent("phone_bank", "Ring; round, “Aber”", "The hall", span, campaign.id))


@pytest.fixture
def address(ctx: Context, event: EventView) -> str:
    """The link that somebody was texted."""
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    made = sign_up(system, event.id, RsvpForm("Una", "07700 900124", consent=True))
    with ctx.unit() as unit:
        return f"/e/{unit.session.get_one(Rsvp, (unit.organisation_id, made.id)).code}"


def test_they_say_that_the_phone_is_theirs_and_that_they_cant_come(app: Flask, address: str) -> None:
    reader = Reader(app.test_client())
    for _ in range(2):
        assert "remind" in reader.open(address).buttons
    assert "remind" not in reader.press("remind").buttons
    assert reader.page.tests["my-place"]["data-state"] == "going"
    stale = reader.page
    assert reader.press("stay-away").tests["my-place"]["data-state"] == "withdrawn"
    reader.page = stale
    assert reader.press("stay-away").tests["my-place"]["data-state"] == "withdrawn"
    assert "Dydych chi ddim yn dod" in Reader(app.test_client(), "cy").open(address).text


def test_nobody_finds_anything_by_guessing(app: Flask, address: str) -> None:
    reader = Reader(app.test_client())
    for path in ("/e/nothing", "/e/nothing/session.ics", f"{address}x"):
        assert reader.open(path).status == 404


def test_what_was_called_off_or_is_over_says_so(
    app: Flask, ctx: Context, address: str, event: EventView, clock: SetClock
) -> None:
    reader = Reader(app.test_client())
    clock.forward(days=4)
    assert "It is over." in reader.open(address).text
    clock.forward(days=-4)
    cancel_event(ctx, event.id)
    assert "It was called off." in reader.open(address).text
    assert "stay-away" not in reader.page.buttons
    assert b"STATUS:CANCELLED" in app.test_client().get(f"{address}/session.ics").data


def test_calendars_take_another_place_for_newer(
    app: Flask, ctx: Context, address: str, event: EventView
) -> None:
    def entry() -> tuple[str, int]:
        data = app.test_client().get(f"{address}/session.ics").data
        (found,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
        return str(found["location"]), found["sequence"]

    assert entry() == ("The hall", 0)
    change_event(ctx, event.id, {"place": "The library"})
    change_event(ctx, event.id, {"place": "The library"})
    assert entry() == ("The library", 1)
    cancel_event(ctx, event.id)
    assert entry() == ("The library", 2)


def test_the_calendar_file_says_when_and_where(app: Flask, address: str, event: EventView) -> None:
    answer = app.test_client().get(f"{address}/session.ics")
    assert answer.mimetype == "text/calendar"
    (entry,) = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert entry["summary"] == event.title
    assert entry["location"] == "The hall"
    assert (entry["dtstart"].dt, entry["dtend"].dt) == (event.starts_at, event.ends_at)
    assert str(entry["url"]).endswith(address)


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=120)


@given(words, words)
def test_whatever_it_is_called_it_adds_nothing_to_the_file(title: str, place: str) -> None:
    start = dt.datetime(2026, 5, 12, 17, tzinfo=dt.UTC)
    event = EventView(
        id=new_id(),
        campaign_id=None,
        series_id=None,
        kind="rally",
        title=title,
        place=place,
        postcode=None,
        seat_code=None,
        starts_at=start,
        ends_at=start + dt.timedelta(hours=1),
        timezone="Europe/London",
        capacity=None,
        going=0,
        waiting=0,
        state="planned",
        created_at=start,
    )
    data = calendar_file(event, start, "https://example.org/e/x").data
    lines = data.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    (entry,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert (str(entry["summary"]), str(entry["location"])) == (title, place)
    assert data.count(b"BEGIN:VEVENT") == 1 or "BEGIN:VEVENT" in title + place
