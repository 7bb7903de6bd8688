"""Blasts of letters: each person once, by the same gate as texts, whatever the mail server makes of it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from dialer.carrier import smtp_session
from dialer.domain.bounces import IN_A_ROW, OVER
from dialer.domain.errors import UnknownPlaceholder, ValidationFailed
from dialer.domain.first_wave import Wanted
from dialer.domain.message import LETTER_TRIES
from dialer.services.budget import left_to_campaign
from dialer.services.gotv.figures_check import check_counters, mend_counters
from dialer.services.messaging import dead_addresses
from dialer.services.messaging.blasts import BlastFields, change_blast
from dialer.services.messaging.dead_addresses import kept_since
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.gate import claim_texts, new_lease, pass_gate
from dialer.services.messaging.launching import launch_blast, resume_blast
from dialer.services.messaging.outcomes import accept_texts
from dialer.services.messaging.progress import blast_progress
from dialer.services.people.no_contact import add_opt_out
from dialer.services.people.suppressions import NewSuppression, add_suppression
from dialer.services.spending import Period, add_up, as_csv
from dialer.store.models import new_id
from dialer.store.models.accounts import AuditEntry
from dialer.store.models.calling import Campaign
from dialer.store.models.conversations import Conversation
from dialer.store.models.people import Consent, Contact
from tests.conftest import SetClock
from tests.letters import FROM, NAMES, Mailing, address, letter, readers, with_policy
from tests.texting import blast, campaign, people


def test_letters_may_begin_with_a_first_wave(mailing: Mailing) -> None:
    draft = blast(mailing.ctx, readers(mailing.ctx, 6), **letter())
    made = launch_blast(mailing.ctx, draft.id, first_wave=Wanted(2))
    mailing.plan(made.id)
    for _ in range(2):
        mailing.send()
        mailing.keep()
    assert sum(mailing.ledger.by_address().values()) == 2
    assert blast_progress(mailing.ctx, made.id).pause_reason == "first_wave"
    resume_blast(mailing.ctx, made.id)
    mailing.send()
    assert mailing.ledger.by_address() == {address(number): 1 for number in range(6)}


def test_a_complaint_about_a_first_wave_keeps_it_from_going_on_by_itself(
    mailing: Mailing, clock: SetClock
) -> None:
    draft = blast(mailing.ctx, readers(mailing.ctx, 6), **letter())
    made = launch_blast(mailing.ctx, draft.id, first_wave=Wanted(2, goes_on_after_s=600))
    mailing.plan(made.id)
    for _ in range(2):
        mailing.send()
        mailing.keep()
    wave = blast_progress(mailing.ctx, made.id).first_wave
    assert wave is not None
    assert (wave.goes_on_at is not None, wave.awaits_delivery) == (True, False), "servers tell of no arrival"
    [one, _] = mailing.ledger.by_address()
    with mailing.ctx.unit() as unit:
        assert dead_addresses.bar_complained(unit, one, clock.now)
    clock.forward(seconds=900)
    mailing.keep()
    wave = blast_progress(mailing.ctx, made.id).first_wave
    assert wave is not None
    assert (wave.figures.opt_outs, wave.stays) == (1, True)
    assert blast_progress(mailing.ctx, made.id).state == "paused"


def test_everybody_gets_one_letter_with_their_name_and_their_way_out(mailing: Mailing) -> None:
    ids = readers(mailing.ctx, 3)
    made = mailing.launch(ids)
    mailing.plan(made.id)
    mailing.send()
    assert mailing.counts(made.id) == {"sent": 3}
    assert mailing.ledger.by_address() == {address(number): 1 for number in range(3)}
    taken = mailing.ledger.to(address(1))
    message, row = taken.message, mailing.letter(address(1))
    assert taken.sender == NAMES.return_path(row.id)
    assert NAMES.of_message_id(message["Message-ID"]) == row.id
    assert message["Message-ID"] == row.carrier_sid
    assert message["From"] == f"Llais <{FROM}>"
    assert NAMES.of_address(message["Reply-To"]) == row.id
    assert message["Subject"] == "Polls are open, Gwen" == row.subject
    plain = message.get_body(("plain",))
    assert plain is not None
    said = plain.get_content()
    assert said.startswith("Dear Gwen,")
    assert "/o/" in said
    assert said.rsplit(": ", 1)[1].strip() in message["List-Unsubscribe"]
    assert (row.segments, row.encoding, row.cost) == (0, "utf8", 0)
    mailing.keep()
    assert mailing.state(made.id) == "completed"


def test_welsh_readers_read_welsh(mailing: Mailing) -> None:
    ids = [*readers(mailing.ctx, 1), *readers(mailing.ctx, 1, first=1, language="cy")]
    given = {"bodies": {"cy": "Annwyl {first_name}"}, "subjects": {"cy": "Mae’n bryd pleidleisio"}}
    made = mailing.launch(ids, **given)
    mailing.plan(made.id)
    mailing.send()
    message = mailing.ledger.to(address(1)).message
    assert message["Subject"] == "Mae’n bryd pleidleisio"
    plain = message.get_body(("plain",))
    assert plain is not None
    assert "Peidio â chael rhagor" in plain.get_content()
    assert mailing.ledger.to(address(0)).message["Subject"] == "Polls are open, Gwen"


@pytest.mark.parametrize(
    ("imprint", "said"), [(None, "Promoted by whoever writes this."), ("Promoted by Llais.", "/i/")]
)
def test_words_in_place_of_an_imprint_are_said_where_there_is_none(
    mailing: Mailing, *, imprint: str | None, said: str
) -> None:
    of = campaign(mailing.ctx, imprint=imprint)
    body = "Dear all,\n\n{imprint_url|Promoted by whoever writes this.}"
    made = mailing.launch(readers(mailing.ctx, 1), campaign_id=of.id, body=body)
    mailing.plan(made.id)
    mailing.send()
    plain = mailing.ledger.to(address(0)).message.get_body(("plain",))
    assert plain is not None
    assert said in plain.get_content()
    assert "Who sends this" not in plain.get_content()


def test_a_name_that_somebody_gave_makes_no_link(mailing: Mailing) -> None:
    ids = readers(mailing.ctx, 1, first_name="[Win](https://bad.example/x)\n# https://bad.example")
    made = mailing.launch(ids)
    mailing.plan(made.id)
    mailing.send()
    html = mailing.ledger.to(address(0)).message.get_body(("html",))
    assert html is not None
    assert 'href="https://bad' not in html.get_content()


def test_who_said_no_or_has_no_address_gets_nothing(mailing: Mailing) -> None:
    ctx = mailing.ctx
    ids = [*readers(ctx, 5), *people(ctx, 1)]
    add_opt_out(ctx, ids[0], "email", "form")
    add_suppression(ctx, NewSuppression(email=address(1).upper(), channels=("email",), reason="complaint"))
    with ctx.unit() as unit:
        of = {"organisation_id": unit.organisation_id}
        unit.session.add(
            Conversation(**of, id=new_id(), number=address(2), state="review", created_at=ctx.now)
        )
        unit.session.execute(update(Contact).where(Contact.id == ids[3]).values(status="deceased"))
    made = blast(ctx, ids, **letter())
    estimate = estimate_blast(ctx, made.id)
    assert estimate.recipients == 1
    assert {why: count for why, count in estimate.excluded.items() if count} == {
        "opted_out": 1,
        "suppressed": 1,
        "in_review": 1,
        "deceased": 1,
        "no_email": 1,
    }
    assert not {"no_phone", "not_mobile", "country"} & estimate.excluded.keys()
    assert (estimate.segments, estimate.cost) == (0, 0)
    launch_blast(ctx, made.id, 1)
    mailing.plan(made.id)
    mailing.send()
    assert mailing.ledger.by_address() == {address(4): 1}
    expected = {"opted_out": 1, "suppressed": 1, "deceased": 1, "no_email": 1}
    assert mailing.skipped(made.id) == expected


def test_a_no_to_texts_is_none_to_letters_and_the_other_way_round(mailing: Mailing) -> None:
    ids = readers(mailing.ctx, 2)
    add_opt_out(mailing.ctx, ids[0], "sms", "form")
    add_opt_out(mailing.ctx, ids[1], "voice", "form")
    made = mailing.launch(ids)
    mailing.plan(made.id)
    mailing.send()
    assert len(mailing.ledger.taken) == 2


def test_a_no_between_plan_and_wire_holds(mailing: Mailing) -> None:
    ids = readers(mailing.ctx, 3)
    made = mailing.launch(ids)
    mailing.plan(made.id)
    add_opt_out(mailing.ctx, ids[0], "all", "form")
    with mailing.ctx.unit() as unit:
        moved = {"email": "new@example.org", "email_key": "new@example.org"}
        unit.session.execute(update(Contact).where(Contact.id == ids[1]).values(**moved))
    mailing.send()
    assert mailing.ledger.by_address() == {address(2): 1}
    assert mailing.skipped(made.id) == {"opted_out": 1, "no_email": 1}


def test_one_letter_for_an_address_that_two_share(mailing: Mailing) -> None:
    ids = readers(mailing.ctx, 2)
    with mailing.ctx.unit() as unit:
        same = {"email": address(0), "email_key": address(0)}
        unit.session.execute(update(Contact).where(Contact.id == ids[1]).values(**same))
    made = mailing.launch(ids)
    mailing.plan(made.id)
    mailing.send()
    assert mailing.ledger.by_address() == {address(0): 1}
    assert mailing.skipped(made.id) == {"duplicate_number": 1}


def test_consent_to_letters_is_asked_for_where_the_campaign_asks(mailing: Mailing) -> None:
    ctx = mailing.ctx
    ids = readers(ctx, 3)
    with ctx.unit() as unit:
        for id_, channel in ((ids[0], "email"), (ids[1], "sms")):
            of = {"organisation_id": unit.organisation_id, "id": new_id(), "contact_id": id_}
            unit.session.add(Consent(**of, channel=channel, source="form", at=ctx.now))
    campaign_id = campaign(ctx, require_consent_email=True).id
    made = mailing.launch(ids, campaign_id=campaign_id)
    mailing.plan(made.id)
    mailing.send()
    assert mailing.ledger.by_address() == {address(0): 1}
    assert mailing.skipped(made.id) == {"no_consent": 2}


@pytest.mark.parametrize("keeps", [False, True])
def test_letters_go_at_night_unless_the_campaign_says_otherwise(
    mailing: Mailing, clock: SetClock, keeps: bool
) -> None:
    clock.now = clock.now.replace(hour=23)
    campaign_id = campaign(mailing.ctx).id
    with mailing.ctx.unit() as unit:
        mine = update(Campaign).where(Campaign.id == campaign_id)
        unit.session.execute(mine.values(quiet_hours_email=keeps))
    made = mailing.launch(readers(mailing.ctx, 1), campaign_id=campaign_id)
    mailing.plan(made.id)
    mailing.send()
    assert mailing.counts(made.id) == ({"queued": 1} if keeps else {"sent": 1})
    clock.now += dt.timedelta(hours=11)
    mailing.send()
    assert mailing.counts(made.id) == {"sent": 1}


def test_a_letter_lost_after_its_last_dot_is_unknown_and_never_sent_again(
    mailing: Mailing, clock: SetClock
) -> None:
    mailing.host.faults.after_dot = lambda to: "lost" if to == address(0) else None
    made = mailing.launch(readers(mailing.ctx, 2))
    mailing.plan(made.id)
    mailing.send()
    assert mailing.counts(made.id) == {"sent": 1, "unknown": 1}
    mailing.host.faults.after_dot = lambda _: None
    for _ in range(5):
        clock.now += dt.timedelta(hours=1)
        mailing.settle()
        mailing.keep()
        mailing.send()
    assert mailing.ledger.by_address() == {address(0): 1, address(1): 1}
    assert mailing.counts(made.id) == {"sent": 1, "unknown": 1}
    assert mailing.state(made.id) == "completed"


def test_what_an_email_may_have_cost_is_held_back_until_it_is_proven(mailing: Mailing) -> None:
    with_policy(mailing, price=Decimal("0.4"))
    mailing.host.faults.after_dot = lambda to: "lost" if to == address(0) else None
    of = campaign(mailing.ctx, cost_cap=Decimal(1)).id
    made = mailing.launch(readers(mailing.ctx, 2), campaign_id=of)
    mailing.plan(made.id)
    mailing.send()
    assert mailing.counts(made.id) == {"sent": 1, "unknown": 1}
    progress = blast_progress(mailing.ctx, made.id)
    assert (progress.spent, progress.in_doubt) == (Decimal("0.4"), Decimal("0.4"))
    spent = add_up(mailing.ctx, Period())
    assert (spent.in_doubt.emails, spent.in_doubt.amount) == (1, Decimal("0.4"))
    more = mailing.launch(readers(mailing.ctx, 1, first=10), campaign_id=of)
    mailing.plan(more.id)
    mailing.send()
    assert (mailing.state(more.id), mailing.counts(more.id)) == ("paused", {"queued": 1})
    lost = mailing.letter(address(0)).id
    with mailing.ctx.unit() as unit:
        accept_texts(mailing.system, unit, {lost: "<lost@example.org>"})
    progress = blast_progress(mailing.ctx, made.id)
    assert (progress.spent, progress.in_doubt) == (Decimal("0.8"), Decimal(0))
    assert add_up(mailing.ctx, Period()).in_doubt.emails == 0
    with mailing.ctx.unit() as unit:
        row = unit.session.get_one(Campaign, (unit.organisation_id, of))
        assert left_to_campaign(mailing.ctx, unit, row) == Decimal("0.2")


def test_a_letter_of_a_process_that_died_is_unknown_after_a_while(mailing: Mailing, clock: SetClock) -> None:
    made = mailing.launch(readers(mailing.ctx, 1))
    mailing.plan(made.id)
    holder = new_id()
    claimed = claim_texts(mailing.system, FROM, made.id, new_lease(mailing.system, holder), 10)
    assert len(pass_gate(mailing.system, holder, claimed)) == 1  # and there its process ends
    clock.now += dt.timedelta(minutes=2)
    mailing.settle()
    assert mailing.letter(address(0)).state == "sending"
    clock.now += dt.timedelta(minutes=2)
    mailing.settle()
    assert mailing.letter(address(0)).state == "unknown"
    mailing.send()
    assert mailing.ledger.taken == []


def test_greylisting_only_takes_longer(mailing: Mailing, clock: SetClock) -> None:
    seen: set[str] = set()

    def grey(to: str) -> str | None:
        return None if to in seen else seen.add(to) or "450 4.2.0 Greylisted"

    mailing.host.faults.at_rcpt = grey
    made = mailing.launch(readers(mailing.ctx, 5))
    mailing.plan(made.id)
    mailing.send()
    assert mailing.counts(made.id) == {"queued": 5}
    clock.now += dt.timedelta(minutes=2)
    mailing.send()
    assert mailing.counts(made.id) == {"sent": 5}
    assert set(mailing.ledger.by_address().values()) == {1}


def test_who_is_put_off_for_more_than_a_day_is_given_up(mailing: Mailing, clock: SetClock) -> None:
    mailing.host.faults.at_rcpt = lambda _: "452 4.2.2 Mailbox full"
    made = mailing.launch(readers(mailing.ctx, 1))
    mailing.plan(made.id)
    began = clock.now
    for _ in range(LETTER_TRIES + 1):
        mailing.send()
        clock.now += dt.timedelta(minutes=80)
    assert mailing.counts(made.id) == {"failed": 1}
    assert clock.now - began > dt.timedelta(days=1)
    found = mailing.letter(address(0))
    assert (found.error_code, found.bounce) == (450, "full")
    assert "452 4.2.2 Mailbox full" in (found.error_detail or "")


def test_many_given_up_since_a_relay_limits_us_pause_the_blast(mailing: Mailing, clock: SetClock) -> None:
    mailing.host.faults.at_rcpt = lambda _: "451 Sender quota exceeded"
    made = mailing.launch(readers(mailing.ctx, 20))
    mailing.plan(made.id)
    for _ in range(LETTER_TRIES + 1):
        mailing.send()
        clock.now += dt.timedelta(minutes=80)
    assert mailing.state(made.id) == "paused"
    assert mailing.counts(made.id).keys() <= {"failed", "queued"}


def test_full_mailboxes_are_counted_apart_and_only_several_over_weeks_end_it(
    mailing: Mailing, clock: SetClock
) -> None:
    replies = {
        address(0): "552 5.2.2 The mailbox is full",
        address(1): "550 5.1.1 No such user",
        address(2): "550 5.7.1 Not from you",
        address(3): "554 No",
    }
    mailing.host.faults.at_rcpt = replies.get
    them = readers(mailing.ctx, 5)
    mend_counters(mailing.system)
    for nth in range(IN_A_ROW + 1):
        made = mailing.launch(them)
        mailing.plan(made.id)
        mailing.send()
        skipped = mailing.skipped(made.id).get("suppressed", 0)
        assert skipped == (0 if nth == 0 else 1 if nth < IN_A_ROW else 2)
        bounced = blast_progress(mailing.ctx, made.id).bounced
        gone = {"hard": 1 if nth == 0 else 0, "full": 1 if nth < IN_A_ROW else 0, "soft": 0}
        assert bounced == {**gone, "blocked": 1, "other": 1}
        assert mailing.letter(address(0)).bounce == ("full" if nth < IN_A_ROW else None)
        clock.now += OVER / (IN_A_ROW - 1)
    assert check_counters(mailing.system) == []


def test_a_refused_address_ends_its_letter_alone(mailing: Mailing) -> None:
    mailing.host.faults.at_rcpt = lambda to: "550 5.1.1 No such user" if to == address(0) else None
    made = mailing.launch(readers(mailing.ctx, 3))
    mailing.plan(made.id)
    mailing.send()
    assert mailing.counts(made.id) == {"sent": 2, "failed": 1}
    found = mailing.letter(address(0))
    assert (found.error_code, found.error_detail) == (550, "550 5.1.1 No such user")
    later = mailing.launch(readers(mailing.ctx, 1))
    mailing.plan(later.id)
    mailing.send()
    assert mailing.skipped(later.id) == {"suppressed": 1}
    assert address(0) not in mailing.ledger.by_address()


def test_a_server_that_refuses_us_pauses_the_blast_and_fails_nobody(mailing: Mailing) -> None:
    mailing.host.faults.at_mail = lambda _: "550 5.7.1 Sender rejected"
    made = mailing.launch(readers(mailing.ctx, 3))
    mailing.plan(made.id)
    mailing.send()
    assert mailing.counts(made.id) == {"queued": 3}
    assert mailing.state(made.id) == "paused"


@pytest.mark.parametrize(
    "refusal",
    [
        "550 5.7.1 Blocked for spam",
        "550 5.4.5 Daily user sending quota exceeded",
        "552 Sending limit exceeded",
    ],
)
@pytest.mark.parametrize("said", ["at_rcpt", "after_dot"])
def test_many_refusals_of_us_pause_the_blast(mailing: Mailing, said: str, refusal: str) -> None:
    setattr(mailing.host.faults, said, lambda _: refusal)
    made = mailing.launch(readers(mailing.ctx, 40))
    mailing.plan(made.id)
    mailing.send()
    assert mailing.state(made.id) == "paused"
    assert mailing.counts(made.id).get("queued", 0) > 0
    assert mailing.ledger.taken == []


def test_a_server_that_is_away_holds_letters_up_and_loses_none(mailing: Mailing, clock: SetClock) -> None:
    made = mailing.launch(readers(mailing.ctx, 20))
    mailing.plan(made.id)
    mailing.host.faults.greeting = "421 4.3.2 Not just now"
    mailing.send()
    assert mailing.counts(made.id) == {"queued": 20}
    mailing.host.faults.greeting = None
    clock.now += dt.timedelta(minutes=2)
    mailing.send()
    assert mailing.counts(made.id) == {"sent": 20}
    assert set(mailing.ledger.by_address().values()) == {1}


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"subject": " "}, "/subject"),
        ({"subject": "a\nb"}, "/subject"),
        ({"subject": "a" * 201}, "/subject"),
        ({"subject": "{link:https://example.org}"}, "/subject"),
        ({"subjects": {"cy": ""}}, "/subjects/cy"),
        ({"subjects": {"xx": "a"}}, "/subjects"),
        ({"senders": ["+447700900999"]}, "/senders/0"),
        ({"senders": ["A@example.org"]}, "/senders/0"),
        ({"mode": "by_hand"}, "/mode"),
        ({"channel": "post"}, "/channel"),
        ({"body": "a" * 20_001}, "/body"),
    ],
)
def test_a_letter_that_cannot_be_sent_is_refused(
    mailing: Mailing, fields: dict[str, object], at: str
) -> None:
    with pytest.raises(ValidationFailed) as refused:
        blast(mailing.ctx, [], **letter(**fields))
    assert [fault.pointer for fault in refused.value.errors] == [at]


def test_a_letter_needs_a_subject_and_stays_one(mailing: Mailing) -> None:
    with pytest.raises(ValidationFailed):
        blast(mailing.ctx, [], channel="email", body="Hello")
    with pytest.raises(UnknownPlaceholder):
        blast(mailing.ctx, [], **letter(subject="{firstname}"))
    made = blast(mailing.ctx, [], **letter(body="long " * 1000))
    with pytest.raises(ValidationFailed):
        change_blast(mailing.ctx, made.id, BlastFields(channel="sms"))
    assert change_blast(mailing.ctx, made.id, BlastFields(subject="Tomorrow")).subject == "Tomorrow"


def test_texts_do_not_wait_for_letters_nor_letters_for_texts(mailing: Mailing) -> None:
    numbers, addresses = people(mailing.ctx, 2), readers(mailing.ctx, 2)
    texts = mailing.launch(numbers, channel="sms", body="Vote.", subject="")
    made = mailing.launch(addresses)
    for each in (texts, made):
        mailing.plan(each.id)
    mailing.send()
    assert mailing.counts(made.id) == {"sent": 2}
    assert mailing.counts(texts.id) == {"queued": 2}
    Mailing.__mro__[1].send(mailing)
    assert mailing.counts(texts.id) == {"sent": 2}
    assert len(mailing.ledger.taken) == 2


def test_two_senders_at_once_send_each_letter_once(mailing: Mailing) -> None:
    made = mailing.launch(readers(mailing.ctx, 60))
    mailing.plan(made.id)
    found = {mailing.letter(address(number)).id for number in range(60)}
    assert len(found) == 60
    for _ in range(2):
        mailing.send()
    assert mailing.ledger.by_address() == {address(number): 1 for number in range(60)}
    assert {NAMES.of_message_id(one.message["Message-ID"]) for one in mailing.ledger.taken} == found


class SlowServer:
    """A mail server that takes its time before it lets a letter go on; somebody does something meanwhile."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[str], object]) -> None:
        self._late_s, self._meanwhile = 0.0, meanwhile
        monkeypatch.setattr(smtp_session, "time", self)

    def monotonic(self) -> float:
        return time.monotonic() + self._late_s

    def __call__(self, address: str) -> None:
        self._meanwhile(address)
        self._late_s += 5


