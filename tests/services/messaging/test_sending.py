"""What happens between launch and completed, step by step, with the carrier's ledger as the judge."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import select

from dialer.carrier.port import (
    TOO_MANY_REQUESTS,
    Accepted,
    NotAccepted,
    OutboundMessage,
    Refused,
    SendOutcome,
    Unknown,
)
from dialer.domain.carrier_action import Action
from dialer.domain.errors import Conflict
from dialer.domain.sender import Rest
from dialer.services.calling.campaigns import change_campaign, end_campaign, pause_campaign
from dialer.services.calling.pause_all import pause_all, resume_all
from dialer.services.messaging import sending
from dialer.services.messaging.blasts import delete_blast
from dialer.services.messaging.carrier_events import StatusOfText, apply_statuses, record_status
from dialer.services.messaging.gate import claim_texts, new_lease, pass_gate
from dialer.services.messaging.launching import cancel_blast, pause_blast, resume_blast
from dialer.services.messaging.messages import MessageSearch, list_messages
from dialer.services.messaging.missed_texts import texts_may_be_missed
from dialer.services.messaging.outcomes import accept_texts
from dialer.services.messaging.outgoing import queue_text
from dialer.services.messaging.progress import blast_progress
from dialer.services.messaging.senders import rest_senders, sender_rows
from dialer.services.messaging.test_sends import send_test
from dialer.services.paging import Page
from dialer.services.people.no_contact import add_opt_out
from dialer.store.models import new_id
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.models.people import Contact
from dialer.store.queries.blast_ends import end_queued
from tests.conftest import SetClock
from tests.phone_bank import landline, mobile
from tests.texting import SENDER, SETTLE_S, Blasting, add_people, blast, campaign, people


def test_everybody_gets_it_once_and_then_it_is_completed(blasting: Blasting) -> None:
    who = people(blasting.ctx, 25)
    blast = blasting.launch(who)
    blasting.plan(blast.id, size=10)
    assert blasting.counts(blast.id) == {"queued": 25}
    blasting.send()
    blasting.keep()
    assert blasting.judge.accepted_by_number() == {mobile(index): 1 for index in range(25)}
    assert blasting.counts(blast.id) == {"sent": 25}
    assert blasting.state(blast.id) == "completed"
    assert {one.body for one in blasting.judge.asked} == {"Hello Gwen, polls are open."}
    assert {one.sender for one in blasting.judge.asked} == {SENDER}


def test_what_it_cost_is_counted(blasting: Blasting) -> None:
    blast = blasting.launch(people(blasting.ctx, 3), body="x" * 200)
    blasting.plan(blast.id)
    blasting.send()
    assert blast_progress(blasting.ctx, blast.id).spent == Decimal("0.24")


def test_a_shared_number_gets_one_text(blasting: Blasting) -> None:
    ids = [new_id() for _ in range(3)]
    add_people(blasting.ctx, [(id_, [mobile(1)]) for id_ in ids])
    blast = blasting.launch(ids)
    blasting.plan(blast.id, size=1)
    blasting.send()
    assert blasting.judge.accepted_by_number() == {mobile(1): 1}
    assert blasting.skipped(blast.id) == {"duplicate_number": 2}


def test_the_next_on_a_number_takes_the_place_of_one_who_is_skipped(blasting: Blasting) -> None:
    ids = [new_id() for _ in range(2)]
    add_people(blasting.ctx, [(id_, [mobile(1)]) for id_ in ids])
    blast = blasting.launch(ids)
    blasting.plan(blast.id)
    with blasting.ctx.unit() as unit:
        contact = unit.session.get_one(Contact, (unit.organisation_id, ids[0]))
        contact.status = "moved"
    blasting.send()
    first, second = blasting.messages(blast.id)
    assert (first.state, first.skip_reason, second.state) == ("skipped", "moved", "sent")
    assert blasting.judge.accepted_by_number() == {mobile(1): 1}


def test_who_says_no_after_planning_gets_nothing(blasting: Blasting) -> None:
    who = people(blasting.ctx, 2)
    blast = blasting.launch(who)
    blasting.plan(blast.id)
    add_opt_out(blasting.ctx, who[0], "sms")
    blasting.send()
    blasting.keep()
    assert blasting.judge.accepted_by_number() == {mobile(1): 1}
    assert blasting.skipped(blast.id) == {"opted_out": 1}
    assert blasting.state(blast.id) == "completed"


def test_pause_holds_what_is_claimed_and_resume_lets_it_go(blasting: Blasting, clock: SetClock) -> None:
    blast = blasting.launch(people(blasting.ctx, 4))
    blasting.plan(blast.id)
    holder = new_id()
    claimed = claim_texts(blasting.system, SENDER, blast.id, new_lease(blasting.system, holder), 10)
    pause_blast(blasting.ctx, blast.id)
    assert pass_gate(blasting.system, holder, claimed) == []
    blasting.send()
    assert blasting.counts(blast.id) == {"queued": 4}
    resume_blast(blasting.ctx, blast.id)
    clock.forward(seconds=2)
    blasting.send()
    assert blasting.counts(blast.id) == {"sent": 4}


def test_cancel_ends_what_waits(blasting: Blasting) -> None:
    blast = blasting.launch(people(blasting.ctx, 4))
    blasting.plan(blast.id)
    cancel_blast(blasting.ctx, blast.id)
    blasting.send()
    blasting.clear(blast.id)
    assert blasting.counts(blast.id) == {"cancelled": 4}
    assert blasting.judge.asked == []


def test_everything_waits_while_all_or_the_campaign_is_paused(blasting: Blasting) -> None:
    running = campaign(blasting.ctx)
    blast = blasting.launch(people(blasting.ctx, 2), campaign_id=running.id)
    blasting.plan(blast.id)
    pause_all(blasting.ctx, "The wording is wrong")
    blasting.send()
    assert blast_progress(blasting.ctx, blast.id).waiting_reason == "organisation_paused"
    resume_all(blasting.ctx)
    pause_campaign(blasting.ctx, running.id)
    blasting.send()
    assert blast_progress(blasting.ctx, blast.id).waiting_reason == "campaign_paused"
    assert blasting.counts(blast.id) == {"queued": 2}


def test_quiet_hours_are_waited_for_and_bound_how_long_the_carrier_may_keep_it(
    blasting: Blasting, clock: SetClock
) -> None:
    clock.now = dt.datetime(2026, 5, 7, 20, 30, tzinfo=dt.UTC)  # half past nine at night in London
    blast = blasting.launch(people(blasting.ctx, 2))
    blasting.plan(blast.id)
    blasting.send()
    assert blasting.judge.asked == []
    assert blast_progress(blasting.ctx, blast.id).waiting_reason == "quiet_hours"
    clock.now = dt.datetime(2026, 5, 8, 19, 0, tzinfo=dt.UTC)  # eight in the evening
    blasting.send()
    assert [one.validity_s for one in blasting.judge.asked] == [3600, 3600]


def test_somebody_whose_postcode_lies_abroad_gets_it_when_it_is_day_there_too(
    blasting: Blasting, clock: SetClock
) -> None:
    who = people(blasting.ctx, 3)
    with blasting.ctx.unit() as unit:
        abroad, at_home, _ = unit.session.scalars(select(Contact))
        abroad.postcode, at_home.postcode = "90210-1234", "CF10 1AA"
    clock.now = dt.datetime(2026, 5, 7, 12, 0, tzinfo=dt.UTC)  # five in the morning in Los Angeles
    blast = blasting.launch(who)
    blasting.plan(blast.id)
    blasting.send()
    assert blasting.counts(blast.id) == {"queued": 1, "sent": 2}
    clock.now = dt.datetime(2026, 5, 7, 16, 0, tzinfo=dt.UTC)
    blasting.send()
    assert blasting.counts(blast.id) == {"sent": 3}
    assert [one.validity_s for one in blasting.judge.asked] == [8 * 3600, 8 * 3600, 4 * 3600]


def test_a_budget_is_not_passed_and_pauses_campaign_and_blast(blasting: Blasting) -> None:
    running = campaign(blasting.ctx, cost_cap=Decimal("0.10"))
    blast = blasting.launch(people(blasting.ctx, 5), campaign_id=running.id)
    blasting.plan(blast.id)
    blasting.send()
    found = blast_progress(blasting.ctx, blast.id)
    assert (found.state, found.pause_reason, found.spent) == ("paused", "cost_cap", Decimal("0.08"))
    assert blasting.counts(blast.id) == {"queued": 3, "sent": 2}
    change_campaign(blasting.ctx, running.id, {"cost_cap": None})


def test_a_text_in_review_waits_and_is_skipped_when_the_blast_ends_first(blasting: Blasting) -> None:
    who = people(blasting.ctx, 2)
    with blasting.ctx.unit() as unit:
        of = {"organisation_id": unit.organisation_id, "id": new_id(), "created_at": blasting.ctx.now}
        unit.session.add(Conversation(**of, number=mobile(0), state="review"))
    blast = blasting.launch(who)
    blasting.plan(blast.id)
    blasting.send()
    assert blasting.counts(blast.id) == {"queued": 1, "sent": 1}
    blasting.keep()
    assert blasting.skipped(blast.id) == {"in_review": 1}
    assert blasting.state(blast.id) == "completed"


def test_a_blast_does_not_end_over_the_head_of_whoever_is_at_its_last_text(blasting: Blasting) -> None:
    with blasting.ctx.unit() as unit:
        of = {"organisation_id": unit.organisation_id, "id": new_id(), "created_at": blasting.ctx.now}
        talk = Conversation(**of, number=mobile(0), state="review")
        unit.session.add(talk)
    blast = blasting.launch(people(blasting.ctx, 1))
    blasting.plan(blast.id)
    with blasting.ctx.unit() as unit:
        unit.session.scalars(select(Message).with_for_update()).all()
        blasting.keep()
    assert (blasting.state(blast.id), blasting.counts(blast.id)) == ("running", {"queued": 1})
    with blasting.ctx.unit() as unit:
        unit.session.get_one(Conversation, (unit.organisation_id, talk.id)).state = "open"
        assert not end_queued(unit, blast.id, state="skipped", limit=9, reason="in_review", reviewed=True)
    blasting.send()
    blasting.keep()
    assert (blasting.state(blast.id), blasting.counts(blast.id)) == ("completed", {"sent": 1})


def _answering(outcomes: dict[str, SendOutcome | str]) -> object:
    def answer(message: OutboundMessage) -> SendOutcome | str | None:
        return outcomes.get(message.to)

    return answer


@pytest.mark.parametrize(
    ("code", "action"), [(21610, Action.SUPPRESS), (21211, Action.RETIRE_NUMBER), (21614, Action.NEVER_TEXT)]
)
def test_a_refusal_about_the_number_ends_the_text_and_marks_the_number(
    blasting: Blasting, code: int, action: Action
) -> None:
    who = people(blasting.ctx, 2)
    blasting.judge.answers = _answering({mobile(0): Refused(code, "No", action)})  # type: ignore[assignment]
    blast = blasting.launch(who)
    blasting.plan(blast.id)
    blasting.send()
    assert blasting.counts(blast.id) == {"failed": 1, "sent": 1}
    assert [one.error_code for one in blasting.messages(blast.id)] == [code, None]
    again = blasting.launch(who)
    blasting.plan(again.id)
    assert blasting.counts(again.id) == {"queued": 1, "skipped": 1}


@pytest.mark.parametrize(
    ("code", "action", "reason"),
    [
        (20003, Action.STOP_ALL, "carrier_account_20003"),
        (21606, Action.CONFIGURATION, "carrier_configuration_21606"),
    ],
)
def test_a_refusal_about_us_puts_the_text_back_and_pauses(
    blasting: Blasting, clock: SetClock, code: int, action: Action, reason: str
) -> None:
    blasting.judge.answers = lambda _: Refused(code, "No", action)
    blast = blasting.launch(people(blasting.ctx, 3))
    blasting.plan(blast.id)
    blasting.send()
    found = blast_progress(blasting.ctx, blast.id)
    assert (found.state, found.pause_reason) == ("paused", reason)
    assert blasting.counts(blast.id) == {"queued": 3}
    blasting.judge.answers = lambda _: None
    resume_blast(blasting.ctx, blast.id)
    clock.forward(seconds=2)
    blasting.send()
    assert blasting.counts(blast.id) == {"sent": 3}


def test_many_refusals_that_nothing_explains_pause_the_blast(blasting: Blasting) -> None:
    blasting.judge.answers = lambda _: Refused(29999, "No", Action.FINAL)
    blast = blasting.launch(people(blasting.ctx, 10))
    blasting.plan(blast.id)
    blasting.send()
    found = blast_progress(blasting.ctx, blast.id)
    assert (found.state, found.pause_reason) == ("paused", "too_many_refused")
    assert blasting.counts(blast.id) == {"failed": 10}


def test_what_was_not_accepted_is_sent_later_without_failing(blasting: Blasting, clock: SetClock) -> None:
    blasting.judge.answers = lambda _: NotAccepted(TOO_MANY_REQUESTS, retry_after_s=3)
    blast = blasting.launch(people(blasting.ctx, 3))
    blasting.plan(blast.id)
    blasting.send()
    assert blasting.counts(blast.id) == {"queued": 3}
    assert blast_progress(blasting.ctx, blast.id).waiting_reason == "rate"
    blasting.judge.answers = lambda _: None
    asked = len(blasting.judge.asked)
    blasting.send()
    assert len(blasting.judge.asked) == asked
    clock.forward(seconds=4)
    blasting.send()
    assert blasting.counts(blast.id) == {"sent": 3}


@pytest.mark.parametrize(
    ("answer", "waiting"),
    [
        (NotAccepted("unreachable"), "carrier"),
        (NotAccepted(TOO_MANY_REQUESTS), "rate"),
        (Refused(21611, "No", Action.REST_SENDER), "rate"),
    ],
)
def test_what_is_waited_for_while_the_sender_rests(
    blasting: Blasting, clock: SetClock, answer: SendOutcome, waiting: str
) -> None:
    blasting.judge.answers = lambda _: answer
    blast = blasting.launch(people(blasting.ctx, 3))
    blasting.plan(blast.id)
    blasting.send()
    assert blast_progress(blasting.ctx, blast.id).waiting_reason == waiting
    clock.forward(minutes=2)
    assert blast_progress(blasting.ctx, blast.id).waiting_reason is None
    texts_may_be_missed(blasting.system)
    assert blast_progress(blasting.ctx, blast.id).waiting_reason == "unread_texts"


def test_what_is_waited_for_is_the_sender_that_goes_on_first(blasting: Blasting) -> None:
    blast = blasting.launch(people(blasting.ctx, 1), senders=[landline(1), landline(2)])
    blasting.plan(blast.id)
    soon = blasting.ctx.now + dt.timedelta(seconds=5)
    with blasting.ctx.unit() as unit:
        sender_rows(unit, [landline(1), landline(2)])
        rest_senders(unit, [landline(1)], soon + dt.timedelta(minutes=1), Rest.AWAY)
    assert blast_progress(blasting.ctx, blast.id).waiting_reason is None
    with blasting.ctx.unit() as unit:
        rest_senders(unit, [landline(2)], soon, Rest.SLOWED)
    assert blast_progress(blasting.ctx, blast.id).waiting_reason == "rate"


def test_what_was_held_up_after_the_gate_asks_it_again(
    blasting: Blasting, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second after the gate somebody may have said no, and after half a minute others have settled it."""
    contacts = people(blasting.ctx, 4)
    blast_id = blasting.launch(contacts).id
    blasting.plan(blast_id)
    with monkeypatch.context() as held_up:
        held_up.setattr(sending, "BEGIN_WITHIN_S", -1.0)
        blasting.send()
    assert blasting.judge.ledger == []
    assert blasting.counts(blast_id) == {"queued": 4}
    add_opt_out(blasting.ctx, contacts[0], "sms")
    clock.forward(minutes=2)
    blasting.send()
    assert blasting.counts(blast_id) == {"sent": 3, "skipped": 1}


