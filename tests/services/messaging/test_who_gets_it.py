"""Who gets a blast's text, from whom, and when: what changes between launch and the wire counts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from dialer.domain.phone import PhonePolicy
from dialer.services.calling.campaigns import activate_campaign, change_campaign
from dialer.services.gotv.record import record_turnout
from dialer.services.messaging.blasts import change_blast
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.launching import pause_blast, resume_blast
from dialer.services.messaging.outgoing import queue_text
from dialer.services.messaging.progress import blast_progress
from dialer.store.models import new_id
from dialer.store.models.messaging import Sender
from dialer.store.models.people import Consent
from tests.conftest import SetClock
from tests.phone_bank import landline, mobile
from tests.texting import Blasting, add_people, blast, campaign, people


def test_a_scheduled_blast_starts_by_itself(blasting: Blasting, clock: SetClock) -> None:
    later = clock.now + dt.timedelta(hours=1)
    run = blasting.launch(people(blasting.ctx, 2), send_at=later)
    blasting.keep()
    assert blasting.state(run.id) == "scheduled"
    clock.now = later
    blasting.keep()
    blasting.plan(run.id)
    blasting.send()
    assert blasting.counts(run.id) == {"sent": 2}


def test_what_is_changed_while_it_waits_for_its_hour_counts(blasting: Blasting, clock: SetClock) -> None:
    later = clock.now + dt.timedelta(hours=1)
    run = blasting.launch(people(blasting.ctx, 2), send_at=later)
    change_blast(blasting.ctx, run.id, {"senders": [landline(7)], "send_at": clock.now, "body": "Now"})
    blasting.keep()
    blasting.plan(run.id)
    blasting.send()
    assert {(one.sender, one.body) for one in blasting.judge.asked} == {(landline(7), "Now")}


def test_with_a_higher_budget_the_rest_goes_out(blasting: Blasting, clock: SetClock) -> None:
    running = campaign(blasting.ctx, cost_cap=Decimal("0.10"))
    run = blasting.launch(people(blasting.ctx, 5), campaign_id=running.id)
    blasting.plan(run.id)
    blasting.send()
    change_campaign(blasting.ctx, running.id, {"cost_cap": Decimal(1)})
    activate_campaign(blasting.ctx, running.id)
    resume_blast(blasting.ctx, run.id)
    clock.forward(seconds=2)
    blasting.send()
    assert blasting.counts(run.id) == {"sent": 5}


def test_who_votes_meanwhile_gets_nothing_more(blasting: Blasting) -> None:
    gotv = campaign(blasting.ctx, kind="gotv")
    who = people(blasting.ctx, 2)
    run = blasting.launch(who, campaign_id=gotv.id)
    blasting.plan(run.id)
    with blasting.ctx.unit() as unit:
        record_turnout(
            unit,
            contact_id=who[0],
            election_id=gotv.election_id,
            source="teller",
            at=blasting.ctx.now,
        )
    blasting.send()
    assert blasting.skipped(run.id) == {"voted": 1}
    assert blasting.judge.accepted_by_number() == {mobile(1): 1}


def test_whoever_was_texted_lately_is_left_out_at_the_gate_too(blasting: Blasting) -> None:
    who = people(blasting.ctx, 2)
    run = blasting.launch(who, audience={"not_contacted_for_s": 3600})
    blasting.plan(run.id)
    pause_blast(blasting.ctx, run.id)
    with blasting.ctx.unit() as unit:
        given = {"number": mobile(0), "body": "Just you", "contact_id": who[0]}
        queue_text(unit, blasting.ctx, purpose="single", campaign_id=run.campaign_id, **given)  # type: ignore[arg-type]
    blasting.send()
    resume_blast(blasting.ctx, run.id)
    blasting.send()
    assert blasting.skipped(run.id) == {"recently_contacted": 1}
    assert blasting.judge.accepted_by_number() == {mobile(0): 1, mobile(1): 1}
    again = blast(blasting.ctx, who, audience={"not_contacted_for_s": 3600})
    assert estimate_blast(blasting.ctx, again.id).excluded["recently_contacted"] == 2


def test_where_consent_is_asked_for_only_those_who_gave_it_are_texted(blasting: Blasting) -> None:
    careful = campaign(blasting.ctx, require_consent_sms=True)
    who = people(blasting.ctx, 2)
    with blasting.ctx.unit() as unit:
        of = {"organisation_id": unit.organisation_id, "id": new_id(), "contact_id": who[1]}
        unit.session.add(Consent(**of, channel="sms", source="form", at=blasting.ctx.now))
    run = blasting.launch(who, campaign_id=careful.id)
    blasting.plan(run.id)
    blasting.send()
    assert blasting.skipped(run.id) == {"no_consent": 1}
    assert blasting.judge.accepted_by_number() == {mobile(1): 1}


def test_it_is_not_night_where_the_number_belongs(blasting: Blasting, clock: SetClock) -> None:
    abroad = new_id()
    add_people(blasting.ctx, [(abroad, ["+13105550100"])])
    everywhere = PhonePolicy(allowed_countries=frozenset({"GB", "US"}), allow_fictional=True)
    blasting._ctx = replace(blasting._ctx, phones=everywhere)
    run = blasting.launch([abroad, *people(blasting.ctx, 1)])
    blasting.plan(run.id)
    blasting.send()  # one in the afternoon in London, five in the morning in Los Angeles
    assert blasting.judge.accepted_by_number() == {mobile(0): 1}
    clock.now = dt.datetime(2026, 5, 7, 16, 30, tzinfo=dt.UTC)
    blasting.send()
    assert blasting.counts(run.id) == {"sent": 2}


@pytest.mark.slow
def test_senders_share_by_rate_and_a_person_keeps_theirs(blasting: Blasting, clock: SetClock) -> None:
    slow, fast = landline(1), landline(2)
    with blasting.ctx.unit() as unit:
        of = {"organisation_id": unit.organisation_id, "kind": "long_code"}
        unit.session.add(Sender(**of, id=new_id(), address=slow, rate_per_s=100))
        unit.session.add(Sender(**of, id=new_id(), address=fast, rate_per_s=300))
    who = people(blasting.ctx, 200)
    first = blasting.launch(who, senders=[slow, fast])
    blasting.plan(first.id)
    share = Counter(row.sender for row in blasting.messages(first.id))
    assert 30 <= share[slow] <= 70
    blasting.send()
    known = {row.number: row.sender for row in blasting.messages(first.id)}
    second = blasting.launch(who, senders=[landline(3), slow, fast])
    blasting.plan(second.id)
    assert {row.number: row.sender for row in blasting.messages(second.id)} == known


def test_a_link_to_opt_out_is_each_numbers_own(blasting: Blasting) -> None:
    run = blasting.launch(people(blasting.ctx, 2), body="Hello. No more: {opt_out_url}")
    assert estimate_blast(blasting.ctx, run.id).segments == 2
    blasting.plan(run.id)
    blasting.send()
    bodies = {one.body for one in blasting.judge.asked}
    assert len(bodies) == 2
    assert all(body.startswith("Hello. No more: http://localhost/o/") for body in bodies)


def test_the_rate_that_is_shown_is_that_of_the_last_seconds(blasting: Blasting, clock: SetClock) -> None:
    run = blasting.launch(people(blasting.ctx, 20))
    blasting.plan(run.id)
    clock.forward(seconds=10)
    blasting.send()
    assert blasting.ctx.now == clock.now
    assert 1 <= blast_progress(blasting.ctx, run.id).rate_per_s <= 2
    clock.forward(seconds=60)
    assert blast_progress(blasting.ctx, run.id).rate_per_s == 0


def test_of_two_numbers_the_first_that_takes_texts_is_used(blasting: Blasting) -> None:
    both = new_id()
    add_people(blasting.ctx, [(both, ["+447060000001", mobile(5)])])
    run = blasting.launch([both])
    blasting.plan(run.id)
    blasting.send()
    assert blasting.judge.accepted_by_number() == {mobile(5): 1}