def test_a_no_holds_that_comes_while_the_mail_server_takes_its_time(
    mailing: Mailing, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = readers(mailing.ctx, 2)
    made = mailing.launch(ids)
    mailing.plan(made.id)

    def meanwhile(to: str) -> None:
        if to == address(0):
            add_opt_out(mailing.ctx, ids[0], "email", "form")

    mailing.host.faults.at_rcpt = SlowServer(monkeypatch, meanwhile)
    mailing.send()
    assert mailing.ledger.by_address() == {address(1): 1}
    mailing.host.faults.at_rcpt = lambda _: None
    clock.now += dt.timedelta(minutes=5)
    mailing.send()
    assert mailing.skipped(made.id) == {"opted_out": 1}
    assert mailing.counts(made.id) == {"sent": 1, "skipped": 1}


def test_a_letter_that_others_have_settled_meanwhile_has_no_dot(
    mailing: Mailing, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = mailing.launch(readers(mailing.ctx, 1))
    mailing.plan(made.id)

    def meanwhile(_: str) -> None:
        clock.now += dt.timedelta(hours=1)
        mailing.settle()

    mailing.host.faults.at_data = SlowServer(monkeypatch, meanwhile)
    mailing.send()
    assert mailing.ledger.taken == []


def test_letters_cost_what_is_set(mailing: Mailing) -> None:
    with_policy(mailing, price=Decimal("0.002"))
    made = blast(mailing.ctx, readers(mailing.ctx, 3), **letter())
    assert estimate_blast(mailing.ctx, made.id).cost == Decimal("0.006")
    launch_blast(mailing.ctx, made.id, 3)
    mailing.plan(made.id)
    mailing.send()
    assert blast_progress(mailing.ctx, made.id).spent == Decimal("0.006")
    assert mailing.letter(address(0)).cost == Decimal("0.002")
    found = add_up(mailing.ctx, Period())
    [line] = found.lines
    assert (line.channel, line.sender, line.count, line.units) == ("email", FROM, 3, 3)
    assert (line.reckoned, line.cost) == (Decimal("0.006"), Decimal("0.006"))
    assert f",email,{FROM},3,3,emails," in list(as_csv(found))[1]


def test_html_names_its_language_and_the_way_it_is_read(mailing: Mailing) -> None:
    ids = [*readers(mailing.ctx, 1), *readers(mailing.ctx, 1, first=1, language="ar")]
    made = mailing.launch(ids, bodies={"ar": "صوّتوا اليوم"}, subjects={})
    mailing.plan(made.id)
    mailing.send()
    usual, arabic = (mailing.ledger.to(address(number)).message.get_body(("html",)) for number in (0, 1))
    assert usual is not None
    assert arabic is not None
    assert '<html dir="ltr">' in usual.get_content()
    assert '<html lang="ar" dir="rtl">' in arabic.get_content()


def test_so_many_addresses_are_given_up_in_an_hour_and_the_others_asked_again(
    mailing: Mailing, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_addresses, "MOST_AN_HOUR", 2)
    mailing.host.faults.at_rcpt = lambda _: "552 5.2.2 The mailbox is full"
    them, kept, skipped = readers(mailing.ctx, 5), [], []
    for _ in range(IN_A_ROW + 2):
        made = mailing.launch(them)
        mailing.plan(made.id)
        mailing.send()
        kept.append(blast_progress(mailing.ctx, made.id).not_given_up)
        skipped.append(mailing.skipped(made.id).get("suppressed", 0))
        clock.now += OVER / (IN_A_ROW - 1)
    assert (kept, skipped) == ([0, 0, 3, 1, 0], [0, 0, 0, 2, 4])
    assert kept_since(mailing.ctx, mailing.ctx.now - dt.timedelta(days=90)) == 4
    assert audited(mailing, "address.abandoned") == 5


def audited(mailing: Mailing, action: str) -> int:
    with mailing.ctx.unit() as unit:
        query = select(func.count()).where(AuditEntry.action == action)
        return unit.session.scalar(query) or 0


@pytest.mark.parametrize("at_the_end", [False, True])
@pytest.mark.parametrize(
    ("said", "bounce"),
    [
        ("550 No such user here", "hard"),
        ("554 5.7.1 no such user", "hard"),
        ("550 5.1.1 No such user", "hard"),
        ("550 5.1.10 Recipient not found", "hard"),
        ("550 Host example.org not found", "other"),
        ("550 User account suspended", "other"),
        ("550 Your account has been suspended", "blocked"),
        ("550 5.4.5 Daily user sending quota exceeded", "blocked"),
    ],
)
def test_nobody_has_an_address_only_where_it_gets_no_more_email(
    mailing: Mailing, said: str, bounce: str, at_the_end: bool
) -> None:
    if at_the_end:
        mailing.host.faults.at_data = lambda _: said
    else:
        mailing.host.faults.at_rcpt = lambda _: said
    them = readers(mailing.ctx, 1)
    made = mailing.launch(them)
    mailing.plan(made.id)
    mailing.send()
    assert mailing.letter(address(0)).bounce == bounce
    again = mailing.launch(them)
    mailing.plan(again.id)
    is_barred = bounce == "hard"
    assert mailing.skipped(again.id).get("suppressed", 0) == int(is_barred)
    assert audited(mailing, "address.bounced") == int(is_barred)
