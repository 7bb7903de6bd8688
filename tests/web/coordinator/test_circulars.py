"""A word to many of us, on the pages: looked at, sent once, followed, stopped."""

from __future__ import annotations

import uuid

import pytest

from dialer.services.accounts.organisations import system_actor
from dialer.services.accounts.teams import create_team
from dialer.services.accounts.volunteers import NewVolunteer, create_volunteer
from dialer.services.context import Context
from dialer.services.messaging.sender_settings import NewSender, add_sender
from dialer.services.organising.circular_writing import write_some
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader

WORDS = "The hall opens at five today."


@pytest.fixture
def team(ctx: Context) -> uuid.UUID:
    """A team of two with numbers, and one without; texts come from somewhere."""
    add_sender(ctx, NewSender("+447700900188"))
    team = create_team(ctx, "Gwent", "region").id
    for name, phone in (("Tom", "+447700900321"), ("Una", "+447700900322"), ("Ann", None)):
        create_volunteer(ctx, NewVolunteer(name, [], phone=phone, team_ids=[team]))
    return team


def write_all(ctx: Context) -> None:
    while write_some(ctx.as_actor(system_actor(ctx.organisation_id))):
        pass


def test_from_the_team_to_who_is_to_be_rung(desk: Reader, ctx: Context, team: uuid.UUID) -> None:
    assert "circular-new" in desk.open(f"/teams/{team}").tests
    page = desk.open(f"/circulars/new?audience=team&of={team}")
    assert page.tests["circular-people"]["data-value"] == "2"
    assert "No number shown to be theirs" in page.words["circular-left-out"]
    assert "circular-send" not in page.buttons
    page = desk.press("circular-look", body=WORDS)
    assert WORDS in page.words["text-preview"]
    assert "circular-cost" in page.words
    again = dict(page.buttons["circular-send"].form.fields) | {"body": WORDS, "send": "1"}
    page = desk.press("circular-send")
    assert "It is on its way." in page.words["flash"]
    assert page.tests["circular"]["data-state"] == "going"
    desk.client.post("/circulars", data=again)
    write_all(ctx)
    assert desk.open("/circulars").text.count(WORDS) == 1
    here = desk.page.html.split('href="/circulars/')[1].split('"')[0]
    page = desk.open(f"/circulars/{here}")
    assert page.tests["stat-waiting"]["data-value"] == "2"
    assert "Ann" in page.words["not-reached"]
    assert "Stopped." in desk.press("circular-stop").words["flash"]
    assert "circular-called-off" in desk.page.tests
    assert desk.page.tests["stat-left-out"]["data-value"] == "3"


def test_other_words_are_looked_at_before_they_go(desk: Reader, ctx: Context, team: uuid.UUID) -> None:
    desk.open(f"/circulars/new?audience=team&of={team}")
    desk.press("circular-look", body=WORDS)
    page = desk.press("circular-send", body="Something else.")
    assert "Something else." in page.words["text-preview"]
    assert "Nothing yet" in desk.open("/circulars").text


def test_whoever_goes_back_and_changes_the_words_sends_them_too(
    desk: Reader, ctx: Context, team: uuid.UUID
) -> None:
    desk.open(f"/circulars/new?audience=team&of={team}")
    before = desk.press("circular-look", body=WORDS)
    desk.press("circular-send")
    desk.page = before
    desk.press("circular-look", body="In room 3, sorry.")
    assert "It is on its way." in desk.press("circular-send").words["flash"]
    sent = desk.open("/circulars").text
    assert (sent.count(WORDS), sent.count("In room 3, sorry.")) == (1, 1)


def test_to_many_their_number_is_typed(
    desk: Reader, ctx: Context, team: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.services.organising.circulars.MANY", 1)
    desk.open(f"/circulars/new?audience=team&of={team}")
    desk.press("circular-look", body=WORDS)
    refused = desk.press("circular-send", confirm="3")
    assert (refused.status, "You typed 3. It’s 2 people." in refused.text) == (422, True)
    create_volunteer(ctx, NewVolunteer("Vi", [], phone="+447700900323", team_ids=[team]))
    desk.page = refused
    changed = desk.press("circular-send", confirm="2")
    assert (changed.status, "It’s 3 people now, 1 more." in changed.text) == (409, True)
    assert "It is on its way." in desk.press("circular-send", confirm="3").words["flash"]


def test_what_cant_be_sent_stays_in_the_form(desk: Reader, team: uuid.UUID) -> None:
    desk.open(f"/circulars/new?audience=team&of={team}")
    page = desk.press("circular-look", body="Hello {first_name}")
    assert page.status == 422
    assert "Hello {first_name}" in page.html
    assert "What it says" in page.text
    assert desk.press("circular-look", body="").status == 422
    page = desk.press("ready-hour", body="Diolch.")
    assert "Diolch. Can you do another hour?" in page.html


def test_everybody_of_a_campaign_and_nobody_of_nothing(
    desk: Reader, phone: Reader, ctx: Context, bank: PhoneBank
) -> None:
    assert "circular-new" in desk.open(f"/campaigns/{bank.campaign_id}").tests
    page = desk.open(f"/circulars/new?audience=campaign&of={bank.campaign_id}")
    assert "Nobody here has a number or address" in page.text
    for path in ("", "?audience=team", "?audience=all&of=1", f"?audience=team&of={uuid.uuid4()}"):
        assert desk.open(f"/circulars/new{path}").status == 404
    assert phone.open(f"/circulars/new?audience=campaign&of={bank.campaign_id}").status == 403
