"""A campaign's people are counted as they stand in the tables, each once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import text

from dialer.domain.access import Role
from dialer.domain.crosstab import LEAST_SHOWN, Dimension, Side
from dialer.domain.errors import Forbidden, NotFound, Unavailable, ValidationFailed
from dialer.domain.result import HouseholdReport, Report
from dialer.domain.script import Answer, Node, Script
from dialer.services.accounts.teams import create_team
from dialer.services.calling.campaigns import change_campaign
from dialer.services.calling.next_contact import next_assignment
from dialer.services.calling.results import record_result
from dialer.services.calling.scripts import ScriptFields, create_script
from dialer.services.calling.sessions import start_session
from dialer.services.calling.views import AssignmentView
from dialer.services.context import Context
from dialer.services.gotv.crosstab import CrosstabView, Wanted, crosstab, questions_of
from dialer.services.gotv.pledges import NewPledge, put_pledge
from dialer.services.people.contacts import change_contact
from dialer.store.models.accounts import Membership
from dialer.store.models.calling import Campaign
from dialer.store.queries import crosstab as queries
from tests.people import Person, join_campaign, make_person
from tests.phone_bank import Voter, add_voters, landline, running_campaign
from tests.web.phone_bank import SCRIPT

SUPPORT, DISTRICT = Side(Dimension.SUPPORT), Side(Dimension.POLLING_DISTRICT)
DISPOSITION, TAG, LIST = Side(Dimension.DISPOSITION), Side(Dimension.TAG), Side(Dimension.LIST)
PLAIN = [Side(each) for each in Dimension if each is not Dimension.ANSWER]
VOTE = Side(Dimension.ANSWER, "vote")


@dataclasses.dataclass(frozen=True)
class Town:
    """Six people, of whom four were called, in a campaign with a script."""

    ctx: Context
    campaign_id: uuid.UUID
    people: list[uuid.UUID]

    def table(self, rows: Side, columns: Side, **filters: object) -> dict[str, dict[str, int]]:
        """Each row's cells that aren't empty, by their keys; those of whom it isn't known by ''."""
        return cells_of(crosstab(self.ctx, self.campaign_id, Wanted(rows, columns, **filters)))  # type: ignore[arg-type]


def cells_of(found: CrosstabView) -> dict[str, dict[str, int]]:
    table = found.table
    return {
        str(row.key): {str(of.key): count for of, count in zip(table.columns, counts, strict=True) if count}
        for row, counts in zip(table.rows, table.cells, strict=True)
    }


@pytest.fixture
def town(ctx: Context, vic: Person, context_of: Callable[[Person], Context]) -> Town:
    """Vic reached the first, then nobody at the next three; two of them stand in A, the others in B."""
    voters = [Voter(f"Voter{nth}", [landline(nth)]) for nth in range(6)]
    script = create_script(ctx, ScriptFields("Evening calls", SCRIPT))
    campaign = running_campaign(ctx, voters, script_id=script.id, timezone="Europe/London")
    for nth, voter in enumerate(voters):
        tags = ["poster", "lift"] if nth == 0 else ["lift"] if nth == 1 else []
        change_contact(ctx, voter.id, {"polling_district": "A" if nth < 2 else "B", "tags": tags})
    join_campaign(ctx.units, vic, campaign.id)
    mine = context_of(vic)
    session = start_session(mine, campaign.id)
    for report in (Report("contacted", {"vote": "yes"}), *[Report("no_answer")] * 3):
        given = next_assignment(mine, session.id)
        assert isinstance(given, AssignmentView)
        record_result(mine, given.id, HouseholdReport(report))
    return Town(ctx, campaign.id, [voter.id for voter in voters])


def test_people_are_counted_by_what_is_known_of_them(town: Town) -> None:
    put_pledge(town.ctx, town.people[5], NewPledge(town.campaign_id, 4))
    assert town.table(DISTRICT, SUPPORT) == {"B": {"4": 1, "": 3}, "A": {"1": 1, "": 1}}
    assert town.table(SUPPORT, DISTRICT) == {"1": {"A": 1}, "4": {"B": 1}, "": {"B": 3, "A": 1}}
    assert town.table(DISPOSITION, VOTE) == {
        "no_answer": {"": 3},
        "contacted": {"yes": 1},
        "": {"": 2},
    }
    assert town.table(DISTRICT, SUPPORT, known=True) == {"A": {"1": 1}, "B": {"4": 1}}
    assert town.table(DISTRICT, SUPPORT, supports=(1, 2)) == {"A": {"1": 1}}
    assert town.table(DISPOSITION, SUPPORT, polling_district="B") == {
        "no_answer": {"": 2},
        "": {"4": 1, "": 1},
    }
    assert town.table(DISTRICT, SUPPORT, voted=True) == {}


