"""What texts and calls cost in a period, as a return of spending wants it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from dialer.domain.errors import NotFound, ValidationFailed
from dialer.services.context import Context
from dialer.services.messaging.reconciling import reconcile_texts
from dialer.services.spending import Period, add_up, as_csv
from dialer.store.models import new_id
from dialer.store.models.calls import Call
from tests.conftest import SetClock
from tests.phone_bank import landline, mobile
from tests.texting import SENDER, Blasting, campaign, people


def add_call(ctx: Context, clock: SetClock, campaign_id: object, cost: str | None) -> None:
    """A call that is over, of 90 seconds."""
    with ctx.unit() as unit:
        unit.session.add(
            Call(
                organisation_id=unit.organisation_id,
                id=new_id(),
                direction="outbound",
                mode="ring_me",
                campaign_id=campaign_id,
                number=mobile(7),
                caller_id=landline(1),
                state="completed",
                duration_s=90,
                cost=cost and Decimal(cost),
                cost_currency="GBP",
                deadline_at=clock.now,
                created_at=clock.now,
            )
        )


def test_texts_and_calls_are_added_up_by_campaign_channel_and_sender(
    blasting: Blasting, clock: SetClock
) -> None:
    running = campaign(blasting.ctx, name="Aber")
    run = blasting.launch(people(blasting.ctx, 3), campaign_id=running.id)
    blasting.plan(run.id)
    blasting.send()
    blasting.judge.ledger = [
        replace(one, price=Decimal("0.05"), currency="GBP") for one in blasting.judge.ledger
    ]
    clock.forward(seconds=300)
    reconcile_texts(blasting.system, blasting.judge)
    for cost in ("0.0150", "0.0210", None):
        add_call(blasting.ctx, clock, running.id, cost)
    found = add_up(blasting.ctx, Period())
    assert [
        (line.campaign, line.channel, line.sender, line.count, line.units, line.reckoned, line.cost)
        for line in found.lines
    ] == [
        ("Aber", "sms", SENDER, 3, 3, Decimal("0.12"), Decimal("0.15")),
        ("Aber", "voice", landline(1), 2, 180, Decimal("0.036"), Decimal("0.036")),
    ]
    [total] = found.totals
    assert (total.currency, total.reckoned, total.cost) == ("GBP", Decimal("0.156"), Decimal("0.186"))
    day = clock.now.date()
    assert list(as_csv(found))[1] == (
        f"Aber,sms,{SENDER},3,3,parts,GBP,0.1200,0.1500,{day.isoformat()},{day.isoformat()}\r\n"
    )


def test_days_go_by_the_campaigns_clock_and_both_ends_count(blasting: Blasting, clock: SetClock) -> None:
    clock.now = dt.datetime(2026, 5, 7, 22, 30, tzinfo=dt.UTC)  # the 7th in London at half past 11 pm
    london = campaign(blasting.ctx, name="London")
    lahti = campaign(blasting.ctx, name="Lahti", timezone="Europe/Helsinki")
    for of in (london.id, lahti.id, None):
        add_call(blasting.ctx, clock, of, "1")
    seventh, eighth = dt.date(2026, 5, 7), dt.date(2026, 5, 8)

    def names(first: dt.date | None, last: dt.date | None) -> list[str | None]:
        return [line.campaign for line in add_up(blasting.ctx, Period(first, last)).lines]

    assert names(None, seventh) == ["London", None]
    assert names(eighth, None) == names(eighth, eighth) == ["Lahti"]
    assert names(seventh, eighth) == ["Lahti", "London", None]


def test_somebody_of_one_campaign_sees_what_that_one_spent(blasting: Blasting, clock: SetClock) -> None:
    ours, theirs = campaign(blasting.ctx, name="Ours"), campaign(blasting.ctx, name="Theirs")
    for of in (ours.id, theirs.id, None):
        add_call(blasting.ctx, clock, of, "1")
    actor = replace(blasting.ctx.actor, campaign_ids=frozenset({ours.id}))
    limited = blasting.ctx.as_actor(actor)
    assert [line.campaign for line in add_up(limited, Period()).lines] == ["Ours"]
    with pytest.raises(NotFound):
        add_up(limited, Period(campaign_id=theirs.id))
    assert [line.campaign for line in add_up(blasting.ctx, Period(campaign_id=theirs.id)).lines] == ["Theirs"]


def test_a_period_that_ends_before_it_begins_is_refused(ctx: Context) -> None:
    with pytest.raises(ValidationFailed):
        add_up(ctx, Period(dt.date(2026, 5, 8), dt.date(2026, 5, 7)))