def test_a_sender_that_does_not_reach_a_number_gives_way_to_one_other(blasting: Blasting) -> None:
    blasting.judge.answers = lambda _: Refused(21612, "No", Action.OTHER_SENDER_ONCE)
    blast = blasting.launch(people(blasting.ctx, 1), senders=[landline(1), landline(2), landline(3)])
    blasting.plan(blast.id)
    blasting.send()
    assert blasting.counts(blast.id) == {"failed": 1}
    assert len({one.sender for one in blasting.judge.asked}) == len(blasting.judge.asked) == 2


def test_a_lost_answer_is_found_by_asking_and_nothing_is_sent_twice(
    blasting: Blasting, clock: SetClock
) -> None:
    blasting.judge.answers = lambda _: "lost"
    blast = blasting.launch(people(blasting.ctx, 3))
    blasting.plan(blast.id)
    blasting.send()
    assert blasting.counts(blast.id) == {"unknown": 3}
    blasting.keep()
    assert blasting.state(blast.id) == "running"
    clock.forward(seconds=6)
    blasting.settle()
    assert blasting.counts(blast.id) == {"sent": 3}
    assert set(blasting.judge.accepted_by_number().values()) == {1}
    assert {one.carrier_sid for one in blasting.messages(blast.id)} == {
        one.sid for one in blasting.judge.ledger
    }


