"""A queue of many people: the first at once, the others chunk by chunk, each of them once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from dialer.domain.live_board import Finish
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling import campaigns, queue_filling
from dialer.services.calling.campaigns import change_campaign, end_campaign, get_campaign, list_campaigns
from dialer.services.calling.live_board import live_board
from dialer.services.calling.queue_filling import fill_more, resume_filling, share_filled
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.store.models.calling import Campaign
from dialer.store.models.people import ContactPhone
from dialer.store.models.queue import QueueEntry
from dialer.store.queries import queue_filling as shelf
from dialer.store.queries.queue_filling import is_ours
from tests.people import Person
from tests.phone_bank import Voter, add_voters, landline, running_campaign


@pytest.fixture(autouse=True)
def short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_filling, "FIRST", 3)
    monkeypatch.setattr(queue_filling, "CHUNK", 3)


@pytest.fixture
def system(ctx: Context, carys: Person, context_of: Callable[[Person], Context]) -> Callable[[], Context]:
    return lambda: context_of(carys).as_actor(system_actor(ctx.organisation_id))


@pytest.fixture
def voters() -> list[Voter]:
    """Seven people, the first and the last on one number."""
    people = [Voter(f"V{nth}", [landline(nth)]) for nth in range(6)]
    return [*people, Voter("V6", [landline(0)])]


def waiting(ctx: Context, campaign_id: uuid.UUID) -> Sequence[str]:
    """The numbers that wait, in their order."""
    with ctx.unit() as unit:
        query = select(QueueEntry.number).where(QueueEntry.campaign_id == campaign_id)
        return unit.session.scalars(query.order_by(QueueEntry.due_at, QueueEntry.position)).all()


def fill(system: Callable[[], Context], campaign_id: uuid.UUID) -> int:
    """Go on until it is whole; how many chunks that took."""
    chunks = 1
    while fill_more(system(), campaign_id):
        chunks += 1
    return chunks


def test_the_first_come_at_once_and_the_others_in_the_order_of_the_list(
    ctx: Context, system: Callable[[], Context], voters: list[Voter]
) -> None:
    made = running_campaign(ctx, voters)
    assert made.queue_filling
    assert waiting(ctx, made.id) == [landline(nth) for nth in range(3)]
    assert live_board(ctx, made.id).outlook.finish is Finish.TOO_EARLY, "nobody calls that list finished"
    assert fill(system, made.id) == 2
    assert waiting(ctx, made.id) == [landline(nth) for nth in range(6)], "a shared number once"
    assert not get_campaign(ctx, made.id).queue_filling
    assert not fill_more(system(), made.id), "a whole one is left alone"


def test_one_worker_at_a_time_and_any_may_go_on(
    ctx: Context, system: Callable[[], Context], voters: list[Voter]
) -> None:
    made = running_campaign(ctx, voters)
    with system().unit() as unit:
        assert is_ours(unit, made.id)
        assert not fill_more(system(), made.id), "somebody else is at it"
    assert resume_filling(system()) == 1, "and where they died, it is asked for again"
    fill(system, made.id)
    assert len(waiting(ctx, made.id)) == 6
    assert resume_filling(system()) == 0


def test_other_lists_in_the_middle_begin_it_anew(
    ctx: Context,
    system: Callable[[], Context],
    voters: list[Voter],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    more = add_voters(ctx, [Voter("W", [landline(50)], id=uuid.UUID(int=1))])
    made = running_campaign(ctx, voters)
    taken = queue_filling.queue_people

    def meanwhile(*given: object) -> int:
        monkeypatch.setattr(queue_filling, "queue_people", taken)
        change_campaign(ctx, made.id, {"list_ids": [*made.list_ids, more]})
        return taken(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(queue_filling, "queue_people", meanwhile)
    fill(system, made.id)
    fill(system, made.id)
    assert len(waiting(ctx, made.id)) == 7, "whoever came to the lists behind the worker is there too"


def test_a_list_added_while_a_worker_moves_on_is_filled_to_its_end(
    ctx: Context,
    system: Callable[[], Context],
    voters: list[Voter],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = running_campaign(ctx, voters)
    more = add_voters(ctx, [Voter("W", [landline(50)])])
    reached = campaigns.reach_campaign

    def meanwhile(*given: Any) -> Campaign:
        found = reached(*given)
        fill(system, made.id)
        return found

    monkeypatch.setattr(campaigns, "reach_campaign", meanwhile)
    assert change_campaign(ctx, made.id, {"list_ids": [*made.list_ids, more]}).queue_filling
    assert resume_filling(system()) == 1
    fill(system, made.id)
    assert len(waiting(ctx, made.id)) == 7, "its first people are the same, those behind them are new"


def test_only_what_brings_numbers_in_goes_through_the_lists(
    ctx: Context, system: Callable[[], Context], voters: list[Voter]
) -> None:
    made = running_campaign(ctx, voters)
    fill(system, made.id)
    assert not change_campaign(ctx, made.id, {"name": "Morning calls"}).queue_filling
    assert change_campaign(ctx, made.id, {"max_attempts": 5}).queue_filling


def test_an_ended_campaign_is_filled_no_further(
    ctx: Context, system: Callable[[], Context], voters: list[Voter]
) -> None:
    made = running_campaign(ctx, voters)
    end_campaign(ctx, made.id)
    assert not fill_more(system(), made.id)
    assert resume_filling(system()) == 0
    assert len(waiting(ctx, made.id)) == 3


def test_somebody_whose_number_has_gone_is_passed_over(
    ctx: Context, system: Callable[[], Context], voters: list[Voter]
) -> None:
    made = running_campaign(ctx, voters)
    with ctx.unit() as unit:
        gone = unit.session.scalars(select(ContactPhone).where(ContactPhone.number == landline(4))).one()
        gone.removed_at = ctx.now
    fill(system, made.id)
    assert landline(4) not in waiting(ctx, made.id)


def test_it_says_how_much_of_the_lists_the_queue_has_taken_in(
    ctx: Context, system: Callable[[], Context], voters: list[Voter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_filling, "CHUNK", 2)
    made = running_campaign(ctx, voters)
    assert share_filled(ctx, made.id) == pytest.approx(3 / 7)
    fill_more(system(), made.id)
    assert share_filled(ctx, made.id) == pytest.approx(5 / 7)
    fill(system, made.id)
    assert share_filled(ctx, made.id) is None


def test_nothing_is_counted_for_those_who_only_look_at_the_campaign(
    ctx: Context, voters: list[Voter], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = running_campaign(ctx, voters)
    monkeypatch.setattr(shelf, "share_done", lambda *_: pytest.fail("It counts whole lists."))
    assert get_campaign(ctx, made.id).queue_filling
    assert [one.queue_filling for one in list_campaigns(ctx, Page()).items] == [True]
