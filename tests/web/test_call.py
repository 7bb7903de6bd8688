"""The call screen without a script: every state, by forms alone."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.leases import expire_assignments
from dialer.services.calling.pause_all import pause_all, resume_all
from dialer.services.calling.scripts import ScriptFields, replace_script
from dialer.services.context import Context
from dialer.services.gotv.record import record_turnout
from dialer.store.models.calling import Campaign, Result
from dialer.store.models.people import Contact, OptOut, Suppression
from tests.conftest import SetClock
from tests.people import Person, join_campaign
from tests.web.phone_bank import NAMES, SCRIPT, PhoneBank, open_phone_bank
from tests.web.reader import Page, Reader


@pytest.fixture
def bank(ctx: Context, vic: Person) -> PhoneBank:
    """Vic's evening."""
    return open_phone_bank(ctx, vic)


@pytest.fixture
def reader(app: Flask, vic: Person, bank: PhoneBank) -> Reader:
    """Vic, signed in, before the first call."""
    vic_reads = Reader(app.test_client())
    page = vic_reads.sign_in(vic.token)
    assert page.status == 200
    return vic_reads


def _talk(reader: Reader) -> None:
    reader.press("next")
    reader.press("continue")


def test_the_first_page_offers_a_start_and_practice(reader: Reader):
    assert reader.state == "idle"
    assert "practice" in reader.page.tests
    assert reader.page.tests["shift-count"]["data-value"] == "0"


def test_a_volunteer_says_what_they_speak_and_what_they_heard(reader: Reader, ctx: Context):
    page = reader.press("save-languages", languages="cy")
    assert "Cymraeg" in page.words["languages"]
    assert "Choose from" in reader.press("save-languages", languages="tlh").text
    _talk(reader)
    reader.press("reached")
    reader.press("save", outcome="not_reached", disposition="language_barrier", language="pl")
    assert reader.state == "saved"
    with ctx.unit() as unit:
        assert "pl" in unit.session.scalars(select(Contact.language)).all()


def test_a_person_is_shown_with_the_number_to_ring_and_the_first_words(reader: Reader):
    page = reader.press("next")
    assert reader.state == "ringing"
    assert page.words["contact-name"] == "Siân Prydderch"
    assert page.tests["call-own"]["href"] == "tel:+441632960001"
    assert "01632 960001" in page.words["call-own"]
    assert page.words["step"] == "“Hello, is that Siân? I’m Vic.”"
    assert "household" in page.tests


def test_the_script_is_read_in_the_language_of_the_page(
    app: Flask, vic: Person, bank: PhoneBank, ctx: Context
):
    script_id = get_campaign(ctx, bank.campaign_id).script_id
    assert script_id is not None
    vote = replace(SCRIPT.nodes[1], translations={"cy": "Allwn ni ddibynnu arnoch chi, {first_name}?"})
    yes = replace(vote.answers[0], translations={"cy": "Ydych, yn bendant"})
    vote = replace(vote, answers=(yes, *vote.answers[1:]))
    both = replace(SCRIPT, nodes=(SCRIPT.nodes[0], vote, *SCRIPT.nodes[2:]))
    replace_script(ctx, script_id, ScriptFields("Evening calls", both))
    reader = Reader(app.test_client(), "cy")
    reader.sign_in(vic.token)
    page = reader.press("next")
    assert page.tests["step"]["lang"] == "en"
    page = reader.press("continue")
    assert page.words["step"] == "“Allwn ni ddibynnu arnoch chi, Siân?”"
    assert "lang" not in page.tests["step"]
    assert page.words["answer-yes"] == "1Ydych, yn bendant"
    assert '<span lang="en">Probably</span>' in page.html
    assert reader.press("answer-yes").tests["step"]["data-step"] == "how"


def test_five_calls_and_their_results(reader: Reader, bank: PhoneBank):
    for count, (button, then) in enumerate(
        [("yes", "in_person"), ("probably", "postal"), ("no", None), ("undecided", None)], start=1
    ):
        _talk(reader) if count == 1 else (reader.press("next"), reader.press("continue"))
        reader.press(f"answer-{button}")
        if then:
            reader.press(f"answer-{then}")
        reader.press("reached" if button == "undecided" else "continue")  # “End call” says no less
        assert reader.state == "wrap_up"
        reader.press("save")
        assert reader.state == "saved"
        assert reader.page.tests["shift-count"]["data-value"] == str(count)
    reader.press("next")
    reader.press("not-reached")
    reader.press("save", disposition="no_answer")
    assert reader.state == "saved"
    assert "No answer" in reader.page.text
    assert "5 calls this shift" in reader.page.words["shift-count"]


