"""Every number is in one place, and every try in one pass."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest

from dialer.domain.penetration import minutes_left
from dialer.domain.result import HouseholdReport, Report
from dialer.services.calling.next_contact import next_assignment
from dialer.services.calling.penetration import ends_soon, penetration
from dialer.services.calling.results import record_result
from dialer.services.calling.sessions import start_session
from dialer.services.calling.views import AssignmentView
from dialer.services.context import Context
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, running_campaign


@pytest.mark.parametrize(
    ("fresh", "begun", "minutes"), [(0, 0, 0), (0, 9, 0), (10, 0, None), (20, 15, 40), (1, 60, 0)]
)
def test_how_long_it_lasts(fresh: int, begun: int, minutes: int | None) -> None:
    assert minutes_left(fresh, begun) == minutes


def test_numbers_and_passes_add_up(
    ctx: Context, vic: Person, context_of: Callable[[Person], Context]
) -> None:
    voters = [Voter(f"Voter{nth}", [landline(nth)]) for nth in range(6)]
    voters[1] = dataclasses.replace(voters[1], numbers=[landline(0)])
    campaign = running_campaign(ctx, voters, retry_after_s=60, max_attempts=2)
    join_campaign(ctx.units, vic, campaign.id)
    mine = context_of(vic)
    session = start_session(mine, campaign.id)
    outcomes = ["no_answer", "contacted", "do_not_call", "no_answer", "busy"]
    for nth, disposition in enumerate(outcomes):
        if nth == 3:
            mine = dataclasses.replace(mine, now=mine.now + dt.timedelta(minutes=2))
        given = next_assignment(mine, session.id)
        assert isinstance(given, AssignmentView)
        record_result(mine, given.id, HouseholdReport(Report(disposition)))
    later = dataclasses.replace(ctx, now=mine.now)
    found = penetration(later, campaign.id)
    assert (found.numbers, found.never_tried, found.reached) == (5, 1, 1)
    assert found.tried == {1: 3, 2: 1}
    assert found.waiting == {"retries": 1, "fresh": 1}
    assert found.finished == {"contacted": 1, "do_not_call": 1, "no_answer": 1}
    assert sum(found.waiting.values()) + sum(found.finished.values()) == found.numbers
    assert [(one.number, one.attempts, one.answered, one.contacted) for one in found.passes] == [
        (1, 4, 2, 1),
        (2, 1, 0, 0),
    ]
    assert found.passes[0].contact_rate == 0.25
    assert found.fresh_minutes_left == 8
    assert ends_soon(later, campaign.id) == 8
