"""`/contacts/{id}/history`."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from sqlalchemy import select

from dialer.domain.timeline import Kind
from dialer.services.context import Context
from dialer.store.models.accounts import AuditEntry
from tests.api.test_pledges import put
from tests.conftest import Caller
from tests.people import Person
from tests.services.gotv.electors import make_campaign, make_electors

Api = Callable[[Person], Caller]


def test_a_history_is_walked_and_the_look_audited(api: Api, carys: Person, ctx: Context) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    campaign = make_campaign(ctx, voter)
    put(api(carys), voter, campaign, 2, planned_at="2026-05-07T17:00:00Z")
    api(carys).post(f"/contacts/{voter}/opt-outs", json={"channel": "sms", "note": "No texts"})
    path = f"/contacts/{voter}/history"
    first = api(carys).get(f"{path}?limit=1").json
    second = api(carys).get(f"{path}?limit=1&cursor={first['next_cursor']}").json
    assert {one["kind"] for one in (*first["data"], *second["data"])} == {"opt_out", "pledge"}
    assert second["next_cursor"] is None
    (pledge,) = api(carys).get(f"{path}?kind=pledge").json["data"]
    assert (pledge["what"], pledge["by"], pledge["campaign_id"]) == ("pledge", "Carys", str(campaign))
    assert pledge["facts"]["planned_at"] == "2026-05-07T17:00:00Z"
    with ctx.unit() as unit:
        looks = select(AuditEntry.changes).where(AuditEntry.action == "contact.viewed")
        assert unit.session.scalars(looks).all() == [{"part": "history"}] * 3


def test_every_kind_can_be_asked_for_and_nothing_else(api: Api, carys: Person, ctx: Context) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    for kind in Kind:
        assert api(carys).get(f"/contacts/{voter}/history?kind={kind}").json["data"] == []
    assert api(carys).get(f"/contacts/{voter}/history?kind=gossip").status_code == 422
    assert api(carys).get(f"/contacts/{voter}/history?cursor=e30").status_code == 422
    assert api(carys).get(f"/contacts/{uuid.uuid4()}/history").status_code == 404


def test_volunteers_read_no_history(api: Api, vic: Person, ctx: Context) -> None:
    (voter,) = make_electors(ctx, "AA-1")
    assert api(vic).get(f"/contacts/{voter}/history").status_code == 403
