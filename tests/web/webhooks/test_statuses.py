"""What the carrier tells of texts: twice, out of order, early, late or never, and each ends as it should."""

from __future__ import annotations

import itertools
import time
import uuid

import pytest
from sqlalchemy import select

from dialer.app import create_app
from dialer.domain.carrier_action import Action
from dialer.services.messaging import carrier_events
from dialer.services.messaging.carrier_events import BATCH, KEPT, apply_statuses, forget_old_events, unmatched
from dialer.services.messaging.consequences import Said, follow
from dialer.settings import Settings
from dialer.store.models.messaging import CarrierEvent
from dialer.store.models.people import Contact, ContactPhone, OptOut, Suppression
from dialer.store.session import UnitFactory, make_engine
from tests.conftest import NOON, SetClock
from tests.examples import cases
from tests.towns import Town
from tests.web.webhooks.conftest import Post, Signer

STATUS = "/webhooks/twilio/messages/status"
NUMBER = "+447700900123"
SID = "SM" + "0" * 31 + "1"


def tell(
    signer: Signer, status: str, *, sid: str = SID, about: uuid.UUID | None = None, **params: str
) -> None:
    path = STATUS if about is None else f"{STATUS}?m={about}"
    answer = signer.post(path, {"MessageSid": sid, "MessageStatus": status, "To": NUMBER, **params})
    assert answer.status_code == 204


@pytest.mark.usefixtures("told")
def test_a_text_of_which_no_answer_came_is_proven_sent_and_delivered(town: Town, post: Post):
    """The callback alone: it names the text, and brings the SID."""
    one, other = post.text(NUMBER), post.text("+447700900124", state="unknown")
    accepted = post.hand_over(one, other)
    town.advance(120)
    post.apply()
    for message_id, outcome in zip((one, other), accepted, strict=True):
        row = post.row(message_id)
        assert (row.state, row.carrier_sid) == ("delivered", outcome.sid)
        assert row.sent_at == row.delivered_at == NOON
        assert row.reconcile_at is None


@pytest.mark.usefixtures("told")
@pytest.mark.slow
def test_doubled_and_reordered_callbacks_end_the_same(town: Town, post: Post):
    town.faults(doubled_callback=1.0, reordered_callback=0.5, seed=3)
    texts = [post.text(f"+447700900{each}") for each in range(200, 230)]
    post.hand_over(*texts)
    for _ in range(6):
        town.advance(30)
        post.apply()
    assert {post.row(each).state for each in texts} == {"delivered"}


WORDS = ("queued", "sending", "sent", "delivered")


@pytest.mark.parametrize("at_once", cases([True, False], quick=1))
def test_the_order_of_arrival_does_not_matter(at_once: bool, signer: Signer, post: Post):
    orders = list(itertools.permutations(WORDS))
    texts = [post.text(NUMBER) for _ in orders]
    for place in range(len(WORDS)):
        for number, (text, order) in enumerate(zip(texts, orders, strict=True)):
            tell(signer, order[place], about=text, sid=f"SM{number:032x}")
        if not at_once:
            post.apply()
    post.apply()
    assert {post.row(text).state for text in texts} == {"delivered"}


def test_a_word_that_proves_less_changes_nothing(signer: Signer, post: Post):
    text = post.text(NUMBER, state="delivered", carrier_sid=SID)
    for word in ("sent", "undelivered", "failed", "queued", "tomorrow's word"):
        tell(signer, word, about=text)
    post.apply()
    assert post.row(text).state == "delivered"
    assert post.apply() == 0, "and is applied all the same"


def test_accepted_is_not_the_end_and_is_asked_about_later(signer: Signer, post: Post):
    text = post.text(NUMBER)
    tell(signer, "queued", about=text)
    post.apply()
    row = post.row(text)
    assert (row.state, row.carrier_sid, row.sent_at) == ("sent", SID, NOON)
    assert (row.reconcile_at - NOON).total_seconds() == 300
    assert row.cost is not None


def test_by_its_sid_alone_a_text_is_found(signer: Signer, post: Post):
    text = post.text(NUMBER, state="sent", carrier_sid=SID)
    tell(signer, "delivered")
    post.apply()
    assert post.row(text).state == "delivered"


def test_one_that_is_early_waits_and_is_counted(signer: Signer, post: Post, clock: SetClock):
    tell(signer, "delivered")
    assert post.apply() == 1
    assert post.apply() == 0, "it rests"
    assert unmatched(post.context()) == 1
    text = post.text(NUMBER, state="sent", carrier_sid=SID)
    clock.forward(seconds=5)
    assert post.apply() == 1
    assert post.row(text).state == "delivered"
    assert unmatched(post.context()) == 0