def test_the_first_name_alone_while_speaking(reader: Reader):
    _talk(reader)
    assert reader.state == "talking"
    assert reader.page.words["contact-name"] == "Siân"
    assert "Step 2 of 3" in reader.page.text


@pytest.mark.slow
def test_changing_the_last_answer(reader: Reader):
    _talk(reader)
    reader.press("answer-yes")
    assert "in person, or by post" in reader.page.words["step"]
    back = next(button for button in reader.page.buttons.values() if button.action.endswith("/back"))
    reader.page.buttons["back"] = back
    reader.press("back")
    assert "Can we count on your vote" in reader.page.words["step"]


@pytest.mark.slow
def test_a_reload_and_a_page_from_before_lose_nothing(reader: Reader):
    _talk(reader)
    older = reader.page
    reader.press("answer-yes", notes="Asked about a lift.")
    assert "by post" in reader.open("/call").words["step"]
    reader.page = older
    reader.press("answer-no", notes="Asked about a lift.")
    assert reader.page.words["step"] == "“Thank you, Siân.”"
    reader.press("continue")
    assert reader.page.words["notes"] == "Asked about a lift."


@pytest.mark.slow
def test_the_clock_counts_from_the_servers_time_on_every_device(
    reader: Reader, app: Flask, vic: Person, clock: SetClock
):
    _talk(reader)
    clock.forward(seconds=70)
    assert 'data-timer="70"' in reader.open("/call").html, "they have talked for so long"
    reader.press("answer-no")
    reader.press("continue")
    assert 'data-timer="0"' in reader.page.html, "finishing up begins"
    clock.forward(seconds=95)
    elsewhere = Reader(app.test_client())
    elsewhere.sign_in(vic.token)
    for device in (reader, elsewhere):
        page = device.open("/call")
        assert device.state == "wrap_up"
        assert 'data-timer="95"' in page.html


def test_each_person_of_the_household_gets_a_result_in_one_save(
    reader: Reader, bank: PhoneBank, ctx: Context
):
    _talk(reader)
    reader.press("answer-yes")
    reader.press(str(bank.people["Gwyn"]))
    assert reader.page.words["step"] == "“Hello, is that Gwyn? I’m Vic.”"
    reader.press("continue")
    assert reader.page.words["contact-name"] == "Gwyn"
    reader.press("answer-no")
    reader.press("continue")
    assert "And Siân Prydderch?" in reader.page.text
    reader.press("save")
    assert reader.state == "saved"
    with ctx.unit() as unit:
        found = dict(unit.session.execute(select(Result.contact_id, Result.disposition)).all())
    assert found == {bank.people["Siân"]: "contacted", bank.people["Gwyn"]: "contacted"}


def test_stop_contacting_me_asks_once_and_then_saves(reader: Reader):
    _talk(reader)
    page = reader.press("do-not-call")
    assert "Siân won’t be called again, by anyone here." in page.text
    page = reader.press("confirm")
    assert reader.state == "saved"
    assert "Siân won’t be called or texted again." in page.words["flash"]


@pytest.mark.parametrize(("ticked", "channels"), [(True, {"sms", "voice"}), (False, {"voice"})])
def test_who_says_stop_is_out_of_texts_too_unless_the_tick_is_taken_away(
    reader: Reader, ctx: Context, ticked: bool, channels: set[str]
):
    _talk(reader)
    reader.press("do-not-call")
    if not ticked:
        del reader.page.buttons["confirm"].form.fields["no_texts"]
    page = reader.press("confirm")
    assert ("or texted" in page.words["flash"]) is ("sms" in channels)
    assert ("rings or texts this number again" in page.text) is ("sms" in channels)
    assert _noes(ctx) == {(channel, "call", "+441632960001") for channel in channels}
    reader.press("next", notes="Very polite.")
    assert _noes(ctx) == {(channel, "call", "+441632960001") for channel in channels}