def test_what_the_carrier_never_had_is_sent_again_once(blasting: Blasting, clock: SetClock) -> None:
    blasting.judge.answers = lambda _: Unknown("connection lost")
    blast = blasting.launch(people(blasting.ctx, 1))
    blasting.plan(blast.id)
    blasting.send()
    clock.forward(seconds=5)
    blasting.settle()
    assert blasting.counts(blast.id) == {"unknown": 1}  # one clean look isn't enough
    clock.forward(seconds=SETTLE_S - 5)
    blasting.settle()
    assert blasting.counts(blast.id) == {"queued": 1}
    blasting.send()
    assert len(blasting.judge.asked) == 2
    for _ in range(3):
        clock.forward(seconds=SETTLE_S)
        blasting.settle()
        blasting.send()
    assert len(blasting.judge.asked) == 2  # a second unknown outcome stays, and is shown
    assert blasting.counts(blast.id) == {"unknown": 1}
    blasting.keep()
    assert blasting.state(blast.id) == "completed"


def test_a_list_that_lags_is_looked_at_twice(blasting: Blasting, clock: SetClock) -> None:
    blasting.judge.answers, blasting.judge.hidden = (lambda _: "lost"), True
    blast = blasting.launch(people(blasting.ctx, 1))
    blasting.plan(blast.id)
    blasting.send()
    clock.forward(seconds=5)
    blasting.settle()
    blasting.judge.hidden = False
    clock.forward(seconds=5)
    blasting.settle()
    assert blasting.counts(blast.id) == {"sent": 1}