def test_the_last_call_of_each_counts(
    town: Town, vic: Person, context_of: Callable[[Person], Context]
) -> None:
    later = dataclasses.replace(context_of(vic), now=town.ctx.now + dt.timedelta(hours=5))
    session = start_session(later, town.campaign_id)
    given = next_assignment(later, session.id)
    assert isinstance(given, AssignmentView)
    record_result(later, given.id, HouseholdReport(Report("refused")))
    by_hour = town.table(Side(Dimension.HOUR), DISPOSITION)
    assert by_hour["18"] == {"refused": 1}, "London's clocks, which are an hour ahead of UTC"
    assert sum(sum(row.values()) for row in by_hour.values()) == 6
    assert town.table(Side(Dimension.DAY), DISPOSITION)["2026-05-07"]["refused"] == 1


def test_somebody_with_two_tags_stands_in_both_groups_and_counts_once(town: Town) -> None:
    found = crosstab(town.ctx, town.campaign_id, Wanted(TAG, SUPPORT))
    assert cells_of(found) == {"lift": {"1": 1, "": 1}, "poster": {"1": 1}, "": {"": 4}}
    assert found.table.people == 6
    assert [group.people for group in found.table.columns] == [1, 5]


def test_lists_and_volunteers_and_their_teams_have_names(town: Town, vic: Person) -> None:
    other = add_voters(town.ctx, [Voter("Gwen", [landline(99)])])
    named = crosstab(town.ctx, town.campaign_id, Wanted(LIST, Side(Dimension.VOLUNTEER)))
    assert (set(named.row_names.values()), set(named.column_names.values())) == ({"Voters"}, {"Vic"})
    assert named.table.people == 6, "people of other lists are none of these"
    team = create_team(town.ctx, "Harbour", "local")
    with town.ctx.unit() as unit:
        unit.session.add(
            Membership(
                organisation_id=unit.organisation_id, team_id=team.id, account_id=vic.id, role=Role.VOLUNTEER
            )
        )
    by_team = crosstab(town.ctx, town.campaign_id, Wanted(Side(Dimension.TEAM), LIST))
    assert by_team.row_names == {str(team.id): "Harbour"}
    assert [group.people for group in by_team.table.rows] == [4, 2]
    ids = (town.campaign_id,)
    olwen = make_person(town.ctx.units, town.ctx.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=ids)
    hers = crosstab(
        dataclasses.replace(town.ctx, actor=olwen.actor), town.campaign_id, Wanted(Side(Dimension.TEAM), LIST)
    )
    assert (hers.row_names, hers.column_names) == ({}, {}), "neither is hers to see"
    assert [group.people for group in hers.table.rows] == [4, 2]
    change_campaign(town.ctx, town.campaign_id, {"list_ids": [other]})
    assert crosstab(town.ctx, town.campaign_id, Wanted(LIST, SUPPORT)).table.people == 1


def test_every_side_goes_with_every_other(town: Town) -> None:
    for rows, columns in itertools.product(
        [*PLAIN, VOTE, Side(Dimension.ANSWER, "how")], [SUPPORT, TAG, VOTE]
    ):
        found = crosstab(town.ctx, town.campaign_id, Wanted(rows, columns, voting_method=None)).table
        assert found.people == 6
        if not (rows.overlaps or columns.overlaps):
            assert sum(group.people or 0 for group in found.rows) == 6


def test_questions_are_those_of_the_script(town: Town) -> None:
    questions = questions_of(town.ctx, town.campaign_id)
    assert [question.side.node for question in questions] == ["vote", "how"]
    assert questions[0].answers["yes"] == "Yes, definitely"
    with pytest.raises(ValidationFailed) as refused:
        crosstab(town.ctx, town.campaign_id, Wanted(SUPPORT, Side(Dimension.ANSWER, "nothing")))
    assert [fault.pointer for fault in refused.value.errors] == ["/columns"]