def _noes(ctx: Context) -> set[tuple[str, str, str]]:
    """Channel, source and number of each no that stands, with the person's own beside it."""
    with ctx.unit() as unit:
        of_people = select(OptOut.channel, OptOut.source).where(OptOut.lifted_at.is_(None))
        numbers = select(Suppression.channel, Suppression.source, Suppression.number)
        found = unit.session.execute(numbers.where(Suppression.lifted_at.is_(None))).all()
        assert {row[:2] for row in found} == {tuple(row) for row in unit.session.execute(of_people)}
        return {(row.channel, row.source, row.number) for row in found}


@pytest.mark.slow
def test_a_callback_needs_a_time_that_lies_ahead_and_is_not_quiet(reader: Reader):
    _talk(reader)
    reader.press("reached")
    page = reader.press("save", disposition="callback")
    assert "Give a day and a time" in page.text
    page = reader.press("save", disposition="callback", callback_at="2026-05-06T18:00")
    assert "The time has already passed. Choose a later one." in page.text
    page = reader.press("save", disposition="callback", callback_at="9999-12-31T23:59")
    assert "more than a year away" in page.text
    for nonsense in ("soon", "0001-01-01T00:00", "2026-13-01T00:00"):
        assert reader.press("save", disposition="callback", callback_at=nonsense).status == 200
        assert reader.state == "wrap_up"
    page = reader.press("save", disposition="callback", callback_at="2026-05-07T22:00")
    assert "Nobody is rung at 10 pm. The next free time is Fri 8 May, 9 am." in page.text
    page = reader.press("save", disposition="callback", callback_at="2026-05-07T18:00")
    assert reader.state == "saved"
    assert "Rung again: Thu 7 May, 6 pm." in page.text


@pytest.mark.slow
def test_a_ready_callback_time_fills_the_field(reader: Reader):
    _talk(reader)
    reader.press("reached")
    page = reader.press("hour")
    assert page.tests["callback-at"]["value"] == "2026-05-07T14:00"
    reader.press("save")
    assert reader.state == "saved"


@pytest.mark.slow
def test_nothing_is_saved_before_it_is_said_what_happened(reader: Reader):
    _talk(reader)
    reader.press("reached")
    assert "Say what happened" in reader.press("save").text
    assert "Say what happened" in reader.press("save", disposition="no_answer", outcome="reached").text


@pytest.mark.slow
def test_a_death_is_taken_quietly(reader: Reader):
    _talk(reader)
    reader.press("reached")
    page = reader.press("save", disposition="deceased")
    assert "Nobody here will ring about them again." in page.text
    assert "That’s" not in page.text


def test_pausing_keeps_the_person_in_hand(reader: Reader):
    _talk(reader)
    reader.press("pause")
    assert reader.state == "paused"
    reader.press("resume")
    assert (reader.state, reader.page.words["contact-name"]) == ("talking", "Siân")


def test_carry_on_after_a_pause_gives_the_next_person_at_once(reader: Reader):
    _talk(reader)
    reader.press("reached")
    reader.press("save", disposition="contacted")
    reader.press("pause")
    page = reader.press("resume")
    assert (reader.state, page.words["contact-name"]) == ("ringing", "Owen Hughes")


@pytest.mark.slow
def test_undo_puts_the_person_back_in_hand_with_all_that_was_filled_in(reader: Reader):
    _talk(reader)
    reader.press("answer-yes", notes="Asked about a lift.")
    reader.press("answer-postal")
    reader.press("continue")
    reader.press("save")
    page = reader.press("undo")
    assert reader.state == "wrap_up"
    assert page.words["notes"] == "Asked about a lift."
    assert page.tests["shift-count"]["data-value"] == "0"
    reader.press("save")
    assert "We talked · Yes, definitely · By post" in reader.page.text


@pytest.mark.slow
def test_later_a_result_is_put_right_instead_of_taken_back(reader: Reader, clock: SetClock, ctx: Context):
    _talk(reader)
    reader.press("reached")
    reader.press("save", disposition="refused")
    clock.forward(minutes=5)
    page = reader.press("undo")
    assert "Put it right" in page.text
    reader.press("save", disposition="moved")
    assert reader.state == "saved"
    assert "Moved away" in reader.page.text
    with ctx.unit() as unit:
        standing = select(Result.disposition).where(Result.superseded_at.is_(None), ~Result.implied)
        assert unit.session.scalars(standing).all() == ["moved"]


