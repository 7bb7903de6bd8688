"""Phone-bank sessions: a coordinator plans them, volunteers come by one press, in both languages."""

from __future__ import annotations

import datetime as dt
from typing import NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from dialer.domain.access import Role
from dialer.domain.errors import Unavailable
from dialer.services.accounts.join_links import NewJoinLink, create_join_link
from dialer.services.accounts.organisations import system_actor
from dialer.services.accounts.sign_in_links import create_invite
from dialer.services.accounts.volunteers import VolunteerChanges, change_volunteer
from dialer.services.calling.campaigns import CampaignFields, change_campaign, end_campaign, pause_campaign
from dialer.services.context import Context
from dialer.services.organising.reminding import remind_some
from tests.conftest import SetClock
from tests.people import Person, join_campaign, make_person
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Page, Reader


def plan(desk: Reader, bank: PhoneBank, clock: SetClock, **other: str) -> Page:
    """Tomorrow from six to eight, by the form."""
    desk.open(f"/campaigns/{bank.campaign_id}/phone-sessions")
    filled = {
        "title": "Ring round",
        "on": (clock().date() + dt.timedelta(days=1)).isoformat(),
        "starts": "18:00",
        "ends": "20:00",
        "place": "The hall",
        **other,
    }
    return desk.press("event-plan", **filled)


@pytest.fixture
def volunteer(app: Flask, vic: Person, bank: PhoneBank) -> Reader:
    """Vic, who belongs to the campaign."""
    reader = Reader(app.test_client())
    reader.sign_in(vic.token)
    return reader


def test_planned_here_and_pressed_there(
    desk: Reader, volunteer: Reader, bank: PhoneBank, clock: SetClock
) -> None:
    page = plan(desk, bank, clock, capacity="2", weeks="3")
    assert page.text.count("6 pm to 8 pm") == 3
    assert "phone-sessions" in desk.open(f"/campaigns/{bank.campaign_id}").tests
    shown = volunteer.open("/call/sessions")
    assert shown.text.count("I’ll come") == 3
    shown = volunteer.press("come")
    assert "You’re coming" in shown.words["flash"]
    assert "my-sessions" in shown.tests
    desk.open(f"/campaigns/{bank.campaign_id}/phone-sessions")
    assert "1 of 2 places taken" in desk.page.text
    shown = volunteer.press("stay-away")
    assert "Thank you for telling us" in shown.words["flash"]
    assert "my-sessions" not in shown.tests


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"on": ""}, "Say on which day."),
        ({"on": "2020-01-01"}, "The time has already passed."),
        ({"starts": "late"}, "Write this as a time"),
        ({"ends": "17:00"}, "It ends after it starts"),
        ({"title": ""}, "Give it a title"),
        ({"capacity": "some"}, "Write this as a whole number"),
        ({"weeks": "99"}, "Choose between 1 and 26 weeks."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    desk: Reader, bank: PhoneBank, clock: SetClock, *, wrong: dict[str, str], words: str
) -> None:
    page = plan(desk, bank, clock, **wrong)
    assert page.status == 422
    assert words in page.text
    assert page.forms[-1].fields["place"] == "The hall"


def the_session(desk: Reader, bank: PhoneBank) -> str:
    """The address of the page of the one that is planned."""
    html = desk.open(f"/campaigns/{bank.campaign_id}/phone-sessions").html
    return "/phone-sessions/" + html.split('href="/phone-sessions/')[1].split('"')[0]


@pytest.fixture
def other(app: Flask, mallory: Person, bank: PhoneBank) -> Reader:
    """Mallory, who has joined the campaign by now."""
    join_campaign(mallory.units, mallory, bank.campaign_id)
    reader = Reader(app.test_client())
    reader.sign_in(mallory.token)
    return reader


def test_all_that_is_wrong_is_said_at_once(desk: Reader, bank: PhoneBank, clock: SetClock) -> None:
    wrong = {"title": "", "on": "", "starts": "late", "place": " ", "capacity": "many", "weeks": "99"}
    page = plan(desk, bank, clock, **wrong)
    assert page.status == 422
    for words in (
        "6 things to put right",
        "Give it a title",
        "Say on which day.",
        "Write this as a time",
        "Say where it is",
        "Write this as a whole number",
        "Choose between 1 and 26 weeks.",
    ):
        assert words in page.text
    page = plan(desk, bank, clock, title="", ends="17:00")
    assert "2 things to put right" in page.text
    plan(desk, bank, clock)
    desk.open(the_session(desk, bank))
    page = desk.press("event-save", title="", place="", capacity="many")
    assert (page.status, "3 things to put right" in page.text) == (422, True)


