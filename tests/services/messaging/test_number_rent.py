"""What our numbers cost: a month is counted on its day, once, by the carrier's price."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event, select, update

from dialer.carrier.number_port import CarrierNumber, Purchase, Webhooks
from dialer.carrier.numbers import TwilioNumbers
from dialer.carrier.port import CarrierError
from dialer.carrier.twilio import TwilioCarrier
from dialer.domain.errors import ValidationFailed
from dialer.domain.rent import next_month
from dialer.domain.spending import SpendingLine
from dialer.services.budget import ORGANISATION, left_to_spend
from dialer.services.context import Context
from dialer.services.gotv.figures_check import CounterFault, check_counters, mend_counters
from dialer.services.messaging import number_work
from dialer.services.messaging.number_orders import ask_to_buy, ask_to_release
from dialer.services.messaging.number_tasks import ask_to_read
from dialer.services.messaging.own_numbers import Rent, own_numbers
from dialer.services.spending import ZONE, Period, add_up, as_csv
from dialer.store.models.accounts import Organisation
from dialer.store.models.own_numbers import NumberRent, NumberTask, OwnNumber
from dialer.store.queries import counters
from tests.conftest import SetClock
from tests.services.messaging.test_number_orders import found, order
from tests.services.messaging.test_own_numbers import OURS, SMS, VOICE, done, read
from tests.texting import campaign, system
from tests.towns import Town

A_MONTH = Decimal("1.15")
A_READING = dt.timedelta(minutes=15)


@pytest.fixture(autouse=True)
def _figures_equal_the_facts(ctx: Context) -> Iterator[None]:
    yield
    assert check_counters(system(ctx)) == []


def rents(ctx: Context, number: str = OURS, period: Period = Period()) -> list[SpendingLine]:  # noqa: B008
    return [one for one in add_up(ctx, period).lines if (one.channel, one.sender) == ("number_rent", number)]


def charged_on(ctx: Context) -> list[dt.date]:
    """The days on which the carrier charged our number, by the installation's clock."""
    with ctx.unit() as unit:
        months = unit.session.scalars(select(NumberRent.charged_at).order_by(NumberRent.charged_at)).all()
    return [at.astimezone(ZoneInfo(ZONE)).date() for at in months]


def told_to_wait(ctx: Context, period: Period) -> list[tuple[int, dt.date, dt.date]]:
    """How many months of our number the return leaves out, and of which days."""
    return [(of.months, of.first_day, of.last_day) for of in add_up(ctx, period).waiting]


def in_dollars(ctx: Context, cap: str) -> Context:
    """The installation spends in the carrier's currency, and this much at most."""
    return replace(ctx, messaging=replace(ctx.messaging, currency="USD", cost_cap=Decimal(cap)))


def test_a_bought_one_is_charged_at_once_and_each_month_until_it_is_given_back(
    ctx: Context, wire: TwilioCarrier, clock: SetClock
) -> None:
    wanted = order(found(ctx, wire))
    task = ask_to_buy(ctx, wanted)
    assert done(ctx, wire, task).state == "done"
    read(ctx, wire)
    [line] = rents(ctx, wanted.number)
    assert (line.campaign_id, line.sender, line.currency) == (None, wanted.number, "USD")
    assert (line.count, line.units, line.cost, line.first_day) == (1, 1, A_MONTH, ctx.now.date())
    [one] = [one for one in own_numbers(ctx).numbers if one.number == wanted.number]
    assert (one.rent, one.rent_currency) == (A_MONTH, "USD")
    later = ctx.at(clock.forward(days=62))
    read(later, wire)
    read(later, wire)
    assert [one.count for one in rents(later, wanted.number)] == [3], "each month once"
    on_the_day = Period(first=later.now.date(), last=later.now.date())
    assert rents(later, wanted.number, on_the_day) == [], "each on its own day"
    assert done(later, wire, ask_to_release(later, wanted.number, wanted.confirm)).state == "done"
    last = ctx.at(clock.forward(days=62))
    read(last, wire)
    assert [one.count for one in rents(last, wanted.number)] == [3], "what was paid stays, and no more comes"


def test_one_that_was_there_is_charged_from_its_next_month(
    ctx: Context, wire: TwilioCarrier, clock: SetClock
) -> None:
    campaign(ctx, senders=[OURS])
    read(ctx, wire)
    [one] = own_numbers(ctx).numbers
    assert (one.rent, rents(ctx)) == (A_MONTH, [])
    assert own_numbers(ctx).rents == [Rent("USD", 1, A_MONTH)]
    assert one.rent_due_at is not None
    assert one.rent_due_at > ctx.now
    later = ctx.at(clock.forward(seconds=(one.rent_due_at - ctx.now).total_seconds()))
    read(later, wire)
    assert [(line.sender, line.count) for line in rents(later)] == [(OURS, 1)]


