"""The carrier asked what kind of lines numbers are: shown before, paid once, kept, and obeyed by the gate."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from dialer.carrier.look_up_port import LineFound, LineNotFound
from dialer.carrier.twilio import TwilioCarrier
from dialer.domain.access import Actor, Role
from dialer.domain.errors import (
    AudienceChanged,
    Forbidden,
    InvalidTransition,
    NotFound,
    Unavailable,
    ValidationFailed,
)
from dialer.domain.look_up import Price, Which
from dialer.services.accounts.organisations import system_actor
from dialer.services.budget import left_to_spend
from dialer.services.calling.campaigns import change_campaign, get_campaign
from dialer.services.context import Context
from dialer.services.gotv.figures_check import check_counters
from dialer.services.messaging import look_up_run, look_ups
from dialer.services.messaging.look_up_run import LEASE, ask_if_due, forget_old_lines, run_look_ups
from dialer.services.messaging.look_ups import (
    LineSaid,
    LookUpView,
    Wanted,
    begin_look_ups,
    failed_look_ups,
    get_look_up,
    lines_of_numbers,
    looked_up_for,
    preview_look_ups,
    reach_batch,
    resume_look_ups,
    stop_look_ups,
)
from dialer.services.paging import Page
from dialer.services.people.audiences import create_audience
from dialer.services.people.contacts import change_contact, create_contact
from dialer.services.people.suppressions import NewSuppression, add_suppression
from dialer.services.spending import Period, add_up
from dialer.store.models.look_ups import NumberLine
from dialer.store.models.people import ContactPhone
from dialer.store.queries import number_lines
from tests.carriers import AtOnceCarrier
from tests.conftest import SetClock
from tests.phone_bank import mobile
from tests.services.messaging.test_shared_numbers import wait_until_somebody_waits
from tests.services.people.importing import bring_in
from tests.texting import Blasting, campaign, listed, people, system
from tests.towns import ACCOUNT_SID, AUTH_TOKEN, Town

Said = LineFound | LineNotFound


class Directory(AtOnceCarrier):
    """A carrier that knows lines, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.says: Callable[[str], Said] = lambda number: LineFound(number, True, "mobile", "Glan Mobile")
        self.dies = False

    @property
    def look_ups(self) -> Directory:
        return self

    def line_types(self, numbers: Sequence[str]) -> list[Said]:
        self.asked.update(numbers)
        if self.dies:
            raise KeyboardInterrupt
        return [self.says(number) for number in numbers]


def some(ctx: Context, count: int = 3, line: str = "unknown", first: int = 0) -> uuid.UUID:
    """A list of people whose numbers are of this kind."""
    ids = people(ctx, count, first=first)
    with ctx.unit() as unit:
        unit.session.query(ContactPhone).filter(ContactPhone.contact_id.in_(ids)).update({"line_type": line})
    return listed(ctx, ids)


def kinds(ctx: Context) -> dict[str, str]:
    with ctx.unit() as unit:
        return {row.number: row.line_type for row in unit.session.query(ContactPhone)}


def begun(ctx: Context, list_id: uuid.UUID, count: int = 3) -> uuid.UUID:
    return begin_look_ups(ctx, Wanted(list_id=list_id), count).id


def run(ctx: Context, carrier: Directory, clock: SetClock, batch_id: uuid.UUID) -> LookUpView:
    run_look_ups(system(ctx), carrier, clock, batch_id)  # type: ignore[arg-type]
    return get_look_up(ctx, batch_id)


def too_slow(
    ctx: Context, clock: SetClock, directory: Directory, batch_id: uuid.UUID, at_last: Callable[[str], Said]
) -> list[LookUpView]:
    """Let the directory answer only when its worker was taken for dead. What the batch is then, after another
    worker, whom nobody answers, had it meanwhile.
    """
    second, meanwhile = Directory(), []
    second.says = lambda number: LineNotFound(number, "unreachable", asked=False, permanent=False)

    def slow(number: str) -> Said:
        if number == mobile(0):
            clock.now += LEASE + dt.timedelta(seconds=1)
            meanwhile.append(run(ctx, second, clock, batch_id))
        return at_last(number)

    directory.says = slow
    return meanwhile


@pytest.fixture
def directory() -> Directory:
    return Directory()