@pytest.mark.slow
def test_a_stop_pressed_by_mistake_is_taken_back(reader: Reader, ctx: Context):
    _talk(reader)
    reader.press("do-not-call")
    reader.press("confirm")
    reader.press("undo")
    assert reader.state in ("talking", "wrap_up")
    assert _noes(ctx) == set()
    reader.press("reached")
    reader.press("save", disposition="contacted")
    assert reader.state == "saved"
    assert _noes(ctx) == set()


@pytest.mark.slow
def test_a_note_added_after_saving_joins_the_result(reader: Reader, ctx: Context):
    _talk(reader)
    reader.press("answer-no")
    reader.press("continue")
    reader.press("save")
    reader.press("next", notes="Her mother needs a lift.")
    assert reader.state == "ringing"
    with ctx.unit() as unit:
        standing = select(Result.notes).where(Result.superseded_at.is_(None), ~Result.implied)
        assert unit.session.scalars(standing).all() == ["Her mother needs a lift."]


@pytest.mark.slow
def test_the_end_of_a_shift(reader: Reader):
    _talk(reader)
    reader.press("answer-no")
    reader.press("continue")
    reader.press("save")
    page = reader.press("end-shift")
    assert "Diolch, Vic" in page.text
    reader.open("/call")
    assert reader.state == "idle"


def test_what_all_of_them_did_today_stands_beside_ones_own(
    app: Flask, reader: Reader, mallory: Person, bank: PhoneBank, clock: SetClock
):
    _talk(reader)
    for button in ("answer-no", "continue", "save"):
        reader.press(button)
    join_campaign(mallory.units, mallory, bank.campaign_id)
    hers = Reader(app.test_client())
    hers.sign_in(mallory.token)
    for button in ("next", "not-reached", "save"):
        hers.press(button, disposition="no_answer")
    assert reader.open("/call?wait=nobody_due").tests["team-others"]["data-value"] == "1"
    clock.forward(minutes=16)  # and nothing more from Mallory, whose shift goes on
    assert reader.open("/call?wait=nobody_due").tests["team-others"]["data-value"] == "0"
    assert _of_all(reader.press("end-shift")) == ("2", "1")
    assert "team-others" not in reader.page.tests
    assert "Mallory" not in reader.page.text
    clock.forward(hours=24)
    hers.sign_in(mallory.token)
    assert _of_all(hers.open("/call?wait=nobody_due")) == ("0", "0")


def _of_all(page: Page) -> tuple[str, str]:
    return page.tests["team-calls"]["data-value"], page.tests["team-talks"]["data-value"]


def test_quiet_hours_keep_the_shift_open(app: Flask, vic: Person, bank: PhoneBank, clock: SetClock):
    clock.now = dt.datetime(2026, 5, 7, 21, 30, tzinfo=dt.UTC)
    reader = Reader(app.test_client())
    reader.sign_in(vic.token)
    page = reader.press("next")
    assert reader.state == "waiting"
    assert "Nobody may be rung just now" in page.text
    assert "Calling starts again at Fri 8 May, 9 am." in page.text


@pytest.mark.slow
def test_nobody_left(app: Flask, ctx: Context, vic: Person):
    open_phone_bank(ctx, vic, names=NAMES[3:4])
    reader = Reader(app.test_client())
    reader.sign_in(vic.token)
    reader.press("next")
    reader.press("not-reached")
    reader.press("save", disposition="disconnected")
    reader.press("next")
    assert reader.state == "waiting"


@pytest.mark.slow
def test_a_late_result_is_taken_all_the_same(
    reader: Reader, clock: SetClock, context_of: Callable[[Person], Context], carys: Person
):
    _talk(reader)
    reader.press("reached")
    clock.forward(minutes=30)
    expire_assignments(context_of(carys))
    page = reader.press("save", disposition="refused")
    assert "may have gone to someone else. Your answers are saved all the same." in page.text


def test_somebody_elses_call_is_not_there(reader: Reader, app: Flask, mallory: Person, bank: PhoneBank):
    _talk(reader)
    hers = Reader(app.test_client())
    hers.sign_in(mallory.token)
    button = reader.page.buttons["answer-yes"]
    token = next(form.fields["csrf_token"] for form in hers.page.forms if "csrf_token" in form.fields)
    data = {**button.form.fields, "answer": "yes", "csrf_token": token}
    assert hers.client.post("/call/answer", data=data).status_code == 404