@pytest.mark.slow
def test_it_is_looked_for_less_and_less_often_but_never_forgotten(
    signer: Signer, post: Post, clock: SetClock, units
):
    tell(signer, "delivered")
    waits = []
    for _ in range(20):
        assert post.apply() == 1
        with post.units.read() as unit:
            due = unit.session.scalars(select(CarrierEvent.due_at)).one()
        waits.append((due - clock.now).total_seconds())
        clock.now = due
    assert waits[:3] == [5, 10, 20]
    assert waits[-1] == 86_400
    assert waits == sorted(waits)
    clock.forward(days=40)
    assert forget_old_events(post.context()) == 0


def test_late_evidence_keeps_a_text_from_going_out_twice(signer: Signer, post: Post):
    """Given up for absent, queued again: the carrier had it after all."""
    text = post.text(NUMBER, state="queued", lease=uuid.uuid4())
    tell(signer, "sent", about=text)
    post.apply()
    row = post.row(text)
    assert (row.state, row.carrier_sid, row.lease) == ("sent", SID, None)


def test_another_trys_word_leaves_the_text_to_its_own(signer: Signer, post: Post):
    text = post.text(NUMBER, state="sent", carrier_sid=SID)
    tell(signer, "failed", about=text, sid="SM" + "f" * 32, ErrorCode="30005")
    post.apply()
    assert (post.row(text).state, post.row(text).carrier_sid) == ("sent", SID)


def test_a_sid_that_another_text_is_known_by_stays_there(signer: Signer, post: Post):
    other = post.text("+447700900124", state="sent", carrier_sid=SID)
    text = post.text(NUMBER)
    tell(signer, "sent", about=text)
    post.apply()
    assert (post.row(text).state, post.row(text).carrier_sid) == ("sent", None)
    assert post.row(other).carrier_sid == SID


def test_of_two_texts_with_one_sid_in_a_batch_one_has_it(signer: Signer, post: Post):
    """It can't be, and must not hold up all the others."""
    texts = [post.text(f"+447700900{each}") for each in (124, 125)]
    for text, word in zip(texts, ("sent", "delivered"), strict=True):
        tell(signer, word, about=text)
    post.apply()
    assert {post.row(each).state for each in texts} == {"sent", "delivered"}
    assert sorted(str(post.row(each).carrier_sid) for each in texts) == ["None", SID]


def test_what_was_decided_not_to_be_sent_stays_so(signer: Signer, post: Post):
    skipped = post.text(NUMBER, state="skipped", skip_reason="opted_out")
    tell(signer, "delivered", about=skipped)
    post.apply()
    assert post.row(skipped).state == "skipped"


def test_inbound_texts_are_not_moved(signer: Signer, post: Post):
    text = post.text(NUMBER, state="received", carrier_sid=SID)
    tell(signer, "delivered")
    post.apply()
    assert post.row(text).state == "received"


def test_a_text_that_somebody_writes_to_is_left_for_later(signer: Signer, post: Post, clock: SetClock):
    text = post.text(NUMBER)
    tell(signer, "sent", about=text)
    with post.units.begin(post.organisation_id) as unit:
        unit.session.execute(select(type(post.row(text))).with_for_update())
        assert post.apply() == 1
    assert post.row(text).state == "sending"
    clock.forward(seconds=1)
    post.apply()
    assert post.row(text).state == "sent"
    assert unmatched(post.context()) == 0


def test_many_are_applied_batch_by_batch(signer: Signer, post: Post):
    texts = [post.text(NUMBER) for _ in range(7)]
    for number, text in enumerate(texts):
        tell(signer, "delivered", about=text, sid=f"SM{number:032x}")
    assert [apply_statuses(post.context(), post.carrier, 3) for _ in range(4)] == [3, 3, 1, 0]
    assert {post.row(each).state for each in texts} == {"delivered"}
    assert BATCH == 500


# --- what follows from the carrier's codes


@pytest.fixture
def two_at_one_number(post: Post):
    """Two people who share a number, the first of whom was written to."""
    with post.units.begin(post.organisation_id) as unit:
        people = [Contact(organisation_id=post.organisation_id, first_name=name) for name in ("Ann", "Bob")]
        unit.session.add_all(people)
        unit.session.flush()
        unit.session.add_all(
            ContactPhone(
                organisation_id=post.organisation_id, contact_id=each.id, number=NUMBER, line_type="mobile"
            )
            for each in people
        )
    return [each.id for each in people]


