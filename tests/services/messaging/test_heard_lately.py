"""Whoever has heard from us lately, by whichever campaign, is left alone for as long as somebody has said."""

from __future__ import annotations

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.gate import claim_texts, new_lease, pass_gate
from dialer.store.models import new_id
from tests.conftest import SetClock
from tests.phone_bank import mobile
from tests.texting import SENDER, Blasting, add_people, blast, campaign, people

DAY_S = 86_400


@pytest.mark.slow
def test_the_rest_is_the_installations_unless_the_campaign_says_otherwise(
    blasting: Blasting, clock: SetClock
) -> None:
    blasting.use(messaging=replace(blasting.ctx.messaging, recontact_after_s=DAY_S))
    who = people(blasting.ctx, 3)
    first = blasting.launch(who[:2])
    blasting.plan(first.id)
    blasting.send()
    clock.forward(hours=20)
    usual, patient, urgent = (
        campaign(blasting.ctx, recontact_after_s=rest) for rest in (None, 30 * DAY_S, 0)
    )
    left_out = [
        estimate_blast(blasting.ctx, blast(blasting.ctx, who, campaign_id=of.id, audience=asked).id).excluded[
            "recently_contacted"
        ]
        for of, asked in ((usual, {}), (urgent, {}), (urgent, {"not_contacted_for_s": DAY_S}), (patient, {}))
    ]
    assert left_out == [2, 0, 2, 2]
    clock.forward(hours=5)
    for of, skipped in ((usual, {}), (patient, {"recently_contacted": 2})):
        run = blasting.launch(who, campaign_id=of.id)
        blasting.plan(run.id)
        assert blasting.skipped(run.id) == skipped


def test_one_phone_has_one_rest_whoever_has_it(blasting: Blasting) -> None:
    shared = [new_id(), new_id()]
    add_people(blasting.ctx, [(id_, [mobile(1)]) for id_ in shared])
    resting = campaign(blasting.ctx, recontact_after_s=DAY_S)
    run = blasting.launch(shared[:1])
    blasting.plan(run.id)
    blasting.send()
    again = blasting.launch(shared, campaign_id=resting.id)
    blasting.plan(again.id)
    blasting.send()
    assert blasting.skipped(again.id) == {"recently_contacted": 2}
    assert blasting.judge.accepted_by_number() == {mobile(1): 1}


@pytest.mark.slow
def test_of_two_blasts_at_the_same_instant_each_person_gets_one(blasting: Blasting) -> None:
    """Two workers hold the same people's texts of two blasts, and ask the gate at once."""
    who = people(blasting.ctx, 40)
    runs = [
        blasting.launch(who, campaign_id=campaign(blasting.ctx, recontact_after_s=DAY_S).id) for _ in range(2)
    ]
    for run in runs:
        blasting.plan(run.id)
    ctx = blasting.system
    holders = [new_id(), new_id()]
    held = [
        claim_texts(ctx, SENDER, run.id, new_lease(ctx, holder), 100)
        for run, holder in zip(runs, holders, strict=True)
    ]
    with ThreadPoolExecutor(2) as workers:
        asked = [workers.submit(pass_gate, ctx, *one) for one in zip(holders, held, strict=True)]
        passed = [one.contact_id for answer in asked for one in answer.result()]
    assert Counter(passed) == dict.fromkeys(who, 1)
    skipped: list[dict[str, int]] = [blasting.skipped(run.id) for run in runs]
    assert sum(one.get("recently_contacted", 0) for one in skipped) == len(who)


def test_a_text_on_the_wire_counts(blasting: Blasting) -> None:
    (gwen,) = people(blasting.ctx, 1)
    runs = [blasting.launch([gwen], audience={"not_contacted_for_s": DAY_S}) for _ in range(2)]
    passed: list[uuid.UUID | None] = []
    for run in runs:
        blasting.plan(run.id)
    for run in runs:
        ctx, holder = blasting.system, new_id()
        passed += [
            one.blast_id
            for one in pass_gate(ctx, holder, claim_texts(ctx, SENDER, run.id, new_lease(ctx, holder), 1))
        ]
    assert passed == [runs[0].id]