@pytest.mark.parametrize(
    "forged",
    [{"assignment": "x"}, {"contact": "x"}, {"contact": "00000000-0000-0000-0000-000000000000"}],
)
def test_what_the_page_does_not_offer_is_not_there(reader: Reader, forged: dict[str, str]):
    _talk(reader)
    assert reader.press("answer-yes", **forged).status == 404


def test_an_answer_the_script_hasnt_changes_nothing(reader: Reader):
    _talk(reader)
    reader.page.buttons["answer-yes"].value = "nonsense"
    assert "Can we count on" in reader.press("answer-yes").words["step"]
    assert "Can we count on" in reader.press("answer-no", step="nowhere").words["step"]


@pytest.mark.slow
def test_a_result_for_a_stranger_is_left_out(reader: Reader):
    _talk(reader)
    reader.press("reached")
    stranger = {"other-00000000-0000-0000-0000-000000000000": "contacted", "other-x": "moved"}
    reader.press("save", disposition="refused", **stranger)
    assert reader.state == "saved"


def test_whoever_has_not_practised_is_led_there_first(reader: Reader):
    assert "Ring Mrs Pritchard first." in reader.open("/call").words["first-time"]
    reader.open("/practice")
    reader.press("practice")
    assert "Then press the answer that you hear." in reader.page.words["hint"]
    reader.press("answer-yes")
    assert "Change last answer" in reader.page.words["hint"]
    reader.press("answer-no")
    reader.press("continue")
    assert "Say what came of it, and save" in reader.page.text
    assert "first-time" in reader.open("/call").tests
    reader.open("/practice/call")
    assert "That’s all there is to it." in reader.press("save").text
    page = reader.open("/call")
    assert "first-time" not in page.tests
    assert "practice" in page.tests


def test_practice_saves_nothing(reader: Reader, ctx: Context):
    reader.open("/practice")
    page = reader.press("practice")
    assert "Practice" in page.text
    for button in ("answer-yes", "answer-probably", "answer-postal", "continue"):
        reader.press(button)
    assert reader.state == "wrap_up"
    assert "That’s all there is to it." in reader.press("save").text
    assert reader.open("/call").tests["shift-count"]["data-value"] == "0"


def test_a_volunteer_without_a_campaign_is_told(app: Flask, mallory: Person, bank: PhoneBank):
    reader = Reader(app.test_client())
    assert "No calls just now" in reader.sign_in(mallory.token).text


def test_the_call_screen_in_welsh(app: Flask, vic: Person, bank: PhoneBank):
    reader = Reader(app.test_client(), language="cy")
    reader.sign_in(vic.token)
    assert '<html lang="cy"' in reader.page.html


@pytest.mark.slow
def test_while_all_calling_is_stopped_nobody_is_offered_to_ring(reader: Reader, ctx: Context):
    reader.press("next")
    assert reader.client.get("/call/line").text == "none"
    pause_all(ctx, "A complaint.")
    assert reader.client.get("/call/line").text == "stopped"
    page = reader.open("/call")
    assert reader.state == "ringing"
    assert "All calling is stopped just now. If you have rung already, save what happened." in page.text
    assert "call-own" not in page.tests
    assert "call-ring-me" not in page.tests
    assert "tel:" not in page.html
    reader.press("not-reached")
    reader.press("save", disposition="no_answer")
    assert reader.state == "saved"


def test_a_person_can_be_rung_again_when_calling_goes_on(reader: Reader, ctx: Context):
    reader.press("next")
    pause_all(ctx, "A complaint.")
    resume_all(ctx)
    page = reader.open("/call")
    assert page.tests["call-own"]["href"] == "tel:+441632960001"
    assert reader.client.get("/call/line").text == "none"


@pytest.mark.parametrize(
    ("pressed", "said"),
    [
        (True, "Counts as a talk, with the answers you pressed."),
        (False, "Counts as a talk. No answers were pressed."),
    ],
)
@pytest.mark.slow
def test_what_is_said_of_answers_is_true(reader: Reader, pressed: bool, said: str):
    _talk(reader)
    if pressed:
        reader.press("answer-no")
    page = reader.press("reached" if "reached" in reader.page.buttons else "continue")
    assert said in page.text
    assert "Saved" not in page.text, "nothing is, so far"
    assert said in reader.press("save", disposition="contacted").text


LONG = "x" * 1_990 + "\n" * 9 + "🙂"


