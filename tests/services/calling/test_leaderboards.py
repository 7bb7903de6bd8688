"""What all of a campaign's volunteers did today, its goal, and a leaderboard where it has switched one on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import event, select, update

from dialer.domain.errors import NotFound
from dialer.domain.leaderboard import Leaderboard
from dialer.domain.result import HouseholdReport, Report
from dialer.services.calling.campaigns import CampaignFields, change_campaign
from dialer.services.calling.company import team_today
from dialer.services.calling.corrections import undo_result
from dialer.services.calling.leaderboards import KEPT_FOR, name_me
from dialer.services.calling.next_contact import next_assignment
from dialer.services.calling.results import record_result
from dialer.services.calling.sessions import start_session
from dialer.services.calling.views import AssignmentView, CampaignView
from dialer.services.context import Context
from dialer.store.models.accounts import Account, AccountCampaign
from dialer.store.models.calling import Campaign
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, running_campaign

ContextOf = Callable[[Person], Context]


@pytest.fixture
def campaign(ctx: Context, vic: Person, mallory: Person) -> CampaignView:
    """Vic's and Mallory's, with a goal and a leaderboard."""
    voters = [Voter(f"Voter{nth}", [landline(nth)]) for nth in range(8)]
    made = running_campaign(ctx, voters, talks_goal=3, leaderboard=True)
    for person in (vic, mallory):
        join_campaign(ctx.units, person, made.id)
    return made


def _call(ctx: Context, campaign_id: uuid.UUID, *dispositions: str) -> uuid.UUID:
    session, last = start_session(ctx, campaign_id), uuid.UUID(int=0)
    for disposition in dispositions:
        given = next_assignment(ctx, session.id)
        assert isinstance(given, AssignmentView)
        last = record_result(ctx, given.id, HouseholdReport(Report(disposition))).id
    return last


def _later(ctx: Context, by: dt.timedelta = KEPT_FOR) -> Context:
    return dataclasses.replace(ctx, now=ctx.now + by)


def _board(ctx: Context, campaign: CampaignView) -> Leaderboard:
    board = team_today(ctx, campaign.id).board
    assert board is not None
    return board


def _rows(ctx: Context, campaign: CampaignView) -> list[tuple[int, int, tuple[str, ...], bool]]:
    return [(one.number, one.talks, one.names, one.mine) for one in _board(ctx, campaign).places]


def test_a_campaign_that_says_nothing_has_no_goal_and_names_nobody(
    ctx: Context, vic: Person, context_of: ContextOf
) -> None:
    plain = running_campaign(ctx, [Voter("Siân", [landline(0)])])
    join_campaign(ctx.units, vic, plain.id)
    mine = context_of(vic)
    _call(mine, plain.id, "contacted")
    team = team_today(mine, plain.id)
    assert (team.calls, team.talks, team.goal, team.board) == (1, 1, None, None)


def test_talks_of_today_are_ranked_and_yesterdays_are_over(
    campaign: CampaignView, vic: Person, mallory: Person, context_of: ContextOf
) -> None:
    mine, hers = context_of(vic), context_of(mallory)
    _call(mine, campaign.id, "contacted", "no_answer", "contacted")
    _call(hers, campaign.id, "contacted")
    assert _rows(mine, campaign) == [(1, 2, (), True), (2, 1, ("Mallory",), False)]
    assert _rows(hers, campaign) == [(1, 2, ("Vic",), False), (2, 1, (), True)]
    team = team_today(hers, campaign.id)
    assert (team.talks, team.goal) == (3, 3)
    assert _rows(_later(mine, dt.timedelta(days=1)), campaign) == []


def test_what_is_taken_back_is_no_talk(campaign: CampaignView, vic: Person, context_of: ContextOf) -> None:
    mine = context_of(vic)
    last = _call(mine, campaign.id, "contacted", "contacted")
    undo_result(mine, last)
    assert _rows(mine, campaign) == [(1, 1, (), True)]


def test_whoever_keeps_out_is_named_to_nobody_and_may_come_back(
    campaign: CampaignView, vic: Person, mallory: Person, context_of: ContextOf
) -> None:
    mine, hers = context_of(vic), context_of(mallory)
    _call(mine, campaign.id, "contacted")
    _call(hers, campaign.id, "contacted")
    assert _rows(mine, campaign) == [(1, 1, ("Mallory",), True)]
    name_me(hers, wanted=False)
    assert _rows(mine, campaign) == [(1, 1, (), True)]
    assert _rows(hers, campaign) == [(1, 1, ("Vic",), False)]
    assert _board(hers, campaign).out
    name_me(hers, wanted=True)
    assert _rows(mine, campaign) == [(1, 1, ("Mallory",), True)]


def test_it_names_only_who_still_calls_for_the_campaign(
    ctx: Context, campaign: CampaignView, vic: Person, mallory: Person, context_of: ContextOf
) -> None:
    mine = context_of(vic)
    _call(ctx, campaign.id, "contacted")
    _call(context_of(mallory), campaign.id, "contacted")
    assert _rows(mine, campaign) == [(1, 1, ("Mallory",), False)]
    with ctx.unit() as unit:
        of_hers = AccountCampaign.account_id == mallory.id
        unit.session.execute(update(AccountCampaign).where(of_hers).values(approved=False))
    assert _rows(_later(mine), campaign) == []
    with ctx.unit() as unit:
        unit.session.execute(update(AccountCampaign).where(of_hers).values(approved=True))
        unit.session.execute(update(Account).where(Account.id == mallory.id).values(active=False))
    assert _rows(_later(mine, 2 * KEPT_FOR), campaign) == []


def test_who_called_elsewhere_isnt_on_it(
    ctx: Context, campaign: CampaignView, vic: Person, mallory: Person, context_of: ContextOf
) -> None:
    other = running_campaign(ctx, [Voter("Else", [landline(40)])], name="Other", leaderboard=True)
    join_campaign(ctx.units, mallory, other.id)
    _call(context_of(mallory), other.id, "contacted")
    assert _rows(context_of(vic), campaign) == []
    with pytest.raises(NotFound):
        team_today(context_of(vic), other.id)


def test_it_is_counted_once_in_five_seconds(
    ctx: Context, campaign: CampaignView, vic: Person, mallory: Person, context_of: ContextOf
) -> None:
    mine, hers = context_of(vic), context_of(mallory)
    _call(mine, campaign.id, "contacted")
    counted: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if "count(distinct" in statement.lower():
            counted.append(statement)

    with ctx.unit() as unit:
        engine = unit.session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        for each in (mine, hers, _later(mine, KEPT_FOR / 2)):
            assert _board(each, campaign).places
        assert len(counted) == 1
        assert _board(_later(hers), campaign).places
        assert len(counted) == 2
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_switched_off_it_is_gone_at_once(
    ctx: Context, campaign: CampaignView, vic: Person, context_of: ContextOf
) -> None:
    mine = context_of(vic)
    _call(mine, campaign.id, "contacted")
    assert _board(mine, campaign).places
    change_campaign(ctx, campaign.id, CampaignFields(leaderboard=False, talks_goal=None))
    team = team_today(mine, campaign.id)
    assert (team.board, team.goal) == (None, None)
    with ctx.unit() as unit:
        assert unit.session.scalar(select(Campaign.talks_goal).where(Campaign.id == campaign.id)) is None
