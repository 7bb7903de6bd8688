"""A slip of the finger, undone: as if nothing had been recorded, and the contact is back in hand."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select

from dialer.domain.errors import Conflict, Forbidden
from dialer.domain.result import HouseholdReport, Report
from dialer.services.calling.assignments import get_assignment, save_draft
from dialer.services.calling.corrections import undo_result
from dialer.services.calling.leases import end_forgotten_shifts
from dialer.services.calling.next_contact import next_assignment
from dialer.services.calling.results import record_result
from dialer.services.calling.sessions import current_session, end_session, get_session, start_session
from dialer.services.calling.views import AssignmentView, NobodyNow, SessionView
from dialer.services.context import Context
from dialer.store.models.people import Contact, Suppression
from dialer.store.queries import counters
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, mobile, running_campaign

HOME = landline(1)


@dataclasses.dataclass
class Desk:
    """Vic, calling, at a moment that can be moved."""

    ctx: Context
    session: SessionView

    def later(self, **by: float) -> Context:
        self.ctx = dataclasses.replace(self.ctx, now=self.ctx.now + dt.timedelta(**by))
        return self.ctx

    def take(self) -> AssignmentView:
        given = next_assignment(self.ctx, self.session.id)
        assert isinstance(given, AssignmentView)
        return given

    def report(self, given: AssignmentView, disposition: str, **fields: object) -> AssignmentView:
        report = Report(disposition, **fields)  # type: ignore[arg-type]
        return record_result(self.ctx, given.id, HouseholdReport(report))


@pytest.fixture
def desk(ctx: Context, vic: Person, context_of: Callable[[Person], Context]) -> Desk:
    campaign = running_campaign(ctx, [Voter("Siân", [HOME]), Voter("Gwyn", [landline(2)])])
    join_campaign(ctx.units, vic, campaign.id)
    mine = context_of(vic)
    return Desk(mine, start_session(mine, campaign.id))


@pytest.mark.parametrize("disposition", ["contacted", "do_not_call", "deceased", "disconnected", "busy"])
def test_undone_it_is_open_again_with_its_draft(desk: Desk, disposition: str) -> None:
    given = desk.take()
    save_draft(desk.ctx, given.id, {"notes": "Likes dogs"})
    desk.report(given, disposition, support=1)
    desk.later(seconds=5)

    again = undo_result(desk.ctx, given.id)
    assert (again.state, again.draft) == ("open", {"notes": "Likes dogs"})
    assert desk.take().id == given.id
    shift = get_session(desk.ctx, desk.session.id)
    assert (shift.calls, shift.talks, shift.state) == (0, 0, "assigned")
    with desk.ctx.unit() as unit:
        contact = unit.session.get_one(Contact, (unit.organisation_id, given.contact.id))
        assert contact.status == "active"
        assert all(unit.session.scalars(select(Suppression.lifted_at)))
        assert counters.read(unit, "campaign", [desk.session.campaign_id]) == {}
    assert desk.report(given, "refused").state == "completed"


def test_after_half_a_minute_it_is_too_late(desk: Desk) -> None:
    given = desk.take()
    desk.report(given, "contacted")
    desk.later(seconds=31)

    with pytest.raises(Forbidden):
        undo_result(desk.ctx, given.id)


def test_with_the_next_one_open_it_is_too_late(desk: Desk) -> None:
    given = desk.take()
    desk.report(given, "contacted")
    desk.take()

    with pytest.raises(Conflict):
        undo_result(desk.ctx, given.id)


def test_with_the_shift_over_it_is_too_late(desk: Desk) -> None:
    given = desk.take()
    desk.report(given, "contacted")
    end_session(desk.ctx, desk.session.id)

    with pytest.raises(Conflict):
        undo_result(desk.ctx, given.id)
    assert current_session(desk.ctx) is None


def test_the_number_of_somebody_who_died_goes_with_them_unless_shared(ctx: Context, desk: Desk) -> None:
    running_campaign(ctx, [Voter("Ann", [landline(2)])])
    for _ in range(2):
        desk.report(desk.take(), "deceased")

    with desk.ctx.unit() as unit:
        assert set(unit.session.scalars(select(Suppression.number))) == {HOME}


def test_a_dead_number_gives_way_in_other_campaigns_too(
    ctx: Context, vic: Person, context_of: Callable[[Person], Context]
) -> None:
    first = running_campaign(ctx, [Voter("Siân", [HOME, mobile(1)])])
    second = running_campaign(ctx, [], list_ids=list(first.list_ids))
    for campaign in (first, second):
        join_campaign(ctx.units, vic, campaign.id)
    mine = context_of(vic)
    here, there = start_session(mine, first.id), start_session(mine, second.id)

    desk = Desk(mine, here)
    desk.report(desk.take(), "disconnected")
    assert Desk(mine, there).take().contact.phone == mobile(1)


def test_the_script_can_be_read_out_to_somebody_else_of_the_household(
    ctx: Context, vic: Person, context_of: Callable[[Person], Context]
) -> None:
    campaign = running_campaign(ctx, [Voter("Siân", [HOME]), Voter("Gwyn", [HOME])])
    join_campaign(ctx.units, vic, campaign.id)
    mine = context_of(vic)
    given = Desk(mine, start_session(mine, campaign.id)).take()

    view = get_assignment(mine, given.id, speaking_to=given.household[0].id)
    assert view.contact == given.contact


def test_a_shift_that_was_forgotten_ends_and_what_it_held_is_due(ctx: Context, desk: Desk) -> None:
    desk.take()
    tomorrow = dataclasses.replace(ctx, now=ctx.now + dt.timedelta(hours=13))

    assert end_forgotten_shifts(tomorrow) == 1
    assert end_forgotten_shifts(tomorrow) == 0
    assert get_session(desk.ctx, desk.session.id).state == "ended"


def test_between_two_it_waits(desk: Desk) -> None:
    for _ in range(2):
        desk.report(desk.take(), "contacted")

    assert next_assignment(desk.ctx, desk.session.id) == NobodyNow("nobody_due", 10)


def test_a_talk_with_somebody_else_of_the_household_is_a_talk_and_is_undone(
    ctx: Context, vic: Person, context_of: Callable[[Person], Context]
) -> None:
    campaign = running_campaign(ctx, [Voter("Siân", [HOME]), Voter("Gwyn", [HOME])])
    join_campaign(ctx.units, vic, campaign.id)
    desk = Desk(context_of(vic), start_session(context_of(vic), campaign.id))
    given = desk.take()
    other = str(given.household[0].id)
    record_result(
        desk.ctx, given.id, HouseholdReport(Report("no_answer"), {other: Report("contacted", support=1)})
    )
    assert get_session(desk.ctx, desk.session.id).talks == 1
    undo_result(desk.ctx, given.id)
    assert get_session(desk.ctx, desk.session.id).talks == 0