def test_a_look_that_failed_proves_nothing(blasting: Blasting, clock: SetClock) -> None:
    blasting.judge.answers, blasting.judge.unreadable = (lambda _: Unknown("timeout")), True
    blast = blasting.launch(people(blasting.ctx, 1))
    blasting.plan(blast.id)
    blasting.send()
    for _ in range(5):
        clock.forward(seconds=60)
        blasting.settle()
    assert blasting.counts(blast.id) == {"unknown": 1}


def test_two_texts_alike_are_bound_by_count(blasting: Blasting, clock: SetClock) -> None:
    running = campaign(blasting.ctx)
    answers = iter(["lost", Unknown("timeout")])
    blasting.judge.answers = lambda _: next(answers, None)
    with blasting.system.unit() as unit:
        for _ in range(2):
            queue_text(
                unit, blasting.ctx, number=mobile(1), body="Same", purpose="single", campaign_id=running.id
            )
    blasting.send()
    for _ in range(2):
        clock.forward(seconds=6)
        blasting.settle()
    blasting.send()
    assert blasting.judge.accepted_by_number() == {mobile(1): 2}


def test_what_a_dead_worker_had_on_the_wire_is_settled(blasting: Blasting, clock: SetClock) -> None:
    blast = blasting.launch(people(blasting.ctx, 2))
    blasting.plan(blast.id)
    holder = new_id()
    claimed = claim_texts(blasting.system, SENDER, blast.id, new_lease(blasting.system, holder), 1)
    assert len(pass_gate(blasting.system, holder, claimed)) == 1
    blasting.send()
    assert blasting.counts(blast.id) == {"sending": 1, "sent": 1}
    clock.forward(seconds=31)
    blasting.settle()
    clock.forward(seconds=SETTLE_S)
    blasting.settle()
    blasting.send()
    assert blasting.counts(blast.id) == {"sent": 2}
    assert set(blasting.judge.accepted_by_number().values()) == {1}


