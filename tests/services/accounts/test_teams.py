"""Teams scope organisers: a role in a region reaches the campaigns of all that lies below it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from dialer.domain.access import Role
from dialer.domain.errors import Forbidden, NotFound, ValidationFailed
from dialer.services.accounts.teams import add_member, create_team, list_teams
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.store.session import UnitFactory
from tests.people import Person, make_person
from tests.services.accounts.campaigns import make_campaign

ContextOf = Callable[[Person], Context]


def test_an_organiser_reaches_its_teams_and_those_below(
    ctx: Context, units: UnitFactory, organisation_id: uuid.UUID
) -> None:
    wales = create_team(ctx, "Wales", "region")
    gwent = create_team(ctx, "Gwent", "region", wales.id)
    marsh = create_team(ctx, "Aber Marsh", "local", gwent.id)
    north = create_team(ctx, "North", "region")
    campaigns = {
        team.name: make_campaign(units, organisation_id, team.name, team_id=team.id)
        for team in (wales, gwent, marsh, north)
    }
    make_campaign(units, organisation_id, "Nobody’s")
    olwen = make_person(units, organisation_id, Role.ORGANISER, "Olwen")
    assert olwen.actor.campaign_ids == frozenset()
    add_member(ctx, gwent.id, olwen.id, Role.ORGANISER)
    assert olwen.actor.team_ids == {gwent.id, marsh.id}
    assert olwen.actor.campaign_ids == {campaigns["Gwent"], campaigns["Aber Marsh"]}
    add_member(ctx, north.id, olwen.id, Role.ORGANISER)
    add_member(ctx, gwent.id, olwen.id, Role.ORGANISER)
    assert olwen.actor.campaign_ids == {campaigns["Gwent"], campaigns["Aber Marsh"], campaigns["North"]}


def test_an_organiser_sees_its_teams_only(
    ctx: Context, context_of: ContextOf, units: UnitFactory, organisation_id: uuid.UUID
) -> None:
    wales = create_team(ctx, "Wales", "region")
    create_team(ctx, "North", "region")
    olwen = make_person(units, organisation_id, Role.ORGANISER, "Olwen")
    add_member(ctx, wales.id, olwen.id, Role.ORGANISER)
    assert [team.name for team in list_teams(ctx, Page()).items] == ["Wales", "North"]
    assert [team.name for team in list_teams(context_of(olwen), Page()).items] == ["Wales"]


def test_a_team_hangs_on_one_that_is_there(ctx: Context, context_of: ContextOf, vic: Person) -> None:
    with pytest.raises(ValidationFailed):
        create_team(ctx, "Lost", "local", uuid.uuid4())
    with pytest.raises(NotFound):
        add_member(ctx, uuid.uuid4(), vic.id, Role.ORGANISER)
    with pytest.raises(Forbidden):
        create_team(context_of(vic), "Mine", "circle")