def test_what_is_asked_for_and_what_it_costs_is_shown_before(ctx: Context, directory: Directory) -> None:
    of = some(ctx, 4)
    add_suppression(ctx, NewSuppression(channels=["sms"], reason="manual", number=mobile(0)))
    seen = preview_look_ups(ctx, Wanted(list_id=of))
    assert (seen.numbers, seen.known, seen.each, seen.cost) == (3, 0, Decimal("0.008"), Decimal("0.024"))
    assert preview_look_ups(ctx, Wanted(list_id=some(ctx, 4, "mobile", 10))).numbers == 0
    everything = Wanted(list_id=some(ctx, 4, "mobile", 20), which=Which.ALL)
    assert preview_look_ups(ctx, everything).numbers == 4
    assert directory.asked.total() == 0


def test_the_number_has_to_be_typed_as_it_is(ctx: Context) -> None:
    of = some(ctx, 3)
    with pytest.raises(AudienceChanged):
        begin_look_ups(ctx, Wanted(list_id=of), 4)
    with pytest.raises(ValidationFailed, match="nothing to ask"):
        begin_look_ups(ctx, Wanted(list_id=some(ctx, 1, "mobile", 50)), 0)
    bounded = replace(ctx, messaging=replace(ctx.messaging, look_ups=Price(most=2)))
    with pytest.raises(ValidationFailed, match="At most 2"):
        begin_look_ups(bounded, Wanted(list_id=of), 3)
    with bounded.unit() as unit:
        seen, held = look_ups._preview(bounded, unit, Wanted(list_id=of))
        assert (seen.numbers, len(held)) == (3, 2), "no more are held than may be asked for"
    poor = replace(ctx, messaging=replace(ctx.messaging, cost_cap=Decimal("0.02")))
    with pytest.raises(ValidationFailed, match="may still be spent"):
        begin_look_ups(poor, Wanted(list_id=of), 3)
    with pytest.raises(ValidationFailed):
        begin_look_ups(ctx, Wanted(), 3)


def test_answers_are_kept_and_not_paid_for_again(ctx: Context, clock: SetClock, directory: Directory) -> None:
    of = some(ctx, 3)
    answers = {
        mobile(0): LineFound(mobile(0), True, "landline", "Dyffryn"),
        mobile(1): LineFound(mobile(1), True, "nonFixedVoip", None),
        mobile(2): LineFound(mobile(2), False, None, None),
    }
    directory.says = answers.__getitem__
    done = run(ctx, directory, clock, begun(ctx, of))
    assert (done.state, done.known, done.failed, done.asked) == ("completed", 2, 1, 2)
    assert (done.cost, dict(done.found)) == (Decimal("0.016"), {"landline": 1, "nonFixedVoip": 1})
    assert kinds(ctx) == {mobile(0): "landline", mobile(1): "voip", mobile(2): "unknown"}
    [nobody] = failed_look_ups(ctx, done.id, Page()).items
    assert (nobody.number, nobody.fault) == (mobile(2), "invalid")
    everything = Wanted(list_id=of, which=Which.ALL)
    assert preview_look_ups(ctx, everything).known == 3
    later = ctx.at(clock.forward(days=181))
    assert preview_look_ups(later, everything).numbers == 3
    assert directory.asked.total() == 3
    assert check_counters(system(ctx)) == []


def test_the_gate_leaves_landlines_out(blasting: Blasting, clock: SetClock, directory: Directory) -> None:
    ids = people(blasting.ctx, 3)
    with blasting.ctx.unit() as unit:
        unit.session.query(ContactPhone).update({"line_type": "unknown"})
    directory.says = lambda number: LineFound(
        number, True, "landline" if number == mobile(0) else "mobile", ""
    )
    blast_id = blasting.launch(ids).id
    blasting.plan(blast_id)
    run(blasting.ctx, directory, clock, begun(blasting.ctx, listed(blasting.ctx, ids)))
    blasting.send()
    assert blasting.skipped(blast_id) == {"not_mobile": 1}
    assert blasting.counts(blast_id)["sent"] == 2