def test_a_claim_comes_back_by_itself(blasting: Blasting, clock: SetClock) -> None:
    blast = blasting.launch(people(blasting.ctx, 2))
    blasting.plan(blast.id)
    holder = new_id()
    claimed = claim_texts(blasting.system, SENDER, blast.id, new_lease(blasting.system, holder), 2)
    blasting.send()
    assert blasting.judge.asked == []
    clock.forward(seconds=11)
    blasting.send()
    assert blasting.counts(blast.id) == {"sent": 2}
    assert pass_gate(blasting.system, holder, claimed) == []


def test_a_code_is_sent_at_night_and_an_opted_out_number_still_gets_its_confirmation(
    blasting: Blasting, clock: SetClock
) -> None:
    campaign(blasting.ctx)
    clock.now = dt.datetime(2026, 5, 7, 23, 0, tzinfo=dt.UTC)
    who = people(blasting.ctx, 1)
    add_opt_out(blasting.ctx, who[0], "sms")
    with blasting.system.unit() as unit:
        for purpose, number in (("code", mobile(9)), ("help", mobile(0)), ("stop_confirmation", mobile(0))):
            queue_text(unit, blasting.ctx, number=number, body=purpose, purpose=purpose)
    blasting.send()
    assert sorted(one.body for one in blasting.judge.asked) == ["code", "stop_confirmation"]


