"""Who comes back is seen first, and a no never does."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest

from dialer.domain.errors import Conflict, ValidationFailed
from dialer.domain.recycling import NEVER, RECYCLABLE
from dialer.domain.result import HouseholdReport, Report
from dialer.services.calling.next_contact import next_assignment
from dialer.services.calling.recycling import preview_recycling, recycle
from dialer.services.calling.results import record_result
from dialer.services.calling.sessions import start_session
from dialer.services.calling.views import AssignmentView, NobodyNow
from dialer.services.context import Context
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, running_campaign

OUTCOMES = ["no_answer", "busy", "do_not_call", "contacted", "deceased", "wrong_number", "refused"]


def test_every_outcome_is_one_or_the_other() -> None:
    assert not {*NEVER} & {*RECYCLABLE}
    assert {"do_not_call", "deceased", "wrong_number", "refused", "moved", "disconnected"} <= {*NEVER}


def test_they_come_back_once_and_a_no_never(
    ctx: Context, vic: Person, context_of: Callable[[Person], Context]
) -> None:
    voters = [Voter(f"Voter{nth}", [landline(nth)]) for nth in range(len(OUTCOMES))]
    campaign = running_campaign(ctx, voters, max_attempts=1, retry_after_s=60)
    join_campaign(ctx.units, vic, campaign.id)
    mine = context_of(vic)
    session = start_session(mine, campaign.id)
    for disposition in OUTCOMES:
        given = next_assignment(mine, session.id)
        assert isinstance(given, AssignmentView)
        record_result(mine, given.id, HouseholdReport(Report(disposition)))
    assert preview_recycling(ctx, campaign.id, ["busy"]).stays["too_recent"] == 1
    ctx, mine = (dataclasses.replace(one, now=one.now + dt.timedelta(minutes=2)) for one in (ctx, mine))
    assert isinstance(next_assignment(mine, session.id), NobodyNow)
    found = preview_recycling(ctx, campaign.id, ["no_answer", "busy"])
    assert (found.numbers, found.back) == (2, {"no_answer": 1, "busy": 1})
    assert found.stays == {"not_chosen": 1, "opted_out": 1, "deceased": 1, "wrong_number": 1, "refused": 1}
    with pytest.raises(Conflict):
        recycle(ctx, campaign.id, 3, ["no_answer", "busy"])
    assert recycle(ctx, campaign.id, 2, ["no_answer", "busy"]).numbers == 2
    with pytest.raises(Conflict):
        recycle(ctx, campaign.id, 2, ["no_answer", "busy"])
    for _ in range(2):
        given = next_assignment(mine, session.id)
        assert isinstance(given, AssignmentView)
        record_result(mine, given.id, HouseholdReport(Report("no_answer")))
    later = dataclasses.replace(ctx, now=ctx.now + dt.timedelta(days=1))
    assert isinstance(next_assignment(mine, session.id), NobodyNow)
    assert preview_recycling(later, campaign.id, ["no_answer"]).stays["max_attempts"] == 2
    assert preview_recycling(later, campaign.id, ["no_answer"], tried_max=3).numbers == 2
    with pytest.raises(ValidationFailed):
        preview_recycling(ctx, campaign.id, ["do_not_call"])