@pytest.mark.slow
def test_a_note_that_is_too_long_is_said_and_kept_whole_until_it_fits(reader: Reader, ctx: Context):
    _talk(reader)
    reader.press("answer-no", notes=f"{LONG}ab".replace("\n", "\r\n"))  # as browsers send it
    if reader.state != "wrap_up":
        reader.press("reached" if "reached" in reader.page.buttons else "continue")
    page = reader.press("save", disposition="contacted")
    assert "Your note has 2,002 characters, and 2,000 fit." in page.text
    assert page.words["notes"].endswith("🙂ab")
    reader.press("save", disposition="contacted", notes=LONG)
    assert reader.state == "saved"
    assert _notes(ctx) == [LONG]


def test_a_note_too_long_to_be_added_afterwards_stays_on_the_page(reader: Reader, ctx: Context):
    _talk(reader)
    reader.press("reached")
    reader.press("save", disposition="refused")
    for _ in range(2):
        page = reader.press("next", notes=LONG + "ab")
        assert "2,000 fit" in page.words["flash"]
        assert (reader.state, page.words["notes"][-3:]) == ("saved", "🙂ab")
    reader.press("rest", notes="Rang at tea time.")
    assert (reader.state, _notes(ctx)) == ("paused", ["Rang at tea time."])


@pytest.mark.parametrize("on", ["next", "rest"])
def test_a_long_note_of_whoever_wants_to_be_left_alone_keeps_nobody_on_the_page(
    reader: Reader, ctx: Context, *, on: str
):
    _talk(reader)
    reader.press("reached")
    page = reader.press("save", disposition="do_not_call", notes="x" * 2_500)
    assert (reader.state, page.tests["notes"]["data-most"]) == ("saved", "10000")
    reader.press(on)
    assert reader.state == {"next": "ringing", "rest": "paused"}[on]
    assert _notes(ctx) == ["x" * 2_500]


def test_a_long_note_that_was_recorded_holds_nobody_up_who_only_looked_at_another_outcome(
    reader: Reader, ctx: Context
):
    _talk(reader)
    reader.press("reached")
    reader.press("save", disposition="do_not_call", notes="x" * 2_500)
    reader.open("/call?correct=1")
    assert "2,000 fit" in reader.press("save", disposition="refused").text
    reader.open("/call")
    page = reader.press("next", notes="x" * 2_501)
    assert ("2,000 fit" in page.words["flash"], reader.state) == (True, "saved"), "this one is new"
    reader.press("next", notes="x" * 2_500)
    assert reader.state == "ringing"
    assert _notes(ctx) == ["x" * 2_500]


def test_a_note_longer_than_can_be_kept_is_said_and_is_no_error(reader: Reader, ctx: Context):
    _talk(reader)
    reader.press("reached")
    page = reader.press("save", disposition="do_not_call", notes="x" * 10_001)
    assert (page.status, "10,000 fit" in page.text) == (200, True)
    reader.press("save", disposition="do_not_call", notes="x" * 10_000)
    assert (reader.state, _notes(ctx)) == ("saved", ["x" * 10_000])


def _notes(ctx: Context) -> list[str | None]:
    with ctx.unit() as unit:
        standing = select(Result.notes).where(Result.superseded_at.is_(None), ~Result.implied)
        return list(unit.session.scalars(standing))


def test_whoever_has_voted_meanwhile_is_not_offered_to_ring(reader: Reader, ctx: Context, bank: PhoneBank):
    with ctx.unit() as unit:
        unit.session.get_one(Campaign, (unit.organisation_id, bank.campaign_id)).kind = "gotv"
    reader.press("next")
    assert reader.client.get("/call/line").text == "none"
    first = _in_hand(reader)
    with ctx.unit() as unit:
        election = unit.session.get_one(Campaign, (unit.organisation_id, bank.campaign_id)).election_id
        record_turnout(unit, contact_id=uuid.UUID(first), election_id=election, source="teller", at=ctx.now)
    assert reader.client.get("/call/line").text == "voted"
    page = reader.open("/call")
    assert "They have voted already" in page.text
    assert "call-own" not in page.tests
    assert "tel:" not in page.html
    reader.press("voted-next")
    reader.press("next")
    assert _in_hand(reader) != first


def _in_hand(reader: Reader) -> str:
    return next(form.fields["contact"] for form in reader.page.forms if "contact" in form.fields)
