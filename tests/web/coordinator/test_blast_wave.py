"""A first wave on the pages: chosen before Send, looked at, and followed by the rest at one press."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select, update

from dialer.domain import first_wave
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.campaigns import change_campaign
from dialer.services.context import Context
from dialer.services.messaging.blasts import list_blasts
from dialer.services.messaging.figures import BLAST, Move, count_moves
from dialer.services.messaging.keeping import keep_blasts_going
from dialer.services.messaging.launching import pause_blast, resume_blast
from dialer.services.messaging.planning import plan_chunk
from dialer.services.paging import Page
from dialer.services.people.no_contact import add_opt_out
from dialer.store.models.first_waves import FirstWaveText
from dialer.store.models.messaging import Message
from dialer.web.rule_words import SAID_BY_RULES
from tests.conftest import SetClock
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader

TEXT = "Common Ground here, {first_name|friend}: polls are open until 10. Stop: STOP"


@pytest.fixture
def draft(desk: Reader, bank: PhoneBank, ctx: Context) -> Reader:
    """The composer of a draft to six people, on the screen."""
    change_campaign(ctx, bank.campaign_id, {"senders": ["+447700900001"], "election_material": False})
    desk.open(f"/blasts/new?campaign_id={bank.campaign_id}")
    desk.press("save", name="Polls are open", body=TEXT)
    return desk


def the_blast(ctx: Context) -> uuid.UUID:
    [found] = list_blasts(ctx, Page(2)).items
    return found.id


def machine(ctx: Context, clock: SetClock) -> Context:
    return ctx.at(clock.now).as_actor(system_actor(ctx.organisation_id))


def let_wave_go(ctx: Context, clock: SetClock, blast_id: uuid.UUID, state: str = "delivered") -> None:
    """Write all down, and have the carrier take what is of the wave."""
    plan_chunk(machine(ctx, clock), blast_id)
    with ctx.unit() as unit:
        drawn = unit.session.scalars(select(FirstWaveText.message_id)).all()
        unit.session.execute(
            update(Message).where(Message.id.in_(drawn)).values(state=state, error_code=_code(state))
        )
        count_moves(unit, [Move(blast_id, None, BLAST, "queued", state, texts=len(drawn))])
    keep_blasts_going(machine(ctx, clock))


def _code(state: str) -> int | None:
    return 30003 if state == "undelivered" else None


def test_a_few_people_need_no_wave_and_many_are_offered_one(
    draft: Reader, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "checked" not in draft.page.tests["first-wave"]
    monkeypatch.setattr("dialer.web.coordinator.blast_wave.ASKED_OVER", 5)
    page = draft.open(f"/blasts/{the_blast(ctx)}")
    assert "checked" in page.tests["first-wave"]
    assert page.tests["first-wave-size"]["value"] == str(first_wave.USUAL)


def test_the_wave_goes_waits_and_the_rest_follows_at_one_press(
    draft: Reader, ctx: Context, clock: SetClock
) -> None:
    page = draft.press("blast-launch", confirm="6", first_wave="yes", first_wave_size="2")
    assert page.tests["first-wave-shown"]["data-state"] == "drawing"
    assert "First wave of 2: they are being drawn by lot from everybody." in page.words["first-wave-words"]
    blast_id = the_blast(ctx)
    let_wave_go(ctx, clock, blast_id)
    page = draft.open(f"/blasts/{blast_id}")
    assert page.words["first-wave-words"] == "It went to 2 people: 2 delivered."
    assert "Nobody has answered yet." in page.text
    assert "The first wave has gone, and it waits for you" in draft.open("/blasts").text
    board = draft.open("/live")
    assert "“Polls are open” doesn’t go on: The first wave has gone" in board.words["paused-text"]
    assert f"/blasts/{blast_id}" in board.html
    draft.open(f"/blasts/{blast_id}")
    assert "Send to the other 4" in draft.page.text
    page = draft.press("blast-resume")
    assert "It goes on." in page.words["flash"]
    assert page.tests["blast-progress"]["data-state"] == "running"
    assert "first-wave-shown" not in page.tests
    assert "paused-text" not in draft.open("/live").tests


def test_what_nobody_has_told_of_is_no_reason_to_go_on_by_itself(
    draft: Reader, ctx: Context, clock: SetClock
) -> None:
    draft.press("blast-launch", confirm="6", first_wave="yes", first_wave_size="2", first_wave_goes_on="900")
    let_wave_go(ctx, clock, the_blast(ctx), "sent")
    page = draft.open(f"/blasts/{the_blast(ctx)}")
    assert page.words["first-wave-words"] == "It went to 2 people: 2 without word yet."
    assert "not before at least half are known to have arrived." in page.words["first-wave-then"]


def test_what_came_back_badly_is_said_in_plain_words(draft: Reader, ctx: Context, clock: SetClock) -> None:
    draft.press("blast-launch", confirm="6", first_wave="yes", first_wave_size="2", first_wave_goes_on="900")
    blast_id = the_blast(ctx)
    let_wave_go(ctx, clock, blast_id, "undelivered")
    with ctx.unit() as unit:
        texts = unit.session.query(Message.contact_id).join(
            FirstWaveText, FirstWaveText.message_id == Message.id
        )
        contact_id = texts.first()[0]
    add_opt_out(ctx, contact_id, "sms")
    page = draft.open(f"/blasts/{blast_id}")
    assert "2 failed" in page.words["first-wave-words"]
    assert page.words["first-wave-failed-30003"] == "2"
    assert "Phone off or out of reach" in page.text
    assert page.words["first-wave-opt_out"] == "1"
    assert "It doesn’t go on by itself" in page.words["first-wave-then"]
    assert "Stop here" in page.words["blast-cancel"]


def test_a_page_that_stood_open_shows_what_came_back_before_it_sends_to_the_rest(
    draft: Reader, ctx: Context, clock: SetClock
) -> None:
    """It was paused in mid-wave when the page was opened; somebody else carried on, and the wave went."""
    draft.press("blast-launch", confirm="6", first_wave="yes", first_wave_size="2")
    blast_id = the_blast(ctx)
    pause_blast(ctx, blast_id)
    draft.open(f"/blasts/{blast_id}")
    other = Reader(draft.client)
    assert "Somebody paused it." in other.open("/live").words["paused-text"]
    resume_blast(ctx, blast_id)
    let_wave_go(ctx, clock, blast_id)
    page = draft.press("blast-resume")
    assert "The first wave has gone meanwhile." in page.words["flash"]
    assert page.tests["blast-progress"]["data-state"] == "paused"
    assert draft.press("blast-resume").tests["blast-progress"]["data-state"] == "running"


@pytest.mark.parametrize("size", ["", "0", "many", "1001", "9" * 30])
def test_a_number_that_is_none_sends_nothing(draft: Reader, size: str) -> None:
    page = draft.press("blast-launch", confirm="6", first_wave="yes", first_wave_size=size)
    assert page.status == 422
    assert "Write how many first: 1 to 1,000." in page.text
    assert "checked" in page.tests["first-wave"]


def test_what_cannot_be_wanted_is_said_in_welsh_too() -> None:
    faults = list(first_wave.faults_of_wave(first_wave.Wanted(0, 1), "by_hand"))
    assert len(faults) == 3
    assert {fault.detail for fault in faults} <= set(SAID_BY_RULES)
    assert f"{first_wave.MOST:,}" in faults[1].detail


def test_without_the_tick_all_go(draft: Reader, ctx: Context, clock: SetClock) -> None:
    page = draft.press("blast-launch", confirm="6", first_wave_size="2")
    assert "first-wave-shown" not in page.tests
    let_wave_go(ctx, clock, the_blast(ctx))
    assert draft.open(f"/blasts/{the_blast(ctx)}").tests["blast-progress"]["data-state"] == "running"