def test_all_that_is_wrong_with_a_join_link_is_said_at_once(desk: Reader, bank: PhoneBank) -> None:
    desk.open(f"/campaigns/{bank.campaign_id}/join-links/new")
    page = desk.press("make-join-link", max_joins="many", open_for_s="ever")
    assert (page.status, "2 things to put right" in page.text) == (422, True)


def test_a_full_one_offers_the_line_and_stale_presses_say_how_it_stands(
    desk: Reader, volunteer: Reader, other: Reader, bank: PhoneBank, clock: SetClock
) -> None:
    plan(desk, bank, clock, capacity="1")
    volunteer.open("/call/sessions")
    other.open("/call/sessions")
    stale = other.press("come")
    assert "It’s full. You’re on the waiting list" in volunteer.press("come").words["flash"]
    assert volunteer.page.tests["session"]["data-state"] == "waitlist"
    other.press("stay-away")
    assert volunteer.open("/call/sessions").tests["session"]["data-state"] == "going"
    other.page = stale
    assert "You aren’t signed up for it." in other.press("stay-away").words["flash"]
    assert desk.open(the_session(desk, bank)).words["guest"].startswith("Vic")


def test_one_that_is_called_off_is_gone_for_volunteers(
    desk: Reader, volunteer: Reader, bank: PhoneBank, clock: SetClock
) -> None:
    plan(desk, bank, clock)
    volunteer.open("/call/sessions")
    desk.open(f"{the_session(desk, bank)}/call-off")
    assert "It is called off. Everybody who signed up is being told." in desk.press("confirm").text
    assert "call-off" not in desk.page.tests
    assert "It was called off." in volunteer.press("come").words["flash"]
    assert "session" not in volunteer.page.tests


def test_whoever_signed_up_reads_that_it_was_called_off_and_why_until_it_is_over(
    desk: Reader, volunteer: Reader, bank: PhoneBank, clock: SetClock
) -> None:
    plan(desk, bank, clock)
    volunteer.open("/call/sessions")
    volunteer.press("come")
    address = the_session(desk, bank)
    desk.open(f"{address}/call-off")
    refused = desk.press("confirm", reason="x" * 121)
    assert (refused.status, "it goes into a text" in refused.text) == (422, True)
    assert "Called off: The hall is flooded" in desk.press("confirm", reason="The hall is flooded.").text
    shown = volunteer.open("/call/sessions")
    assert shown.words["called-off"] == "Called off: The hall is flooded"
    assert not {"come", "stay-away", "calendar", "reminded"} & set(shown.tests)
    clock.forward(days=2)
    assert "session" not in volunteer.open("/call/sessions").tests


def test_a_coordinator_takes_somebody_off(
    desk: Reader, volunteer: Reader, bank: PhoneBank, clock: SetClock
) -> None:
    plan(desk, bank, clock)
    volunteer.open("/call/sessions")
    volunteer.press("come")
    stale = desk.open(the_session(desk, bank))
    assert "Taken off" in desk.press("take-off").text
    assert "guest" not in desk.page.tests
    desk.page = stale
    assert "They aren’t on it any more." in desk.press("take-off").text


def test_they_stand_where_somebody_has_time_to_look(
    desk: Reader, volunteer: Reader, ctx: Context, bank: PhoneBank, clock: SetClock
) -> None:
    plan(desk, bank, clock)
    assert "I’ll come" in volunteer.open("/practice/done").text
    volunteer.open("/call")
    volunteer.press("next")
    for button in ("continue", "answer-no", "continue", "save"):
        volunteer.press(button)
    assert "Next time together:" in volunteer.open("/call?wait=nobody_due").words["next-session"]
    volunteer.press("end-shift")
    assert "sessions" in volunteer.page.tests
    volunteer.press("come")
    assert "You’re coming" in volunteer.open("/call").words["next-session"]
    pause_campaign(ctx, bank.campaign_id)
    assert "sessions" in volunteer.open("/call").tests
    code = create_join_link(ctx, bank.campaign_id, NewJoinLink()).code
    assert "The next ones are" in volunteer.open(f"/join/{code}").text


