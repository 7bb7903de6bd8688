"""Cutting walks: one after the other, and in nobody's way."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from dialer.services.context import Context
from dialer.services.gotv.canvass import NewCanvass, cut_walks
from dialer.services.gotv.walks import cut_anew, print_walks
from dialer.store.models.calling import Campaign
from dialer.store.models.doorstep import CanvassLine, CanvassWalk
from tests.services.gotv.electors import make_campaign, make_electors

WITHIN_S = 20


@pytest.fixture
def campaign_id(ctx: Context) -> uuid.UUID:
    """A campaign about a street."""
    people = [
        person
        for number in range(1, 13)
        for person in make_electors(ctx, f"AA-{number}", address=f"{number} High Street", postcode="CF10 1AA")
    ]
    return make_campaign(ctx, *people)


def test_walks_are_cut_while_a_call_adds_its_cost_to_the_campaign(
    ctx: Context, campaign_id: uuid.UUID
) -> None:
    key = (ctx.organisation_id, campaign_id)
    with ThreadPoolExecutor(1) as pool, ctx.unit() as call:
        call.session.get_one(Campaign, key, with_for_update={"key_share": True})
        walks = pool.submit(cut_walks, ctx, campaign_id, NewCanvass(doors_most=5)).result(WITHIN_S)
        assert sum(walk.people for walk in walks) == 12
        pool.submit(cut_anew, ctx, campaign_id, "AA").result(WITHIN_S)
        assert pool.submit(print_walks, ctx, campaign_id).result(WITHIN_S).sheets == []


def test_two_who_cut_at_once_have_nobody_twice(ctx: Context, campaign_id: uuid.UUID) -> None:
    with ThreadPoolExecutor(4) as pool:
        cuts = [pool.submit(cut_walks, ctx, campaign_id, NewCanvass(doors_most=5)) for _ in range(4)]
        sizes = [sum(walk.people for walk in cut.result(WITHIN_S)) for cut in cuts]
    assert sorted(sizes) == [0, 0, 0, 12]
    with ctx.unit() as unit:
        numbers = unit.session.scalars(select(CanvassWalk.number).order_by(CanvassWalk.number)).all()
        lines = unit.session.scalars(select(CanvassLine.contact_id)).all()
    assert list(numbers) == list(range(1, len(numbers) + 1))
    assert len(lines) == len(set(lines)) == 12