def test_another_script_asks_other_questions_even_under_the_same_step(
    town: Town, vic: Person, context_of: Callable[[Person], Context]
) -> None:
    poster = Node("vote", "question", "Can you put up a poster?", answers=(Answer("yes", "Yes, two", "bye"),))
    begun_alike = Script("vote", (poster, Node("bye", "end", "Thank you.")))
    before = questions_of(town.ctx, town.campaign_id)[0]
    script = create_script(town.ctx, ScriptFields("Posters", begun_alike))
    change_campaign(town.ctx, town.campaign_id, {"script_id": script.id})
    later = dataclasses.replace(context_of(vic), now=town.ctx.now + dt.timedelta(hours=5))
    session = start_session(later, town.campaign_id)
    given = next_assignment(later, session.id)
    assert isinstance(given, AssignmentView)
    record_result(later, given.id, HouseholdReport(Report("contacted", {"vote": "yes"})))

    questions = {one.side: one for one in questions_of(town.ctx, town.campaign_id)}
    earlier = next(side for side, one in questions.items() if side.script and one.text == before.text)
    assert (questions[earlier].earlier, questions[VOTE].earlier) == ("Evening calls", None)
    assert town.table(VOTE, SUPPORT, known=True) == {}, "a poster says nothing of support"
    posters = crosstab(town.ctx, town.campaign_id, Wanted(VOTE, DISPOSITION))
    assert cells_of(posters)["yes"] == {"contacted": 1}
    assert posters.row_names["yes"] == "Yes, two"
    votes = crosstab(town.ctx, town.campaign_id, Wanted(earlier, DISPOSITION))
    assert cells_of(votes)["yes"] == {"contacted": 1}
    assert votes.row_names["yes"] == "Yes, definitely"
    assert town.table(earlier, VOTE)["yes"] == {"": 1}, "one person each, and nobody was asked both"
    named = crosstab(town.ctx, town.campaign_id, Wanted(dataclasses.replace(VOTE, script=script.id), SUPPORT))
    assert named.wanted.rows == VOTE, "the present script may be named too"
    with pytest.raises(ValidationFailed):
        crosstab(town.ctx, town.campaign_id, Wanted(Side(Dimension.ANSWER, "vote", uuid.uuid4()), SUPPORT))


def test_who_sees_figures_only_is_told_no_small_one(
    town: Town, context_of: Callable[[Person], Context]
) -> None:
    mine = {"campaign_ids": (town.campaign_id,)}
    organisation = town.ctx.organisation_id
    observer = make_person(town.ctx.units, organisation, Role.OBSERVER, "Obi", **mine)  # type: ignore[arg-type]
    found = crosstab(context_of(observer), town.campaign_id, Wanted(DISTRICT, SUPPORT))
    assert (found.minimum, found.table.people) == (LEAST_SHOWN, 5)
    assert found.table.rows == [], "four and two people stand in the districts"
    assert found.table.rows_left_out == 2
    assert [group.people for group in found.table.columns] == [5]
    with pytest.raises(Forbidden):
        crosstab(context_of(observer), town.campaign_id, Wanted(Side(Dimension.VOLUNTEER), SUPPORT))
    with pytest.raises(NotFound):
        crosstab(context_of(observer), uuid.uuid4(), Wanted(DISTRICT, SUPPORT))


def test_what_takes_too_long_is_refused_in_words(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_statement", lambda _wanted: "SELECT pg_sleep(5)")
    monkeypatch.setattr(queries, "COUNTED_WITHIN_S", 0.1)
    with pytest.raises(Unavailable, match="too many to count this way"):
        crosstab(town.ctx, town.campaign_id, Wanted(DISTRICT, SUPPORT))
    with town.ctx.unit() as unit:
        assert unit.session.scalar(text("SHOW statement_timeout")) != "100ms", "it holds for one table"


def test_one_table_of_an_organisation_is_counted_at_a_time(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "BUSY_WITHIN_S", 0.1)
    wanted = Wanted(DISTRICT, SUPPORT)
    with town.ctx.unit() as unit:
        campaign = unit.session.get_one(Campaign, (unit.organisation_id, town.campaign_id))
        assert queries.count_people(unit, campaign, wanted).people == 6
        assert unit.session.scalar(text("SHOW max_parallel_workers_per_gather")) == "0"
        with pytest.raises(Unavailable, match="Another cross table"):
            crosstab(town.ctx, town.campaign_id, wanted)
    assert crosstab(town.ctx, town.campaign_id, wanted).table.people == 6, "the place is free again"
