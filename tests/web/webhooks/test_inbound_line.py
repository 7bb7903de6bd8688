"""Somebody rings back: they hear who called, and a key stops it before anything is answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from dialer.services.calling.call_looks import due_calls, look_after
from dialer.services.context import Context
from dialer.store.models.accounts import Organisation
from dialer.store.models.calls import Call
from dialer.store.models.people import Suppression
from dialer.store.session import UnitFactory
from dialer.town.voice import twiml
from tests.conftest import Caller
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, running_campaign
from tests.towns import PUBLIC_URL, Town
from tests.web.webhooks.conftest import Signer

GWEN = landline(123)
OURS = landline(900)
INBOUND = "/webhooks/twilio/voice/inbound"
SID = "CA" + "1" * 32


@pytest.fixture
def bank(ctx: Context, units: UnitFactory, vic: Person, town: Town, told: None):
    """A campaign that shows our number to Gwen, and a line that leads to us."""
    made = running_campaign(ctx, [Voter("Gwen", [GWEN])], caller_ids=[OURS])
    join_campaign(units, vic, made.id)
    town.account(voice_url=f"{PUBLIC_URL}{INBOUND}")
    return made


def calls(units: UnitFactory) -> list[Call]:
    with units.read() as unit:
        return list(unit.session.scalars(select(Call).order_by(Call.id)))


def noes(units: UnitFactory) -> list[tuple[str | None, str, str, str]]:
    with units.read() as unit:
        rows = unit.session.scalars(select(Suppression).where(Suppression.lifted_at.is_(None)))
        return [(row.number, row.channel, row.reason, row.source) for row in rows]


def test_the_ninth_key_stops_calls_to_the_number(bank, town: Town, units: UnitFactory) -> None:
    town.ring_in(GWEN, OURS, digits="9")
    town.advance(120)
    assert noes(units) == [(GWEN, "voice", "opt_out", "keypad")]
    assert town.troubles() == []
    (call,) = town.calls()
    assert "Ni fyddwn yn galw" in call["heard"]
    (row,) = calls(units)
    assert (row.direction, row.number, row.caller_id, row.campaign_id) == ("inbound", GWEN, OURS, bank.id)
    assert row.contact_id is not None


def test_the_no_of_one_person_covers_their_other_numbers(
    ctx: Context, signer: Signer, units: UnitFactory, api: Callable[[Person], Caller], carys: Person
) -> None:
    gwen = Voter("Gwen", [GWEN, landline(124)])
    running_campaign(ctx, [gwen, Voter("Huw", [landline(125)])], caller_ids=[OURS])
    signer.post(f"{INBOUND}?then=keys", {"CallSid": SID, "From": GWEN, "To": OURS, "Digits": "9"})
    assert {number for number, *_ in noes(units)} == {GWEN, landline(124)}
    assert api(carys).get(f"/contacts/{gwen.id}").json["opt_outs"]["voice"]
    lifted = api(carys).delete(f"/contacts/{gwen.id}/opt-outs/voice?reason=mistake")
    assert lifted.status_code == 409, "it is the person's own no"


def test_in_a_household_it_is_the_numbers_no(
    ctx: Context, signer: Signer, units: UnitFactory, api: Callable[[Person], Caller], carys: Person
) -> None:
    gwen, huw = Voter("Gwen", [GWEN, landline(124)]), Voter("Huw", [GWEN])
    running_campaign(ctx, [gwen, huw], caller_ids=[OURS])
    params = {"CallSid": SID, "From": GWEN, "To": OURS, "Digits": "9"}
    signer.post(f"{INBOUND}?then=keys", params)
    assert noes(units) == [(GWEN, "voice", "opt_out", "keypad")]
    for one in (gwen, huw):
        assert api(carys).get(f"/contacts/{one.id}").json["opt_outs"]["voice"]


def test_nobody_who_pressed_it_is_handed_out(
    bank, town: Town, api: Callable[[Person], Caller], vic: Person
) -> None:
    town.ring_in(GWEN, OURS, digits="9")
    town.advance(120)
    session = api(vic).post(f"/campaigns/{bank.id}/sessions", json={}).json["id"]
    assert api(vic).post(f"/sessions/{session}/next").status_code == 204


@pytest.mark.parametrize("digits", ["", "1", "1239"])
def test_whoever_presses_nothing_or_else_hears_who_called(
    digits: str, bank, town: Town, units: UnitFactory
) -> None:
    town.ring_in(GWEN, OURS, digits=digits)
    town.advance(300)
    assert town.troubles() == []
    assert town.calls()[0]["status"] == "completed"
    assert len(noes(units)) == (1 if digits.endswith("9") else 0), "the line begins anew after another key"
    assert len(calls(units)) == 1


def test_the_line_says_who_we_are_in_both_languages(bank, signer: Signer) -> None:
    answer = signer.post(INBOUND, {"CallSid": SID, "From": GWEN, "To": OURS, "CallStatus": "ringing"})
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert answer.text.count("Common Ground") == 2
    assert 'language="cy-GB"' in answer.text
    assert "9" in answer.text


def test_the_same_call_told_twice_is_one(bank, signer: Signer, units: UnitFactory) -> None:
    params = {"CallSid": SID, "From": GWEN, "To": OURS, "CallStatus": "ringing"}
    first, second = (signer.post(INBOUND, params) for _ in range(2))
    assert first.data == second.data
    assert len(calls(units)) == 1


def test_the_no_is_kept_before_the_answer_and_once(bank, signer: Signer, units: UnitFactory) -> None:
    params = {"CallSid": SID, "From": GWEN, "To": OURS, "CallStatus": "in-progress"}
    signer.post(INBOUND, params)
    for _ in range(2):
        answer = signer.post(f"{INBOUND}?then=keys", params | {"Digits": "9"})
        assert answer.status_code == 200
        assert noes(units) == [(GWEN, "voice", "opt_out", "keypad")]


def test_the_end_of_the_call_may_be_told(bank, signer: Signer, units: UnitFactory) -> None:
    params = {"CallSid": SID, "From": GWEN, "To": OURS}
    signer.post(INBOUND, params | {"CallStatus": "ringing"})
    over = {"CallStatus": "completed", "CallDuration": "14", "SequenceNumber": "0"}
    assert signer.post("/webhooks/twilio/voice/status", params | over).status_code == 204
    (row,) = calls(units)
    assert (row.state, row.duration_s) == ("completed", 14)


@pytest.mark.usefixtures("bank")
def test_a_call_of_which_nothing_is_told_is_asked_about(
    town: Town, units: UnitFactory, carrier, system, clock
) -> None:
    town.ring_in(GWEN, OURS, digits="")
    town.advance(120)
    clock.forward(seconds=310)
    for call_id in due_calls(system()):
        look_after(system(), carrier, call_id)
    (row,) = calls(units)
    assert row.state == "completed"
    assert row.duration_s


def test_a_hidden_number_is_told_what_to_do(bank, signer: Signer, units: UnitFactory) -> None:
    params = {"CallSid": SID, "From": "anonymous", "To": OURS, "CallStatus": "ringing"}
    answer = signer.post(INBOUND, params)
    assert "Gather" not in answer.text
    assert "hidden" in answer.text
    signer.post(f"{INBOUND}?then=keys", params | {"Digits": "9"})
    assert noes(units) == []


def test_a_no_counts_also_where_the_call_was_not_known_yet(bank, signer: Signer, units) -> None:
    params = {"CallSid": SID, "From": GWEN, "To": OURS, "CallStatus": "in-progress", "Digits": "9"}
    assert signer.post(f"{INBOUND}?then=keys", params).status_code == 200
    assert noes(units) == [(GWEN, "voice", "opt_out", "keypad")]


def test_an_organisations_name_cannot_break_the_document(
    bank, ctx: Context, signer: Signer, units: UnitFactory
) -> None:
    with units.read() as unit:
        unit.session.get_one(Organisation, ctx.organisation_id).name = 'Us & <Them> "100 %"'
    answer = signer.post(INBOUND, {"CallSid": SID, "From": GWEN, "To": OURS})
    (gather, *_) = twiml.read(answer.text).verbs
    assert 'Us & <Them> "100 %"' in gather.prompts[0].text


@pytest.mark.parametrize("path", ["answer", "inbound", "status", "amd"])
@pytest.mark.parametrize("query", ["", "?c=nonsense&o=nonsense", "?c=" + "0" * 32])
def test_whatever_the_carrier_says_it_is_answered(path: str, query: str, bank, signer: Signer) -> None:
    params = {"CallSid": SID, "From": GWEN, "To": OURS, "CallStatus": "completed", "Digits": "\x00"}
    for extra in ({}, {"SequenceNumber": "x", "CallDuration": "-1", "AnsweredBy": "machine_start"}):
        answer = signer.post(f"/webhooks/twilio/voice/{path}{query}", params | extra)
        assert answer.status_code in {200, 204}
        assert answer.status_code == 204 or answer.mimetype == "text/xml"


def test_nobody_but_the_carrier_is_heard(bank, signer: Signer, units: UnitFactory) -> None:
    params = {"CallSid": SID, "From": GWEN, "To": OURS, "Digits": "9"}
    answer = signer.post(f"{INBOUND}?then=keys", params, signature="bm90aGluZw==")
    assert answer.status_code == 403
    assert calls(units) == []