@pytest.mark.parametrize("seconds", [-5, 5])
def test_one_that_is_bought_while_the_list_is_asked_for_is_paid_once_and_stays(
    ctx: Context,
    wire: TwilioCarrier,
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    seconds: int,
) -> None:
    read(ctx, wire)
    wanted = order(found(ctx, wire))
    task = ask_to_buy(ctx, wanted)
    reading = ctx.at(ctx.now + A_READING)
    town.set_now(reading.now + dt.timedelta(seconds=1))
    buying, lists = reading.at(reading.now + dt.timedelta(seconds=seconds)), TwilioNumbers.ours

    def meanwhile(numbers: TwilioNumbers, number: str | None = None) -> Sequence[CarrierNumber]:
        listed = lists(numbers, number)
        if number is None:
            assert done(buying, wire, task).state == "done"
        return listed

    with monkeypatch.context() as patched:
        patched.setattr(TwilioNumbers, "ours", meanwhile)
        read(reading, wire)
    due = next_month(buying.now)
    assert (wanted.number, due) in [(one.number, one.rent_due_at) for one in own_numbers(reading).numbers]
    later = ctx.at(reading.now + A_READING)
    read(later, wire)
    assert [line.count for line in rents(later, wanted.number)] == [1]
    with ctx.unit() as unit:
        unit.session.get_one(OwnNumber, (unit.organisation_id, wanted.number)).rent_due_at = None
        of_readings = update(NumberTask).where(NumberTask.kind == "read")
        unit.session.execute(of_readings.values(finished_at=ctx.now))
    read(later, wire)
    assert [line.count for line in rents(later, wanted.number)] == [1], "whoever forgot its day"


def test_what_was_due_while_it_was_off_the_list_is_charged_when_it_is_back(
    ctx: Context, wire: TwilioCarrier, town: Town, clock: SetClock
) -> None:
    read(ctx, wire)
    before = ctx.at(clock.forward(days=30))
    town.account(senders=[])
    read(before, wire)
    assert own_numbers(before).rents == [], "nothing is said to be due for it"
    after = ctx.at(clock.forward(days=2))
    read(after, wire)
    assert rents(after) == []
    town.account(senders=[OURS])
    read(after, wire)
    assert [line.count for line in rents(after)] == [1]
    read(after, wire)
    assert [line.count for line in rents(after)] == [1]


