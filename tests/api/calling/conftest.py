"""A phone bank with Vic in it, ready to call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from dialer.domain.access import Role
from dialer.services.calling.views import CampaignView
from dialer.services.context import Context
from tests.conftest import Caller, SetClock
from tests.people import Person, join_campaign, make_person
from tests.phone_bank import Voter, landline, running_campaign


@dataclass
class Seat:
    """Somebody with an open session."""

    api: Caller
    session: dict[str, Any]

    def next(self) -> dict[str, Any] | None:
        """The next assignment, or None for 204."""
        answer = self.api.post(f"/sessions/{self.session['id']}/next")
        assert answer.status_code in {200, 204}, answer.json
        return answer.json if answer.status_code == 200 else None

    def take(self) -> dict[str, Any]:
        """The next assignment, which must be there."""
        given = self.next()
        assert given is not None
        return given

    def report(self, assignment: dict[str, Any], disposition: str, **fields: Any) -> dict[str, Any]:
        """Record a result that is taken."""
        answer = self.api.post(
            f"/assignments/{assignment['id']}/result", json={"disposition": disposition, **fields}
        )
        assert answer.status_code == 200, answer.json
        assert answer.json is not None
        return answer.json

    def correct(self, assignment: dict[str, Any], disposition: str, **fields: Any) -> dict[str, Any]:
        """Correct a result, and be allowed to."""
        answer = self.api.patch(
            f"/assignments/{assignment['id']}/result", json={"disposition": disposition, **fields}
        )
        assert answer.status_code == 200, answer.json
        assert answer.json is not None
        return answer.json


@dataclass
class PhoneBank:
    """A running campaign, and seats in it."""

    ctx: Context
    api: Callable[[Person], Caller]
    campaign: CampaignView
    voters: list[Voter]

    def seat(self, person: Person, *, join: bool = True) -> Seat:
        """A session for somebody, who joins the campaign first."""
        if join:
            join_campaign(self.ctx.units, person, self.campaign.id)
        answer = self.api(person).post(f"/campaigns/{self.campaign.id}/sessions", json={})
        assert answer.status_code == 201, answer.json
        assert answer.json is not None
        return Seat(self.api(person), answer.json)

    def later(self, clock: SetClock) -> Context:
        """The coordinator's context at the clock's present moment."""
        return replace(self.ctx, now=clock.now)

    def volunteer(self, name: str) -> Seat:
        """A further volunteer with a session."""
        person = make_person(
            self.ctx.units,
            self.ctx.organisation_id,
            Role.VOLUNTEER,
            name,
            campaign_ids=(self.campaign.id,),
        )
        return self.seat(person, join=False)


@pytest.fixture
def bank(ctx: Context, api: Callable[[Person], Caller]) -> Callable[..., PhoneBank]:
    """A phone bank for these voters: `bank([Voter(…)], max_attempts=2)`."""

    def make(voters: list[Voter] | int = 3, **settings: object) -> PhoneBank:
        if isinstance(voters, int):
            voters = [Voter(f"Voter{index}", [landline(index)]) for index in range(voters)]
        return PhoneBank(ctx, api, running_campaign(ctx, voters, **settings), voters)

    return make
