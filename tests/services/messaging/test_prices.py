"""A list of prices: what is estimated is what is kept to, and what is charged."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from dialer.carrier.port import CarrierMessage
from dialer.domain.blast import Waiting
from dialer.domain.money import PriceList
from dialer.domain.phone import PhonePolicy
from dialer.queueing import DEFAULT, RedisJobQueue
from dialer.services.accounts.banner import organisation_banner
from dialer.services.calling.campaigns import activate_campaign, change_campaign, get_campaign
from dialer.services.calling.pause_all import resume_all
from dialer.services.gotv.figures_check import check_counters
from dialer.services.messaging import pricing
from dialer.services.messaging.audience_count import asked_of, keep_place
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.launching import launch_blast, resume_blast
from dialer.services.messaging.pricing import (
    ASKED_FOR,
    AT_MOST,
    CLOCKS_DIFFER,
    SETTLED_AFTER,
    ask_to_price,
    read_prices,
)
from dialer.services.messaging.progress import blast_progress
from dialer.services.messaging.reconciling import reconcile_texts
from dialer.services.messaging.senders import sender_rows
from dialer.services.spending import Period, add_up
from dialer.store.models import new_id
from dialer.store.models.accounts import AuditEntry
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from tests.conftest import SetClock
from tests.phone_bank import mobile
from tests.texting import SENDER, Blasting, add_people, blast, campaign, people

LISTED = {"US": Decimal("0.0083"), "US.10dlc": Decimal("0.0079"), "GB.long_code": Decimal("0.05")}
OURS = "+12125550199"


def test_where_numbers_that_begin_alike_lie_is_kept_by_their_beginning() -> None:
    places: dict[str, str] = {}
    for number, country in (("+999123456", "AA"), ("+999123457", "AA"), ("+999123458", "BB")) * 2:
        keep_place(places, number, country)
    assert places == {"+9991234": "AA", "+999123458": "BB"}


def dear(blasting: Blasting) -> Blasting:
    """The same, where texts to the United States are allowed and have prices of their own."""
    policy = replace(blasting.ctx.messaging, prices=PriceList(Decimal("0.04"), LISTED))
    phones = PhonePolicy(allowed_countries=frozenset({"GB", "US"}), allow_fictional=True)
    blasting.use(messaging=policy, phones=phones)
    return blasting


def test_each_text_costs_what_its_country_and_sender_do(blasting: Blasting, clock: SetClock) -> None:
    dear(blasting)
    clock.now = clock.now.replace(hour=16)  # not quiet on either side of the Atlantic
    with blasting.ctx.unit() as unit:
        sender_rows(unit, [OURS])[OURS].kind = "10dlc"
    numbers = [mobile(1), mobile(2), "+12125550101", "+12125550102", "+12125550103"]
    who = [(new_id(), [number]) for number in numbers]
    add_people(blasting.ctx, who)
    for sender, cost in ((OURS, "0.1037"), (SENDER, "0.1249")):
        running = campaign(blasting.ctx, senders=[sender], cost_cap=Decimal(cost))
        draft = blast(blasting.ctx, [id_ for id_, _ in who], campaign_id=running.id)
        estimate = estimate_blast(blasting.ctx, draft.id)
        assert estimate.cost == Decimal(cost)
        with blasting.ctx.unit() as unit:
            row = unit.session.get_one(Blast, (unit.organisation_id, draft.id))
            of = unit.session.get_one(Campaign, (unit.organisation_id, running.id))
            assert asked_of(blasting.ctx, unit, row, of).elsewhere == {"+1212555": "US"}
        assert "cost_cap" not in {one.code for one in estimate.warnings}
        launch_blast(blasting.ctx, draft.id)
        blasting.plan(draft.id)
        blasting.send()
        assert blasting.counts(draft.id) == {"sent": 5}, "the cap is just enough"
        assert blast_progress(blasting.ctx, draft.id).spent == Decimal(cost)
        assert get_campaign(blasting.ctx, running.id).spent == Decimal(cost)
        assert {one.reckoned for one in blasting.messages(draft.id)} == {
            one.cost for one in blasting.messages(draft.id)
        }


def test_a_cap_counts_with_the_price_of_each_text(blasting: Blasting, clock: SetClock) -> None:
    dear(blasting)
    clock.now = clock.now.replace(hour=16)  # not quiet on either side of the Atlantic
    who = [(new_id(), [number]) for number in ("+12125550101", "+12125550102", "+12125550103")]
    add_people(blasting.ctx, who)
    running = campaign(blasting.ctx, cost_cap=Decimal("0.0166"))
    run = blasting.launch([id_ for id_, _ in who], campaign_id=running.id)
    blasting.plan(run.id)
    blasting.send()
    assert blasting.counts(run.id) == {"queued": 1, "sent": 2}


def test_all_campaigns_together_keep_to_one_budget(blasting: Blasting, clock: SetClock) -> None:
    plain = blasting.ctx.messaging
    blasting.use(messaging=replace(plain, cost_cap=Decimal("0.18")))
    runs = [blasting.launch(people(blasting.ctx, 3, first=3 * index)) for index in range(2)]
    for run in runs:
        blasting.plan(run.id)
    blasting.send()

    def sent() -> int:
        return sum(blasting.counts(run.id).get("sent", 0) for run in runs)

    assert sent() == 4
    waiting = {blast_progress(blasting.ctx, run.id).waiting_reason for run in runs} - {None}
    assert waiting == {Waiting.BUDGET}
    draft = blast(blasting.ctx, people(blasting.ctx, 1, first=10))
    warned = {one.code: one.detail for one in estimate_blast(blasting.ctx, draft.id).warnings}
    assert "0.02 GBP left" in warned["cost_cap"]
    with blasting.ctx.unit() as unit:
        audited = unit.session.query(AuditEntry).filter_by(action="organisation.paused").all()
        assert [one.changes for one in audited] == [{"pause_reason": "organisation_cost_cap"}]
    resume_all(blasting.ctx)
    clock.forward(seconds=2)
    blasting.send()
    assert sent() == 4, "pressed without raising it"
    blasting.use(messaging=replace(plain, cost_cap=Decimal("0.24")))
    resume_all(blasting.ctx)
    clock.forward(seconds=2)
    blasting.send()
    assert sent() == 6
    banner = organisation_banner(blasting.ctx.units, blasting.ctx.organisation_id)
    assert banner is not None
    assert banner.over_budget, "nothing is left, so calls stop as well"


def test_what_the_carrier_says_it_cost_replaces_what_was_reckoned(
    blasting: Blasting, clock: SetClock
) -> None:
    running = campaign(blasting.ctx)
    run = blasting.launch(people(blasting.ctx, 3), campaign_id=running.id)
    blasting.plan(run.id)
    blasting.send()
    told = zip(blasting.judge.ledger, ("0.0399", "0.0512", None), strict=True)
    blasting.judge.ledger = [
        replace(one, price=price and Decimal(price), currency="GBP") for one, price in told
    ]
    clock.forward(seconds=300)
    for _ in range(2):
        assert reconcile_texts(blasting.system, blasting.judge) == 3
        assert blast_progress(blasting.ctx, run.id).spent == Decimal("0.1311")
        assert blast_progress(blasting.ctx, run.id).accepted == 3
        assert get_campaign(blasting.ctx, running.id).spent == Decimal("0.1311")
        clock.forward(seconds=600)
    assert sum(one.cost or 0 for one in blasting.messages(run.id)) == Decimal("0.1311")
    assert {one.reckoned for one in blasting.messages(run.id)} == {Decimal("0.04")}


@pytest.mark.slow
def test_an_hour_after_its_end_a_blast_costs_what_the_carrier_charged(
    blasting: Blasting, clock: SetClock, monkeypatch: pytest.MonkeyPatch, jobs: RedisJobQueue
) -> None:
    monkeypatch.setattr(pricing, "AT_ONCE", 2)
    run = blasting.launch(people(blasting.ctx, 5))
    blasting.plan(run.id)
    for _ in range(5):
        blasting.send()
        clock.forward(seconds=1)
    blasting.keep()
    assert blasting.state(run.id) == "completed"
    told = zip(
        blasting.judge.ledger,
        [
            ("0.03991", "GBP", 1),
            ("0.0512", "GBP", 1),
            ("0.02", "USD", 2),
            (None, None, 3),
            (None, None, None),
        ],
        strict=True,
    )
    blasting.judge.ledger = [
        replace(one, price=price and Decimal(price), currency=currency, segments=segments)
        for one, (price, currency, segments) in told
    ]
    assert not read_prices(blasting.system, blasting.judge), "the carrier takes its time"
    clock.forward(seconds=SETTLED_AFTER.total_seconds() + 60)
    blasting.judge.unreadable = True
    assert not read_prices(blasting.system, blasting.judge)
    blasting.judge.unreadable = False
    ask_to_price(blasting.system)
    assert jobs.anything_waits((DEFAULT,))
    while read_prices(blasting.system, blasting.judge):
        clock.forward(seconds=1)
    costs = [Decimal(cost) for cost in ("0.03991", "0.0512", "0.08", "0.12", "0.04")]
    by_sid = {one.carrier_sid: one for one in blasting.messages(run.id)}
    found = [by_sid[one.sid] for one in blasting.judge.ledger]
    assert [one.cost for one in found] == costs
    assert [one.segments for one in found] == [1, 1, 2, 3, 1]
    assert blast_progress(blasting.ctx, run.id).spent == sum(costs)
    waited = _until_asked_again(blasting, clock)
    assert waited == pytest.approx([1, 2, 4, 8, 16, 24, 24, 24], abs=0.6)
    assert check_counters(blasting.system) == []


def _until_asked_again(blasting: Blasting, clock: SetClock) -> list[float]:
    """How many hours it is each time until prices that are missing are asked for again."""
    hours, since = [], clock.now
    for _ in range(2 * 24 * ASKED_FOR.days):
        clock.forward(minutes=30)
        if read_prices(blasting.system, blasting.judge):
            hours.append((clock.now - since).total_seconds() / 3600)
            since = clock.now
            while read_prices(blasting.system, blasting.judge):
                pass
    return hours


def test_after_a_change_of_currency_nothing_is_added_up_across(blasting: Blasting, clock: SetClock) -> None:
    free, capped = campaign(blasting.ctx), campaign(blasting.ctx, cost_cap=Decimal(5))
    runs = {}
    for nth, of in enumerate((free, capped)):
        runs[of.id] = blasting.launch(people(blasting.ctx, 2, first=2 * nth), campaign_id=of.id).id
        blasting.plan(runs[of.id])
    blasting.send()
    blasting.use(messaging=replace(blasting.ctx.messaging, currency="EUR"))
    later = [
        blasting.launch(people(blasting.ctx, 1, first=10 + nth), campaign_id=of.id).id
        for nth, of in enumerate((free, capped))
    ]
    for id_ in later:
        blasting.plan(id_)
    clock.forward(seconds=2)
    blasting.send()
    found = get_campaign(blasting.ctx, free.id)
    assert (found.spent, found.currency) == (Decimal("0.04"), "EUR")
    before = blast_progress(blasting.ctx, runs[free.id])
    assert (before.spent, before.currency) == (Decimal("0.08"), "GBP")
    held = get_campaign(blasting.ctx, capped.id)
    assert (held.state, held.pause_reason, held.currency) == ("paused", "cost_cap", "GBP")
    change_campaign(blasting.ctx, capped.id, {"cost_cap": Decimal(6), "cost_currency": "EUR"})
    activate_campaign(blasting.ctx, capped.id)
    resume_blast(blasting.ctx, later[1])
    clock.forward(seconds=2)
    blasting.send()
    found = get_campaign(blasting.ctx, capped.id)
    assert (found.spent, found.currency) == (Decimal("0.04"), "EUR")
    totals = {one.currency: one.cost for one in add_up(blasting.ctx, Period()).totals}
    assert totals == {"EUR": Decimal("0.08"), "GBP": Decimal("0.16")}
    assert check_counters(blasting.system) == []


def test_no_more_than_minutes_of_the_accounts_list_are_read_at_once(
    blasting: Blasting, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[dt.datetime, dt.datetime]] = []
    read = blasting.judge.messages

    def noted(**wanted: Any) -> list[CarrierMessage]:
        asked.append((wanted["since"], wanted["until"]))
        return read(**wanted)

    monkeypatch.setattr(blasting.judge, "messages", noted)
    run = blasting.launch(people(blasting.ctx, 1))
    blasting.plan(run.id)
    launched = clock.now
    clock.forward(hours=2)  # others sent hundreds of thousands meanwhile
    blasting.send()
    blasting.keep()
    ended = clock.now
    clock.forward(hours=20)
    while read_prices(blasting.system, blasting.judge):
        pass
    assert max(until - since for since, until in asked) <= AT_MOST + CLOCKS_DIFFER
    assert asked[0][0] < launched
    assert asked[-1][1] == ended + SETTLED_AFTER
    assert all(since < before for (_, before), (since, _) in pairwise(asked))