def test_what_was_due_while_the_carrier_was_asked_to_take_it_back_and_refused_is_charged(
    ctx: Context, wire: TwilioCarrier, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = order(found(ctx, wire))
    assert done(ctx, wire, ask_to_buy(ctx, wanted)).state == "done"

    def refuse(*_: object) -> None:
        raise CarrierError("refused", permanent=True, code=20003)

    later = ctx.at(clock.forward(days=62))
    with monkeypatch.context() as patched:
        patched.setattr(TwilioNumbers, "release", refuse)
        task = ask_to_release(later, wanted.number, wanted.confirm)
        assert done(later, wire, task).error_code == 20003
    read(later, wire)
    assert [line.count for line in rents(later, wanted.number)] == [3]


def test_one_that_is_had_again_is_not_charged_for_what_lies_between(
    ctx: Context, wire: TwilioCarrier, town: Town, clock: SetClock
) -> None:
    wanted = order(found(ctx, wire))
    assert done(ctx, wire, ask_to_buy(ctx, wanted)).state == "done"
    [bought] = wire.numbers.ours(wanted.number)
    wire.numbers.release(bought.sid)
    read(ctx, wire)
    later = ctx.at(clock.forward(days=93))
    town.set_now(later.now)
    again = replace(order(found(later, wire)), number=wanted.number, confirm=wanted.confirm)
    assert done(later, wire, ask_to_buy(later, again)).state == "done"
    assert [line.count for line in rents(later, wanted.number)] == [2]
    [bought] = wire.numbers.ours(wanted.number)
    wire.numbers.release(bought.sid)
    read(ctx.at(clock.forward(hours=1)), wire)
    last = ctx.at(clock.forward(days=93))
    town.set_now(last.now - dt.timedelta(days=1))
    wire.numbers.buy(Purchase(wanted.number, Webhooks(SMS, VOICE)))
    read(last, wire)
    assert [line.count for line in rents(last, wanted.number)] == [3], "bought in the carrier's console"


def test_months_wait_for_a_price_that_is_not_known(
    ctx: Context, wire: TwilioCarrier, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = campaign(ctx, senders=[OURS])

    def silent(*_: object) -> None:
        raise CarrierError("busy", permanent=False)

    with monkeypatch.context() as patched:
        patched.setattr(TwilioNumbers, "price", silent)
        read(ctx, wire)
        assert own_numbers(ctx).rents == [Rent(None, 1, Decimal(0))]
        later = ctx.at(clock.forward(days=93))
        read(later, wire)
        assert rents(later) == []
        [waiting] = own_numbers(later).waiting
        assert (waiting.number, waiting.months) == (OURS, 3)
    days = charged_on(later)
    assert told_to_wait(later, Period()) == [(3, days[0], days[2])]
    assert told_to_wait(later, Period(last=days[1])) == [(2, days[0], days[1])]
    assert told_to_wait(later, Period(first=days[2] + dt.timedelta(days=1))) == []
    assert told_to_wait(later, Period(campaign_id=of.id)) == [], "no campaign pays for numbers"
    unpriced = f",number_rent,{OURS},3,3,months,,,,{days[0]},{days[2]}"
    assert [line.rstrip() for line in as_csv(add_up(later, Period()))][1:] == [unpriced]
    read(later, wire)
    assert [line.count for line in rents(later)] == [3]
    assert (own_numbers(later).waiting, told_to_wait(later, Period())) == ([], [])


def test_months_that_wait_for_a_price_stay_when_the_number_is_given_back(
    ctx: Context, wire: TwilioCarrier, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = order(found(ctx, wire))
    task = ask_to_buy(ctx, wanted)
    with ctx.unit() as unit:
        unit.session.get_one(NumberTask, (unit.organisation_id, task.id)).asked = {}

    def silent(*_: object) -> None:
        raise CarrierError("busy", permanent=False)

    with monkeypatch.context() as patched:
        patched.setattr(TwilioNumbers, "price", silent)
        assert done(ctx, wire, task).state == "done"
        assert [one.months for one in own_numbers(ctx).waiting] == [1], "the first, from when it was bought"
        later = ctx.at(clock.forward(days=62))
        assert done(later, wire, ask_to_release(later, wanted.number, wanted.confirm)).state == "done"
        read(later, wire)
        assert [(one.number, one.months) for one in own_numbers(later).waiting] == [(wanted.number, 3)]
        assert rents(later, wanted.number) == []
    last = ctx.at(clock.forward(days=62))
    read(last, wire)
    [line] = rents(last, wanted.number)
    assert (line.count, line.cost, own_numbers(last).waiting) == (3, 3 * A_MONTH, [])
    read(last, wire)
    assert [one.count for one in rents(last, wanted.number)] == [3]


def test_the_first_month_counts_though_the_answer_was_lost_and_nothing_was_read_before(
    ctx: Context, wire: TwilioCarrier, town: Town, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = order(found(ctx, wire))
    task, buys = ask_to_buy(ctx, wanted), TwilioNumbers.buy
    mine = f"?o={ctx.organisation_id}"
    town.set_now(ctx.now)

    def lost(*_: object) -> None:
        raise CarrierError("unreachable", permanent=False)

    with monkeypatch.context() as patched:
        patched.setattr(TwilioNumbers, "ours", lost)
        for _ in range(number_work.TRIES):
            done(ctx.at(clock.now), wire, task)
            clock.forward(seconds=number_work.AT_WORK.total_seconds())
    buys(wire.numbers, Purchase(wanted.number, Webhooks(f"{SMS}{mine}", f"{VOICE}{mine}")))
    later = ctx.at(clock.now)
    read(later, wire)
    assert [line.count for line in rents(later, wanted.number)] == [1]
    read(later, wire)
    assert [line.count for line in rents(later, wanted.number)] == [1]


def test_as_many_questions_about_three_that_were_bought_here_as_about_one(
    ctx: Context, wire: TwilioCarrier, engine: Engine
) -> None:
    search, asked = found(ctx, wire), []
    for count in (1, 3):
        for nth in range(len(asked), count):
            assert done(ctx, wire, ask_to_buy(ctx, order(search, nth))).state == "done"
        read(ctx, wire)
        with counted_statements(engine, "FROM number_rent") as seen:
            read(ctx, wire)
        asked.append(len(seen))
    assert asked[0] == asked[1] > 0


@contextmanager
def counted_statements(engine: Engine, with_words: str) -> Iterator[list[str]]:
    """The statements that have these words."""
    seen: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if with_words in " ".join(statement.split()):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", count)


def test_they_count_for_what_may_be_spent_in_their_currency(ctx: Context, wire: TwilioCarrier) -> None:
    search = found(ctx, wire)
    with pytest.raises(ValidationFailed, match="may still be spent"):
        ask_to_buy(in_dollars(ctx, "1.14"), order(search))
    spender = in_dollars(ctx, "2")
    assert done(spender, wire, ask_to_buy(spender, order(search))).state == "done"
    with spender.unit() as unit:
        assert left_to_spend(spender, unit) == Decimal("0.85")
        assert left_to_spend(ctx, unit) is None
    with pytest.raises(ValidationFailed, match="may still be spent"):
        ask_to_buy(spender, order(search, 1))
    pounds = replace(ctx, messaging=replace(ctx.messaging, cost_cap=Decimal(1)))
    with pounds.unit() as unit:
        assert left_to_spend(pounds, unit) == Decimal(1), "dollars aren't added to pounds"


def test_those_that_are_being_bought_count_for_it_too(ctx: Context, wire: TwilioCarrier) -> None:
    search, spender = found(ctx, wire), in_dollars(ctx, "3")
    tasks = [ask_to_buy(spender, order(search, nth)) for nth in range(2)]
    with pytest.raises(ValidationFailed, match=r"0\.70 may still be spent"):
        ask_to_buy(spender, order(search, 2))
    assert ask_to_buy(spender, order(search, 1)).id == tasks[1].id
    assert {done(spender, wire, task).state for task in tasks} == {"done"}
    with spender.unit() as unit:
        assert left_to_spend(spender, unit) == Decimal("0.70")
    more = in_dollars(ctx, "3.45")
    assert done(more, wire, ask_to_buy(more, order(search, 2))).state == "done", "none counts twice"


def test_what_they_cost_is_checked_by_the_months_and_put_right_by_them(
    ctx: Context, wire: TwilioCarrier
) -> None:
    spender = in_dollars(ctx, "2")
    assert done(spender, wire, ask_to_buy(spender, order(found(ctx, wire)))).state == "done"
    assert check_counters(system(ctx)) == []
    name = "spent_numbers_USD_e5"
    with ctx.unit() as unit:
        counters.bump(unit, ORGANISATION, unit.organisation_id, name, -115_000)
    with ctx.unit() as unit:
        assert left_to_spend(spender, unit) == Decimal(2)
    struck = CounterFault(ORGANISATION, ctx.organisation_id, name, kept=0, counted=115_000)
    assert mend_counters(system(ctx)) == [struck]
    with ctx.unit() as unit:
        assert left_to_spend(spender, unit) == Decimal("0.85")


def test_what_uses_the_cap_up_pauses_everything(ctx: Context, wire: TwilioCarrier) -> None:
    spender = in_dollars(ctx, "1.15")
    assert done(spender, wire, ask_to_buy(spender, order(found(ctx, wire)))).state == "done"
    with ctx.unit() as unit:
        assert unit.session.get_one(Organisation, unit.organisation_id).paused_at is not None


def test_a_worker_killed_before_it_pauses_everything_leaves_that_to_the_next_reading(
    ctx: Context, wire: TwilioCarrier, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    spender = in_dollars(ctx, "2")
    assert done(spender, wire, ask_to_buy(spender, order(found(ctx, wire)))).state == "done"

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    later = spender.at(clock.forward(days=31))
    task = ask_to_read(later)
    with monkeypatch.context() as patched:
        patched.setattr(number_work, "stop_when_spent", killed)
        with pytest.raises(KeyboardInterrupt):
            done(later, wire, task)
    with later.unit() as unit:
        assert left_to_spend(later, unit) == Decimal("-0.30")
        assert unit.session.get_one(Organisation, unit.organisation_id).paused_at is None
    after = spender.at(clock.forward(seconds=number_work.AT_WORK.total_seconds()))
    assert done(after, wire, task).state == "done"
    with ctx.unit() as unit:
        assert unit.session.get_one(Organisation, unit.organisation_id).paused_at == after.now


def test_two_organisations_pay_for_a_number_once(
    ctx: Context, others: Context, wire: TwilioCarrier, clock: SetClock
) -> None:
    wanted = order(found(ctx, wire))
    assert done(ctx, wire, ask_to_buy(ctx, wanted)).state == "done"
    later = ctx.at(clock.forward(days=31))
    for one in (later, others.at(later.now)):
        assert done(one, wire, ask_to_read(one)).state == "done"
    with ctx.unit() as unit:
        paid = unit.session.scalars(select(NumberRent)).all()
    assert {row.organisation_id for row in paid} == {ctx.organisation_id}
    assert len(paid) == 2
