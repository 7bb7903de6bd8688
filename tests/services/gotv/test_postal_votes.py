"""Postal voters have a list of their own: nobody is on both, and a mark takes them off at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.domain.errors import NotFound
from dialer.domain.knock_up import Channel
from dialer.domain.postal_votes import PostalPhase
from dialer.domain.timetable import Milestone
from dialer.services.context import Context
from dialer.services.gotv.elections import change_election
from dialer.services.gotv.knock_up import KnockUpSearch, list_knock_up
from dialer.services.gotv.postal_votes import list_postal_votes, postal_votes, postal_votes_csv
from dialer.services.gotv.record import record_turnout
from dialer.services.gotv.timetable import enter_date
from dialer.services.paging import Page
from dialer.store.models.accounts import AuditEntry
from dialer.store.session import UnitFactory
from tests.people import make_person
from tests.services.gotv.electors import election_id
from tests.services.gotv.test_knock_up import ELECTORS, Elector, barred, is_on, make_town

__all__ = ["barred"]

POSTAL = Elector(voting_method="postal", numbers=("+447700900101",))
WHOLE = Page(500)


@pytest.mark.usefixtures("barred")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(electors=st.lists(ELECTORS, max_size=9), support_max=st.integers(1, 5))
def test_it_is_the_list_of_polling_day_for_those_who_vote_by_post(
    ctx: Context, electors: list[Elector], support_max: int
) -> None:
    town = make_town(ctx, electors, support_max)
    found = postal_votes(ctx, town.campaign_id)
    for channel in Channel:
        search = KnockUpSearch(channel)
        listed = {one.contact_id for one in list_postal_votes(ctx, town.campaign_id, search, WHOLE).items}
        assert listed == {
            contact
            for contact, one in town.people.items()
            if one.voting_method == "postal" and is_on(replace(one, voting_method=None), channel, support_max)
        }
        assert found.left.by_channel[channel] == len(listed)
        polling_day = {one.contact_id for one in list_knock_up(ctx, town.campaign_id, search, WHOLE).items}
        assert not listed & polling_day
    assert found.people - found.returned == found.left.people


def test_a_mark_of_the_postal_list_takes_them_off(ctx: Context) -> None:
    town = make_town(ctx, [POSTAL, POSTAL])
    first = next(iter(town.people))
    with ctx.unit() as unit:
        record_turnout(unit, contact_id=first, election_id=election_id(ctx), source="postal_list", at=ctx.now)
    found = postal_votes(ctx, town.campaign_id)
    assert (found.people, found.returned, found.left.people) == (2, 1, 1)
    listed = list_postal_votes(ctx, town.campaign_id, KnockUpSearch(Channel.VOICE), WHOLE).items
    assert first not in {one.contact_id for one in listed}


def test_where_it_stands_follows_from_the_timetable(ctx: Context) -> None:
    town = make_town(ctx, [POSTAL])
    assert postal_votes(ctx, town.campaign_id).phase is PostalPhase.UNKNOWN
    polling_on = ctx.now.date() + dt.timedelta(days=14)
    change_election(ctx, election_id(ctx), {"polling_on": polling_on, "kind": "local", "nation": "wales"})
    enter_date(ctx, election_id(ctx), Milestone.POSTAL_DESPATCH, ctx.now.date() + dt.timedelta(days=1), None)
    assert postal_votes(ctx, town.campaign_id).phase is PostalPhase.BEFORE
    assert postal_votes(ctx.at(ctx.now + dt.timedelta(days=2)), town.campaign_id).phase is PostalPhase.BY_POST
    assert (
        postal_votes(ctx.at(ctx.now + dt.timedelta(days=13)), town.campaign_id).phase is PostalPhase.BY_HAND
    )


def test_a_file_of_them_is_audited_as_theirs(ctx: Context) -> None:
    town = make_town(ctx, [POSTAL])
    lines = list(postal_votes_csv(ctx, town.campaign_id, KnockUpSearch(Channel.VOICE)))
    assert len(lines) == 2
    with ctx.unit() as unit:
        query = select(AuditEntry.changes).where(AuditEntry.action == "knock_up.exported")
        assert unit.session.scalars(query).one()["by_post"] is True


def test_an_organiser_sees_their_own_campaigns_alone(ctx: Context, units: UnitFactory) -> None:
    town = make_town(ctx, [POSTAL])
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen")
    with pytest.raises(NotFound):
        postal_votes(ctx.as_actor(olwen.actor), town.campaign_id)