def test_an_ended_campaign_plans_nothing(
    desk: Reader, ctx: Context, bank: PhoneBank, clock: SetClock
) -> None:
    plan(desk, bank, clock)
    end_campaign(ctx, bank.campaign_id)
    stale = desk.page.buttons["event-plan"]
    assert "event-plan" not in desk.open(f"/campaigns/{bank.campaign_id}/phone-sessions").buttons
    desk.page.buttons["event-plan"] = stale
    on = (clock().date() + dt.timedelta(days=1)).isoformat()
    said = {"title": "A", "place": "B", "on": on, "starts": "18:00", "ends": "20:00"}
    assert "This campaign has ended." in desk.press("event-plan", **said).text


def test_in_welsh_too(app: Flask, desk: Reader, vic: Person, bank: PhoneBank, clock: SetClock) -> None:
    plan(desk, bank, clock)
    reader = Reader(app.test_client(), "cy")
    reader.sign_in(vic.token)
    assert "Bydda i yno" in reader.open("/call/sessions").text
    assert "6 yh tan 8 yh" in reader.page.text
    assert "Rydych chi’n dod" in reader.press("come").words["flash"]


def test_only_whose_campaign_it_is_sees_them(
    app: Flask, desk: Reader, mallory: Person, bank: PhoneBank, clock: SetClock
) -> None:
    plan(desk, bank, clock)
    address = the_session(desk, bank)
    reader = Reader(app.test_client())
    reader.sign_in(mallory.token)
    assert "session" not in reader.open("/call/sessions").tests
    assert reader.open(address).status == 403


def test_a_bigger_room_moves_up_who_waits(
    desk: Reader, volunteer: Reader, other: Reader, bank: PhoneBank, clock: SetClock
) -> None:
    plan(desk, bank, clock, capacity="1")
    for reader in (other, volunteer):
        reader.open("/call/sessions")
        reader.press("come")
    desk.open(the_session(desk, bank))
    assert "More have signed up already" not in desk.page.text
    assert "2 of 5 places taken" in desk.press("event-save", capacity="5", place="The big hall").text
    assert "The big hall" in volunteer.open("/call/sessions").text
    assert volunteer.page.tests["session"]["data-state"] == "going"
    page = desk.press("event-save", capacity="1", title="")
    assert "Give it a title of at most 120 characters." in page.text
    page = desk.press("event-save", capacity="1", title="Ring")
    assert "More have signed up already. Choose as many, or more." in page.text


def test_who_couldnt_be_told_that_it_is_off_is_to_be_rung(
    desk: Reader, ctx: Context, volunteer: Reader, bank: PhoneBank, clock: SetClock
) -> None:
    plan(desk, bank, clock)
    volunteer.open("/call/sessions")
    page = volunteer.press("come")
    assert "we can’t remind you" in page.words["reminded"]
    assert volunteer.client.get(
        page.html.split('data-test="calendar"')[0].split('href="')[-1].split('"')[0]
    ).data
    address = the_session(desk, bank)
    desk.open(f"{address}/call-off")
    assert "Being told" in desk.press("confirm").words["guest"]
    remind_some(ctx.as_actor(system_actor(ctx.organisation_id)))
    assert "Couldn’t be told: ring them" in desk.open(address).words["guest"]


def test_who_couldnt_be_told_of_another_place_is_to_be_rung(
    desk: Reader, volunteer: Reader, bank: PhoneBank, clock: SetClock
) -> None:
    in_an_hour = (clock() + dt.timedelta(hours=1)).astimezone(ZoneInfo("Europe/London"))
    plan(desk, bank, clock, on=in_an_hour.date().isoformat(), starts=f"{in_an_hour:%H:%M}", ends="23:00")
    volunteer.open("/call/sessions")
    volunteer.press("come")
    clock.forward(minutes=1)
    address = the_session(desk, bank)
    desk.open(address)
    assert "ring them" not in desk.press("event-save", place="The library").words["guest"]
    clock.forward(minutes=30)
    assert "Couldn’t be told: ring them" in desk.open(address).words["guest"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"phone": "+447700900123"}, "Open it once"),
        (
            {"phone": "+447700900123", "phone_confirmed_at": dt.datetime(2026, 5, 1, tzinfo=dt.UTC)},
            "We’ll text you",
        ),
    ],
)
def test_they_read_how_they_are_reminded(
    app: Flask,
    desk: Reader,
    ctx: Context,
    bank: PhoneBank,
    clock: SetClock,
    *,
    fields: dict[str, object],
    words: str,
) -> None:
    change_campaign(ctx, bank.campaign_id, CampaignFields(senders=["+447700900001"]))
    ids = (bank.campaign_id,)
    una = make_person(ctx.units, ctx.organisation_id, Role.VOLUNTEER, "Una", campaign_ids=ids, **fields)
    plan(desk, bank, clock)
    reader = Reader(app.test_client())
    reader.sign_in(una.token)
    reader.open("/call/sessions")
    assert words in reader.press("come").words["reminded"]