def test_without_a_sender_it_is_not_launched(blasting: Blasting) -> None:
    silent = campaign(blasting.ctx, senders=[])
    with pytest.raises(Conflict):
        blasting.launch(people(blasting.ctx, 1), campaign_id=silent.id)


def test_a_proof_that_comes_late_keeps_a_text_from_being_sent_again(
    blasting: Blasting, clock: SetClock
) -> None:
    blasting.judge.answers = lambda _: Unknown("timeout")
    blast = blasting.launch(people(blasting.ctx, 1))
    blasting.plan(blast.id)
    blasting.send()
    for _ in range(2):
        clock.forward(seconds=SETTLE_S)
        blasting.settle()
    [message] = blasting.messages(blast.id)
    assert message.state == "queued"
    with blasting.system.unit() as unit:
        assert accept_texts(blasting.system, unit, {message.id: "SM" + "1" * 32}) == {message.id}
    blasting.send()
    assert len(blasting.judge.asked) == 1


def test_rows_of_a_blast_say_who_and_why(blasting: Blasting) -> None:
    nobody = new_id()
    add_people(blasting.ctx, [(nobody, [])])
    blast = blasting.launch([nobody])
    blasting.plan(blast.id)
    [row] = blasting.messages(blast.id)
    assert isinstance(row, Message)
    assert (row.state, row.skip_reason, row.number) == ("skipped", "no_phone", None)


def test_a_callback_before_the_answer_proves_the_send_and_what_it_cost(blasting: Blasting) -> None:
    blast = blasting.launch(people(blasting.ctx, 1))
    blasting.plan(blast.id)
    sid = "SM" + "7" * 32

    def answer(message: OutboundMessage) -> SendOutcome:
        record_status(blasting.system, StatusOfText(sid, "delivered", message_id=message.id))
        assert apply_statuses(blasting.system, blasting.judge) == 1
        return Accepted(sid, "queued")

    blasting.judge.answers = answer
    blasting.send()
    assert blasting.counts(blast.id) == {"delivered": 1}
    assert blast_progress(blasting.ctx, blast.id).spent == Decimal("0.04")
    [message] = blasting.messages(blast.id)
    assert message.carrier_sid == sid


def test_a_text_to_try_it_is_no_part_of_the_blast(blasting: Blasting) -> None:
    draft = blast(blasting.ctx, people(blasting.ctx, 2), body="Hello {first_name|friend}")
    sent = send_test(blasting.ctx, draft.id, ["07700 900 111", "+447700900112"])
    assert [one.number for one in sent] == ["+447700900111", "+447700900112"]
    blasting.send()
    assert [one.body for one in blasting.judge.asked] == ["Hello friend"] * 2
    assert blasting.counts(draft.id) == {}
    assert list_messages(blasting.ctx, MessageSearch(blast_id=draft.id), Page()).items == []
    delete_blast(blasting.ctx, draft.id)


def test_when_its_campaign_ends_a_blast_is_called_off(blasting: Blasting) -> None:
    running = campaign(blasting.ctx)
    run = blasting.launch(people(blasting.ctx, 2), campaign_id=running.id)
    blasting.plan(run.id)
    end_campaign(blasting.ctx, running.id)
    blasting.keep()
    blasting.clear(run.id)
    assert blasting.state(run.id) == "cancelled"
    assert blasting.counts(run.id) == {"cancelled": 2}


def test_a_name_of_the_carriers_belongs_to_one_text(blasting: Blasting) -> None:
    sid = "SM" + "9" * 32
    blasting.judge.answers = lambda _: Accepted(sid, "queued")
    for index in range(2):
        run = blasting.launch(people(blasting.ctx, 1, first=index))
        blasting.plan(run.id)
        blasting.send()
    assert blasting.counts(run.id) == {"sending": 1}