def phones(post: Post) -> list[ContactPhone]:
    with post.units.begin(post.organisation_id) as unit:
        return list(unit.session.scalars(select(ContactPhone).order_by(ContactPhone.contact_id)))


@pytest.mark.parametrize("code", ["30005", "21211"])
def test_a_number_that_nobody_has_is_dead_for_everybody(code, signer, post: Post, two_at_one_number):
    text = post.text(NUMBER, contact_id=two_at_one_number[0])
    tell(signer, "undelivered", about=text, ErrorCode=code)
    post.apply()
    assert (post.row(text).state, post.row(text).error_code) == ("undelivered", int(code))
    assert [phone.dead_at for phone in phones(post)] == [NOON, NOON]


@pytest.mark.parametrize("code", ["30006", "21614"])
def test_a_line_that_takes_no_texts_is_a_landline(code, signer, post: Post, two_at_one_number):
    text = post.text(NUMBER, contact_id=two_at_one_number[0])
    tell(signer, "undelivered", about=text, ErrorCode=code)
    post.apply()
    assert [phone.line_type for phone in phones(post)] == ["landline", "landline"]
    assert [phone.dead_at for phone in phones(post)] == [None, None]


def test_opted_out_at_the_carrier_is_opted_out_here(signer, post: Post, two_at_one_number):
    text = post.text(NUMBER, contact_id=two_at_one_number[0])
    tell(signer, "failed", about=text, ErrorCode="21610")
    post.apply()
    with post.units.begin(post.organisation_id) as unit:
        opt_out = unit.session.scalars(select(OptOut)).one()
        barred = unit.session.scalars(select(Suppression)).one()
    assert (opt_out.contact_id, opt_out.channel, opt_out.source) == (two_at_one_number[0], "sms", "text")
    assert (barred.number, barred.channel, barred.reason) == (NUMBER, "sms", "opt_out")


def test_nobody_we_know_may_opt_out_as_well(post: Post):
    said = Said(NUMBER, Action.SUPPRESS, NOON)
    for _ in range(2):
        with post.units.begin(post.organisation_id) as unit:
            follow(unit, [said], NOON)
    with post.units.begin(post.organisation_id) as unit:
        assert unit.session.scalars(select(Suppression.number)).all() == [NUMBER]


@pytest.mark.parametrize("code", ["30003", "30007", "30008", "39999"])
def test_other_codes_say_nothing_about_the_number(code, signer, post: Post, two_at_one_number):
    text = post.text(NUMBER, contact_id=two_at_one_number[0])
    tell(signer, "undelivered", about=text, ErrorCode=code)
    post.apply()
    assert post.row(text).error_code == int(code)
    assert {(phone.dead_at, phone.line_type) for phone in phones(post)} == {(None, "mobile")}


# --- the job, the figures, and what is forgotten


def test_the_job_is_asked_for_and_the_tick_asks_again(signer, post: Post, jobs, queue_client):
    tell(signer, "sent")
    assert jobs.waiting()["events"] == 1
    queue_client.flushdb()
    carrier_events.ask_to_apply(post.context())
    assert jobs.waiting()["events"] == 1
    post.apply()
    queue_client.flushdb()
    carrier_events.ask_to_apply(post.context())
    assert jobs.waiting()["events"] == 0


def test_applied_events_go_after_a_month(signer, post: Post, clock: SetClock):
    text = post.text(NUMBER)
    tell(signer, "sent", about=text)
    post.apply()
    clock.now += KEPT
    assert forget_old_events(post.context()) == 0
    clock.forward(seconds=1)
    assert forget_old_events(post.context()) == 1
    with post.units.read() as unit:
        assert unit.session.scalars(select(CarrierEvent)).all() == []


def test_while_the_database_is_away_the_carrier_is_told_so_at_once(settings: Settings, jobs, clock: SetClock):
    """It won't come again; the reconciliation finds out."""
    nowhere = UnitFactory(make_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    signer = Signer(create_app(settings, units=nowhere, jobs=jobs, clock=clock).test_client())
    began = time.monotonic()
    answer = signer.post(STATUS, {"MessageSid": SID, "MessageStatus": "sent"})
    assert answer.status_code == 503
    assert answer.json["type"].endswith("/problems/unavailable")
    assert time.monotonic() - began < 1