def test_what_a_refusal_has_said_is_not_lifted(ctx: Context, clock: SetClock, directory: Directory) -> None:
    of = some(ctx, 1, "landline")
    batch = begin_look_ups(ctx, Wanted(list_id=of, which=Which.ALL), 1)
    run(ctx, directory, clock, batch.id)
    assert kinds(ctx) == {mobile(0): "landline"}


def test_two_batches_never_ask_for_the_same(ctx: Context, clock: SetClock, directory: Directory) -> None:
    of = some(ctx, 3)
    first = begun(ctx, of)
    assert preview_look_ups(ctx, Wanted(list_id=of)).in_hand == 3
    with pytest.raises(ValidationFailed):
        begin_look_ups(ctx, Wanted(list_id=of), 0)
    run(ctx, directory, clock, first)
    assert set(directory.asked.values()) == {1}


def test_of_what_the_carrier_does_not_know_nothing_changes(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    directory.says = lambda number: LineFound(number, True, None, None, 60601)
    batch_id = begun(ctx, of := some(ctx, 1), 1)
    assert run(ctx, directory, clock, batch_id).failed == 1
    [failed] = failed_look_ups(ctx, batch_id, Page()).items
    assert (failed.fault, failed.error_code) == ("not_told", 60601)
    assert kinds(ctx) == {mobile(0): "unknown"}
    assert preview_look_ups(ctx, Wanted(list_id=of)).known == 1, "and it isn't asked for again"


def test_an_audience_is_asked_for_too(ctx: Context) -> None:
    of = some(ctx, 5)
    audience = create_audience(ctx, {"name": "Everybody", "filter": {"lists": [str(of)]}})
    assert preview_look_ups(ctx, Wanted(audience_id=audience.id)).numbers == 5


def test_a_worker_that_dies_pays_for_an_answer_twice_at_most(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    batch_id = begun(ctx, some(ctx, 3))
    directory.dies = True
    for times in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            run(ctx, directory, clock, batch_id)
        assert get_look_up(ctx, batch_id).asked == 3 * times
        assert run(ctx, directory, clock, batch_id).asked == 3 * times, "it is held by the one that died"
        clock.now += LEASE + dt.timedelta(seconds=1)
    done = run(ctx, directory, clock, batch_id)
    assert (done.state, done.failed, done.asked) == ("completed", 3, 6)
    assert set(directory.asked.values()) == {2}
    assert {one.fault for one in failed_look_ups(ctx, batch_id, Page()).items} == {"lost"}
    assert check_counters(system(ctx)) == []


def test_what_was_not_heard_costs_nothing_and_goes_on_by_itself(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    batch_id = begun(ctx, some(ctx, 3))
    directory.says = lambda number: LineNotFound(number, "unreachable", asked=False, permanent=False)
    waits = run(ctx, directory, clock, batch_id)
    assert (waits.state, waits.asked, waits.cost) == ("running", 0, 0)
    directory.says = lambda number: LineFound(number, True, "mobile", None)
    assert run(ctx, directory, clock, batch_id).known == 0, "not before a while"
    clock.now += dt.timedelta(seconds=31)
    ask_if_due(system(ctx).at(clock.now))
    assert run(ctx, directory, clock, batch_id).state == "completed"


def test_a_carrier_that_is_too_busy_is_asked_again_when_it_says(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    batch_id = begun(ctx, some(ctx, 3))
    directory.says = lambda number: LineNotFound(number, "http_429", False, permanent=False, retry_after_s=7)
    assert run(ctx, directory, clock, batch_id).again_at == clock.now + dt.timedelta(seconds=7)
    clock.now += dt.timedelta(seconds=8)
    directory.says = lambda number: LineNotFound(
        number, "http_429", False, permanent=False, retry_after_s=1e9
    )
    assert run(ctx, directory, clock, batch_id).again_at == clock.now + dt.timedelta(hours=1)


def test_when_a_line_was_looked_up_is_known_with_how_long_it_holds(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    run(ctx, directory, clock, begun(ctx, some(ctx, 1), 1))
    told = lines_of_numbers(ctx, [mobile(0), mobile(1)])
    assert told == {mobile(0): LineSaid("mobile", clock.now, clock.now + dt.timedelta(days=180))}


def test_a_refusal_of_ours_stops_it_and_says_why(ctx: Context, clock: SetClock, directory: Directory) -> None:
    batch_id = begun(ctx, some(ctx, 3))
    directory.says = lambda number: LineNotFound(number, "http_401", asked=False, permanent=True, code=20003)
    stopped = run(ctx, directory, clock, batch_id)
    assert (stopped.state, stopped.stopped_for, stopped.asked) == ("stopped", "carrier_20003", 0)
    assert run(ctx, directory, clock, batch_id).state == "stopped"
    directory.says = lambda number: LineFound(number, True, "mobile", None)
    resume_look_ups(ctx, batch_id)
    assert run(ctx, directory, clock, batch_id).state == "completed"
    with pytest.raises(InvalidTransition):
        resume_look_ups(ctx, batch_id)


def test_one_is_stopped_by_hand_and_goes_on(ctx: Context, clock: SetClock, directory: Directory) -> None:
    batch_id = begun(ctx, some(ctx, 3))
    assert stop_look_ups(ctx, batch_id).stopped_for == "by_hand"
    assert run(ctx, directory, clock, batch_id).asked == 0
    resume_look_ups(ctx, batch_id)
    assert run(ctx, directory, clock, batch_id).known == 3


def test_the_budget_of_all_stops_it(ctx: Context, clock: SetClock, directory: Directory) -> None:
    capped = replace(ctx, messaging=replace(ctx.messaging, cost_cap=Decimal("0.03")))
    batch_id = begun(capped, some(ctx, 3))
    poorer = replace(ctx, messaging=replace(ctx.messaging, cost_cap=Decimal("0.02")))
    assert run(poorer, directory, clock, batch_id).stopped_for == "organisation_cost_cap"
    resume_look_ups(capped, batch_id)
    run(capped, directory, clock, batch_id)
    with capped.unit() as unit:
        assert left_to_spend(capped, unit) == Decimal("0.006")


def test_a_campaigns_budget_holds_and_ends_the_batch_in_the_middle(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    of = campaign(ctx, name="Aber", cost_cap=Decimal("1.00"))
    wanted = Wanted(list_id=some(ctx, 130), campaign_id=of.id)
    with pytest.raises(ValidationFailed, match="may still be spent"):
        begin_look_ups(ctx, wanted, 130)
    change_campaign(ctx, of.id, {"cost_cap": Decimal("1.04")})
    batch_id = begin_look_ups(ctx, wanted, 130).id
    change_campaign(ctx, of.id, {"cost_cap": Decimal("0.9")})
    stopped = run(ctx, directory, clock, batch_id)
    assert (stopped.state, stopped.stopped_for, stopped.asked) == ("stopped", "cost_cap", 112)
    assert get_campaign(ctx, of.id).spent == Decimal("0.896")
    assert directory.asked.total() == 112
    change_campaign(ctx, of.id, {"cost_cap": Decimal(2)})
    resume_look_ups(ctx, batch_id)
    assert run(ctx, directory, clock, batch_id).state == "completed"
    assert get_campaign(ctx, of.id).spent == Decimal("1.04")
    told = looked_up_for(ctx, of.id)
    assert (told.asked, told.cost) == (130, Decimal("1.04"))
    [line] = add_up(ctx, Period(campaign_id=of.id)).lines
    assert (line.campaign, line.channel, line.sender) == ("Aber", "look_up", None)
    assert (line.count, line.units, line.cost) == (130, 130, Decimal("1.04"))
    assert check_counters(system(ctx)) == []


def test_what_belongs_to_no_campaign_is_a_line_of_its_own_by_day(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    run(ctx, directory, clock, begun(ctx, some(ctx, 3)))
    later = ctx.at(clock.forward(days=1))
    run(later, directory, clock, begun(later, some(ctx, 2, first=10), 2))
    [line] = add_up(later, Period()).lines
    assert (line.campaign, line.count, line.cost) == (None, 5, Decimal("0.04"))
    [today] = add_up(later, Period(first=later.now.date())).lines
    assert (today.count, today.first_day) == (2, later.now.date())


def test_two_workers_at_once_ask_for_each_number_once(ctx: Context, clock: SetClock) -> None:
    both = threading.Barrier(2)
    batches = [begun(ctx, some(ctx, 150, first=200 * nth), 150) for nth in range(2)]
    directory = Directory()

    def work(_nth: int) -> None:
        both.wait()
        for batch_id in (*batches, *reversed(batches)):
            run_look_ups(system(ctx), directory, clock, batch_id)  # type: ignore[arg-type]

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, range(2)))
    assert [get_look_up(ctx, batch_id).known for batch_id in batches] == [150, 150]
    assert set(directory.asked.values()) == {1}
    assert check_counters(system(ctx)) == []


def test_two_batches_at_once_pass_no_cap_together(ctx: Context, clock: SetClock) -> None:
    capped = replace(ctx, messaging=replace(ctx.messaging, cost_cap=Decimal("1.60")))
    batches = [begun(capped, some(ctx, 150, first=200 * nth), 150) for nth in range(2)]
    directory, both = Directory(), threading.Barrier(2)

    def work(batch_id: uuid.UUID) -> None:
        both.wait()
        run_look_ups(system(capped), directory, clock, batch_id)  # type: ignore[arg-type]

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, batches))
    assert directory.asked.total() == 200
    assert "organisation_cost_cap" in {get_look_up(ctx, batch_id).stopped_for for batch_id in batches}
    with capped.unit() as unit:
        assert left_to_spend(capped, unit) == 0


def test_an_answer_that_comes_too_late_still_counts(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    """Its worker was taken for dead, and another has put its numbers back into the line."""
    batch_id = begun(ctx, some(ctx, 3))
    put_back = too_slow(ctx, clock, directory, batch_id, lambda each: LineFound(each, True, "mobile", None))
    assert run(ctx, directory, clock, batch_id).known == 3
    assert put_back.pop().known == 0
    clock.now += LEASE
    done = run(ctx, directory, clock, batch_id)
    assert (done.state, done.known, done.asked) == ("completed", 3, 3)
    assert set(directory.asked.values()) == {1}


def test_an_answer_is_kept_while_the_database_is_away_and_paid_for_once(
    ctx: Context, clock: SetClock, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Away before it is written down, and then as it is told that it was."""
    record, told = look_up_run._record, iter(["away", "lost"])

    def shaken(*given: Any) -> bool:
        match next(told, "there"):
            case "away":
                raise Unavailable
            case "lost":
                record(*given)
                raise Unavailable
        return record(*given)

    answers = {
        mobile(0): LineFound(mobile(0), True, "mobile", None),
        mobile(1): LineNotFound(mobile(1), "http_400", asked=False, permanent=False, refused=True, code=1),
        mobile(2): LineFound(mobile(2), True, "landline", None),
    }
    directory.says = answers.__getitem__
    monkeypatch.setattr(look_up_run, "RECORD_AGAIN_AFTER_S", 0)
    monkeypatch.setattr(look_up_run, "_record", shaken)
    done = run(ctx, directory, clock, begun(ctx, some(ctx, 3)))
    assert (done.state, done.known, done.failed, done.asked) == ("completed", 2, 1, 2)
    assert set(directory.asked.values()) == {1}
    assert next(told, "used up") == "used up"
    assert check_counters(system(ctx)) == []


def test_what_is_nobodys_number_costs_nothing_also_when_that_is_told_late(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    batch_id = begun(ctx, some(ctx, 3))
    put_back = too_slow(
        ctx, clock, directory, batch_id, lambda each: LineFound(each, False, None, None, 20404)
    )
    done = run(ctx, directory, clock, batch_id)
    assert put_back.pop().asked == 3
    assert (done.failed, done.asked, done.cost) == (3, 0, 0)
    assert check_counters(system(ctx)) == []


def test_one_number_refused_is_kept_with_its_code_and_costs_nothing(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    batch_id = begun(ctx, some(ctx, 3))
    refusal = LineNotFound(mobile(1), "http_400", asked=False, permanent=False, refused=True, code=60600)
    directory.says = lambda number: (
        refusal if number == mobile(1) else LineFound(number, True, "mobile", None)
    )
    done = run(ctx, directory, clock, batch_id)
    assert (done.state, done.known, done.failed, done.asked) == ("completed", 2, 1, 2)
    [failed] = failed_look_ups(ctx, batch_id, Page()).items
    assert (failed.number, failed.fault, failed.error_code) == (mobile(1), "refused", 60600)


def test_a_carrier_that_answers_nothing_is_not_paid_for_a_whole_list(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    batch_id = begun(ctx, some(ctx, 250), 250)
    directory.says = lambda number: LineNotFound(number, "timeout", asked=True, permanent=False)
    for _ in range(9):
        run(ctx, directory, clock, batch_id)
        clock.now += LEASE
    stopped = get_look_up(ctx, batch_id)
    assert (stopped.stopped_for, stopped.failed, stopped.asked) == ("no_answers", 100, 200)


def test_one_that_died_in_a_batch_that_was_stopped_is_settled(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    batch_id = begun(ctx, of := some(ctx, 3))
    directory.dies = True
    with pytest.raises(KeyboardInterrupt):
        run(ctx, directory, clock, batch_id)
    stop_look_ups(ctx, batch_id)
    clock.now += LEASE + dt.timedelta(seconds=1)
    ask_if_due(system(ctx).at(clock.now))
    directory.dies = False
    assert run(ctx, directory, clock, batch_id).asked == 3
    later = ctx.at(clock.now)
    assert preview_look_ups(later, Wanted(list_id=of)).in_hand == 3, "they may have been paid for once"
    resume_look_ups(later, batch_id)
    assert run(later, directory, clock, batch_id).known == 3


def test_what_a_stopped_batch_left_is_taken_over(ctx: Context, clock: SetClock, directory: Directory) -> None:
    first = begun(ctx, of := some(ctx, 3))
    stop_look_ups(ctx, first)
    assert preview_look_ups(ctx, Wanted(list_id=of)).numbers == 3
    second = begun(ctx, of)
    resume_look_ups(ctx, first)
    emptied = run(ctx, directory, clock, first)
    assert (emptied.state, emptied.numbers, emptied.asked) == ("completed", 0, 0)
    assert run(ctx, directory, clock, second).known == 3
    assert set(directory.asked.values()) == {1}


def test_who_takes_over_waits_for_whoever_goes_on_with_the_batch_and_holds_nothing_up(
    ctx: Context, clock: SetClock
) -> None:
    first = begun(ctx, of := some(ctx, 3))
    stop_look_ups(ctx, first)
    with ThreadPoolExecutor(1) as pool:
        with ctx.unit() as unit:
            reach_batch(unit, first, lock=True).state = "running"
            second = pool.submit(begun, ctx, of)
            wait_until_somebody_waits(unit)
            unit.session.execute(text("SET LOCAL lock_timeout = '500ms'"))
            assert len(number_lines.claim(unit, first, 3)) == 3
        with pytest.raises(AudienceChanged):
            second.result(timeout=30)


def test_what_a_batch_found_stands_with_it_whoever_asks_for_the_numbers_later(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    directory.says = lambda number: LineFound(number, True, "landline", None)
    first = begun(ctx, of := some(ctx, 2), 2)
    assert run(ctx, directory, clock, first).known == 2
    directory.says = lambda number: LineFound(number, True, "mobile", None)
    clock.forward(days=181)
    later = ctx.at(clock.now)
    second = begin_look_ups(later, Wanted(list_id=of, which=Which.ALL), 2).id
    assert dict(run(later, directory, clock, second).found) == {"mobile": 2}
    assert dict(get_look_up(ctx, first).found) == {"landline": 2}


def test_who_comes_later_with_the_number_has_its_kind(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    american = "+12025550143"
    abroad = replace(ctx, phones=replace(ctx.phones, allowed_countries=frozenset({"GB", "US"})))
    directory.says = lambda number: LineFound(number, True, "landline", None)
    made = create_contact(abroad, {"first_name": "Gwen", "phones": [{"number": american}]})
    assert made.phones[0].type == "unknown"
    batch = begin_look_ups(abroad, Wanted(contact_id=made.id), 1)
    assert (batch.name, run(abroad, directory, clock, batch.id).known) == ("", 1)
    brought = bring_in(abroad, f"first_name,last_name,phone\nSiân,Jones,{american}\n")
    assert brought.counts.created == 1
    again = change_contact(abroad, made.id, {"phones": [{"number": american}]})
    added = create_contact(abroad, {"first_name": "Owain", "phones": [{"number": american}]})
    assert [one.phones[0].type for one in (again, added)] == ["landline", "landline"]
    with abroad.unit() as unit:
        assert {row.line_type for row in unit.session.query(ContactPhone)} == {"landline"}


def test_who_was_being_brought_in_as_the_answer_came_has_its_kind_too(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    lines = {mobile(0): "landline", mobile(1): "mobile", mobile(2): "nonFixedVoip"}
    directory.says = lambda number: LineFound(number, True, lines[number], None)
    run(ctx, directory, clock, begun(ctx, some(ctx, 3)))
    with ctx.unit() as unit:
        unit.session.query(ContactPhone).update({"line_type": "unknown"})
        unit.session.query(ContactPhone).filter_by(number=mobile(2)).update({"line_type": "landline"})
    forget_old_lines(system(ctx))
    assert kinds(ctx) == {mobile(0): "landline", mobile(1): "mobile", mobile(2): "landline"}


def test_what_nobody_has_any_more_is_forgotten_when_it_holds_no_longer(
    ctx: Context, clock: SetClock, directory: Directory
) -> None:
    run(ctx, directory, clock, begun(ctx, some(ctx, 2), 2))
    with ctx.unit() as unit:
        unit.session.query(ContactPhone).filter_by(number=mobile(0)).delete()
    forget_old_lines(system(ctx).at(clock.forward(days=100)))
    with ctx.unit() as unit:
        assert unit.session.query(NumberLine).count() == 2
    forget_old_lines(system(ctx).at(clock.forward(days=81)))
    with ctx.unit() as unit:
        assert [row.number for row in unit.session.query(NumberLine)] == [mobile(1)]


def test_another_organisations_are_not_there(ctx: Context) -> None:
    of, stranger = some(ctx, 2), ctx.as_actor(system_actor(uuid.uuid4()))
    batch_id = begun(ctx, of, 2)
    for deed in (get_look_up, stop_look_ups, resume_look_ups):
        with pytest.raises(NotFound):
            deed(stranger, batch_id)
    with pytest.raises(ValidationFailed):
        preview_look_ups(stranger, Wanted(list_id=of))


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.ORGANISER, Role.OBSERVER])
def test_only_who_looks_after_senders_may_spend(ctx: Context, role: Role) -> None:
    other = ctx.as_actor(Actor(ctx.organisation_id, uuid.uuid4(), role, "Mair"))
    wanted = Wanted(list_id=some(ctx, 1))
    with pytest.raises(Forbidden):
        preview_look_ups(other, wanted)
    with pytest.raises(Forbidden):
        begin_look_ups(other, wanted, 1)


@pytest.fixture
def wire(town: Town) -> Iterator[TwilioCarrier]:
    town.orderly()
    carrier = TwilioCarrier(ACCOUNT_SID, AUTH_TOKEN, town.url)
    yield carrier
    carrier.close()


def test_in_the_town_every_number_is_charged_once(
    ctx: Context, clock: SetClock, town: Town, wire: TwilioCarrier
) -> None:
    town.faults(rate_limited=0.3)
    batch_id = begun(ctx, some(ctx, 40), 40)
    for _ in range(60):
        run_look_ups(system(ctx), wire, clock, batch_id)
        clock.now += LEASE + dt.timedelta(seconds=1)
        if get_look_up(ctx, batch_id).state == "completed":
            break
    done = get_look_up(ctx, batch_id)
    assert (done.state, done.known, done.asked) == ("completed", 40, 40)
    assert dict(done.found) == {"mobile": 38, "landline": 1, "nonFixedVoip": 1}
    assert Counter(kinds(ctx).values()) == {"mobile": 38, "landline": 1, "voip": 1}
    assert town.look_ups() == 40


def test_in_the_town_an_answer_that_is_lost_is_paid_for_twice_at_most(
    ctx: Context, clock: SetClock, town: Town, wire: TwilioCarrier
) -> None:
    town.faults(lost_reply=1.0)
    batch_id = begun(ctx, some(ctx, 5), 5)
    for _ in range(4):
        run_look_ups(system(ctx), wire, clock, batch_id)
        clock.now += LEASE + dt.timedelta(seconds=1)
    done = get_look_up(ctx, batch_id)
    assert (done.state, done.failed, done.asked) == ("completed", 5, 10)
    assert town.look_ups() == 10
