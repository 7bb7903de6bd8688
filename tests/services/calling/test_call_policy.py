"""A campaign's policy moves its queue, and holds for whoever claims."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import select, text

from dialer.domain.call_policy import CallPolicy
from dialer.domain.languages import LanguageMatch, lanes_of_volunteer
from dialer.domain.queue_order import Rank
from dialer.domain.result import HouseholdReport, Report
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.best_hours import answer_hours, learn_hours
from dialer.services.calling.call_policy import PolicyFields, call_policy, change_call_policy
from dialer.services.calling.next_contact import next_assignment
from dialer.services.calling.queue_ordering import order_all_again, order_queues
from dialer.services.calling.results import record_result
from dialer.services.calling.sessions import start_session
from dialer.services.calling.views import AssignmentView, CampaignView
from dialer.services.context import Context
from dialer.services.gotv.record import record_support, record_turnout
from dialer.store.models.calling import Campaign
from dialer.store.models.conversations import Avoidance
from dialer.store.models.people import ContactPhone
from dialer.store.models.queue import QueueEntry
from dialer.store.queries import due_numbers, queue, queue_ordering
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, running_campaign

VOTERS = [Voter(f"Voter{nth}", [landline(nth)]) for nth in range(5)]


@pytest.fixture
def system(ctx: Context) -> Context:
    return ctx.as_actor(system_actor(ctx.organisation_id))


@pytest.fixture
def campaign(ctx: Context) -> CampaignView:
    voters = [dataclasses.replace(one, id=Voter("", []).id) for one in VOTERS]
    made = running_campaign(ctx, voters, retry_after_s=3600)
    with ctx.unit() as unit:
        for voter, support in zip(voters, (None, 5, 3, 1, 1), strict=True):
            if support:
                common = {"contact_id": voter.id, "election_id": made.election_id, "at": ctx.now}
                record_support(unit, **common, support=support, voting_method=None, source="call")
        record_turnout(
            unit, contact_id=voters[4].id, election_id=made.election_id, source="teller", at=ctx.now
        )
    return made


def lines(ctx: Context, campaign: CampaignView) -> list[int]:
    with ctx.unit() as unit:
        query = select(QueueEntry.priority).where(QueueEntry.campaign_id == campaign.id)
        return list(unit.session.scalars(query.order_by(QueueEntry.number)))


def change(ctx: Context, campaign: CampaignView, **fields: object) -> CallPolicy:
    return change_call_policy(ctx, campaign.id, PolicyFields(**fields)).policy  # type: ignore[typeddict-item]


SIGNS: Sequence[set[str]] = [
    {"support_unknown", "never_reached", "not_lately"},
    {"against", "never_reached", "not_lately"},
    {"undecided", "never_reached", "not_lately"},
    {"pledged", "never_reached", "not_lately"},
    {"never_reached", "not_lately"},
]


@pytest.mark.parametrize(
    "points", [{"pledged": 4, "undecided": 2, "against": -3}, {"support_unknown": 9, "pledged": 9}]
)
def test_the_statement_weighs_as_the_rule_says(
    ctx: Context, campaign: CampaignView, points: dict[str, int]
) -> None:
    assert set(lines(ctx, campaign)) == {Rank.FRESH}
    policy = change(ctx, campaign, points=points)
    assert lines(ctx, campaign) == [policy.line_of(signs) for signs in SIGNS]
    change(ctx, campaign, points={})
    assert set(lines(ctx, campaign)) == {Rank.FRESH}


def test_long_queues_are_ordered_chunk_by_chunk_and_anew_as_people_change(
    ctx: Context, system: Context, campaign: CampaignView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.services.calling.queue_ordering.CHUNK", 2)
    change(ctx, campaign, points={"pledged": 1})
    assert call_policy(ctx, campaign.id).being_ordered
    while order_queues(system):
        pass
    assert lines(ctx, campaign) == [101, 101, 101, 100, 101]
    with ctx.unit() as unit:
        unit.session.execute(text("UPDATE voter_record SET support = 1 WHERE support = 5"))
    order_all_again(system)
    while order_queues(system):
        pass
    assert lines(ctx, campaign) == [101, 100, 101, 100, 101]


@dataclasses.dataclass
class Seat:
    ctx: Context
    session_id: object

    def after(self, **by: float) -> Seat:
        self.ctx = dataclasses.replace(self.ctx, now=self.ctx.now + dt.timedelta(**by))
        return self

    def next(self) -> AssignmentView | None:
        given = next_assignment(self.ctx, self.session_id)  # type: ignore[arg-type]
        return given if isinstance(given, AssignmentView) else None

    def tries(self, disposition: str) -> str | None:
        """Take somebody and report; the number, or None when nobody is due."""
        if (given := self.next()) is None:
            return None
        record_result(self.ctx, given.id, HouseholdReport(Report(disposition)))
        return given.contact.phone


@pytest.fixture
def seat(ctx: Context, vic: Person, context_of: Callable[[Person], Context]) -> Callable[..., Seat]:
    def sit(campaign: CampaignView) -> Seat:
        join_campaign(ctx.units, vic, campaign.id)
        mine = context_of(vic)
        return Seat(mine, start_session(mine, campaign.id).id)

    return sit


def test_who_is_worth_most_is_next(ctx: Context, campaign: CampaignView, seat: Callable[..., Seat]) -> None:
    change(ctx, campaign, points={"pledged": 2})
    given = seat(campaign).next()
    assert given is not None
    assert given.contact.phone == landline(3)


def test_gaps_by_outcome_and_limits_hold_over_all_campaigns(
    ctx: Context, vic: Person, seat: Callable[..., Seat]
) -> None:
    voter = Voter("Siân", [landline(1)])
    first = running_campaign(ctx, [voter], retry_after_s=7200, max_attempts=9)
    change(ctx, first, gaps_s={"busy": 60}, number_day_max=2)
    chair = seat(first)
    assert chair.tries("busy") == landline(1)
    assert chair.after(seconds=59).next() is None
    assert chair.after(seconds=1).tries("no_answer") == landline(1)
    assert chair.after(hours=3).next() is None, "twice today is enough"
    other = running_campaign(ctx, [Voter("Gwyn", [landline(1)])])
    change(ctx, other, number_day_max=2)
    assert seat(other).after(hours=3).next() is None, "whoever rang"
    assert chair.after(hours=17).tries("no_answer") == landline(1), "a new day"


def test_a_number_is_tried_so_often_in_all_and_promises_are_kept(
    ctx: Context, seat: Callable[..., Seat]
) -> None:
    made = running_campaign(ctx, [Voter("Siân", [landline(1)])], retry_after_s=0, max_attempts=9)
    change(ctx, made, number_max=2, number_day_max=2)
    chair = seat(made)
    assert chair.tries("no_answer")
    given = chair.after(seconds=1).next()
    assert given is not None
    back = chair.ctx.now + dt.timedelta(minutes=5)
    record_result(chair.ctx, given.id, HouseholdReport(Report("callback", callback_at=back)))
    assert chair.after(minutes=6).tries("no_answer") == landline(1), "they were promised"
    assert chair.after(minutes=1).next() is None
    change(ctx, made, number_max=None, number_day_max=None)
    assert chair.next() is not None


def test_whom_somebody_was_frightened_by_is_left_to_others(
    ctx: Context, vic: Person, campaign: CampaignView, seat: Callable[..., Seat]
) -> None:
    """By their number, by who they are, and by another number of whoever has that one."""
    of = {"organisation_id": ctx.organisation_id}
    with ctx.unit() as unit:
        who = dict(unit.session.execute(select(ContactPhone.number, ContactPhone.contact_id)).all())
        also = ContactPhone(**of, contact_id=who[landline(2)], number=landline(50), line_type="landline")
        unit.session.add(also)
        for number, contact_id, hours in (
            (landline(0), None, None),
            (landline(60), who[landline(1)], None),
            (landline(50), None, None),
            (landline(3), None, 1),
        ):
            until = hours and ctx.now + dt.timedelta(hours=hours)
            row = {"account_id": vic.id, "number": number, "contact_id": contact_id, "until": until}
            unit.session.add(Avoidance(**of, **row, created_at=ctx.now))
    chair = seat(campaign)
    met = [chair.tries("contacted") for _ in range(3)]
    assert met == [landline(3), landline(4), None], "given back to others for an hour is another thing"


def test_fresh_ones_may_come_before_retries(
    ctx: Context, campaign: CampaignView, seat: Callable[..., Seat]
) -> None:
    chair = seat(campaign)
    first = chair.tries("no_answer")
    chair.after(hours=2)
    change(ctx, campaign, fresh_first=True)
    assert [chair.tries("contacted") for _ in range(5)][-1] == first


def test_a_claim_reads_its_index_in_order_whatever_the_lines(ctx: Context, campaign: CampaignView) -> None:
    with ctx.unit() as unit:
        unit.session.execute(
            text(
                """
                INSERT INTO queue_entry (organisation_id, id, campaign_id, number, priority, due_at)
                SELECT :o, uuidv7(), :c, '+449' || n, 100 + n % 10, now() - interval '1 h'
                FROM generate_series(1, 20000) AS n
                """
            ),
            {"o": unit.organisation_id, "c": campaign.id},
        )
        unit.session.execute(text("ANALYZE queue_entry"))
        asked = {
            "organisation_id": unit.organisation_id,
            "campaign_id": campaign.id,
            "account_id": ctx.actor.account_id,
            "now": ctx.now,
            **queue.lines(lanes_of_volunteer(LanguageMatch.PREFER, ["", "cy"])),
            "passed_over": [],
            "spared": [],
            "grace_over": ctx.now,
            "seen_since": ctx.now,
        }
        plan = "\n".join(unit.session.scalars(text(f"EXPLAIN {due_numbers.CLAIM_BY_HAND}"), asked))
        given = queue_ordering._given(
            unit,
            queue_ordering.Weighing(
                campaign.id, campaign.election_id, CallPolicy(points={"pledged": 1}), ctx.now
            ),
        )
        chunk = "\n".join(
            unit.session.scalars(
                text(f"EXPLAIN {queue_ordering.ORDER_CHUNK.text}"),
                {**given, "after": "", "most_at_once": 1000},
            )
        )
        unit.session.rollback()
    assert "ix_queue_entry_waiting" in plan
    assert "Sort" not in plan
    assert "uq_queue_entry_organisation_id_campaign_id_number" in chunk


def test_retries_go_to_the_hour_at_which_people_pick_up(
    ctx: Context, system: Context, campaign: CampaignView, seat: Callable[..., Seat]
) -> None:
    change(ctx, campaign, other_hours=True)
    chair = seat(campaign)
    assert chair.tries("no_answer")
    assert answer_hours(ctx, campaign.id).overall == (1, 0)
    learn_hours(system)
    with ctx.unit() as unit:
        row = unit.session.get_one(Campaign, (unit.organisation_id, campaign.id))
        assert row.answer_hours == {"0-13": [1, 0]}
        row.answer_hours = {"0-13": [900, 90], "0-18": [900, 400]}
    assert chair.tries("no_answer")
    with ctx.unit() as unit:
        due = unit.session.scalars(
            select(QueueEntry.due_at).where(QueueEntry.priority == Rank.RETRY).order_by(QueueEntry.due_at)
        ).all()
    gap = ctx.now + dt.timedelta(hours=1)
    assert due == [gap, ctx.now.replace(hour=17)], "an hour later, and at six in London"