def test_a_join_link_leads_to_a_session(
    app: Flask, desk: Reader, bank: PhoneBank, clock: SetClock, vic: Person
) -> None:
    plan(desk, bank, clock, capacity="1")
    address = the_session(desk, bank)
    desk.open(address)
    page = desk.press("invite-to-session")
    assert "Ring round" in page.words["of-session"]
    link = "/join/" + page.words["join-url"].rsplit("/", 1)[1]
    for name, words in (("Tom", "You’re coming"), ("Una", "It’s full. You’re on the waiting list")):
        reader = Reader(app.test_client())
        assert "Ring round · The hall" in reader.open(link).words["to-session"]
        reader.press("join", name=name, reach=f"{name}@example.org", consent="yes")
        assert words in reader.open("/call").text
    assert "1 of 1 places taken" in desk.open(address).text
    desk.open(f"{address}/call-off")
    desk.press("confirm")
    late = Reader(app.test_client())
    assert "to-session" not in late.open(link).tests
    late.press("join", name="Ann", reach="ann@example.org", consent="yes")
    assert late.open("/call").status == 200


def test_whoever_is_known_comes_by_opening_their_sign_in_link(
    app: Flask, ctx: Context, desk: Reader, bank: PhoneBank, clock: SetClock
) -> None:
    ids = (bank.campaign_id,)
    una = make_person(
        ctx.units, ctx.organisation_id, Role.VOLUNTEER, "Una", campaign_ids=ids, email="una@example.org"
    )
    plan(desk, bank, clock)
    desk.open(the_session(desk, bank))
    link = "/join/" + desk.press("invite-to-session").words["join-url"].rsplit("/", 1)[1]
    elsewhere = Reader(app.test_client())
    elsewhere.open(link)
    page = elsewhere.press("join", name="Una", reach="una@example.org", consent="yes")
    assert "As soon as you’re in, you’re signed up" in page.words["to-session"]
    assert "guest" not in desk.open(the_session(desk, bank)).words
    elsewhere.open(urlsplit(create_invite(ctx, una.id).url).path)
    assert "You’re coming" in elsewhere.press("sign-in").text
    assert desk.open(the_session(desk, bank)).words["guest"].startswith("Una")


def test_whoever_cant_come_just_now_is_signed_in_all_the_same(
    *,
    app: Flask,
    ctx: Context,
    desk: Reader,
    bank: PhoneBank,
    clock: SetClock,
    vic: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan(desk, bank, clock)
    desk.open(the_session(desk, bank))
    link = "/join/" + desk.press("invite-to-session").words["join-url"].rsplit("/", 1)[1]
    change_volunteer(ctx, vic.id, VolunteerChanges(email="vic@example.org"))
    elsewhere = Reader(app.test_client())
    elsewhere.open(link)
    elsewhere.press("join", name="Vic", reach="vic@example.org", consent="yes")

    def held(*_: object) -> NoReturn:
        raise Unavailable

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("dialer.services.accounts.pending_joins.lock_event", held)
        elsewhere.open(urlsplit(create_invite(ctx, vic.id).url).path)
        assert "Joining isn’t done yet." in elsewhere.press("sign-in").text
        assert elsewhere.open("/call").status == 200
        assert "token" not in elsewhere.page.tests
    assert "guest" not in desk.open(the_session(desk, bank)).words
    elsewhere.open(urlsplit(create_invite(ctx, vic.id).url).path)
    assert "You’re coming" in elsewhere.press("sign-in").text
    assert desk.open(the_session(desk, bank)).words["guest"].startswith("Vic")
