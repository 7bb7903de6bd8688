"""`/exports`: asked for, waited for, taken away."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain.export import EXPORT_FORMATS, EXPORT_KINDS
from dialer.services.context import Context
from dialer.services.exporting.run import run_export
from dialer.store.models import new_id
from dialer.store.models.calls import Call
from dialer.store.models.messaging import Message
from tests.conftest import Caller
from tests.people import Person
from tests.services.exporting.taking import objects_of, take
from tests.services.gotv.electors import make_campaign, make_electors
from tests.services.people.importing import bring_in, new_list

PEOPLE = """First name,Surname,Phone,Email,Shoe size,Do not call,SMS consent,Support,Voted at,Tags,DOB
Siân,Hughes,07700 900123 / 01632 960001,sian@example.org,5,y,yes,1,2026-05-07 09:00,"a,b",1980-02-29
Mair,Rees,07700 900124,,,,,,,,
"""
Api = Callable[[Person], Caller]


def ask(caller: Caller, body: dict[str, Any], **headers: str) -> Any:
    return caller.post("/exports", json=body, headers=headers)


def test_from_asking_to_the_file(api: Api, carys: Person, ctx: Context) -> None:
    caller, list_id = api(carys), str(bring_in(ctx, PEOPLE, mapping={"Phone": "phone"}).list_id)
    answer = ask(caller, {"kind": "contacts", "list_id": list_id})
    assert answer.status_code == 202
    one = answer.json
    assert (one["state"], one["rows"], one["format"]) == ("queued", 0, "csv")
    assert answer.headers["Location"].endswith(f"/exports/{one['id']}")
    waiting = caller.get(f"/exports/{one['id']}/file")
    assert (waiting.status_code, waiting.json["state"]) == (409, "queued")
    run_export(ctx, uuid.UUID(one["id"]), lambda: ctx.now)
    one = caller.get(f"/exports/{one['id']}").json
    assert (one["state"], one["rows"], one["expires_at"]) == ("completed", 2, "2026-05-08T12:00:00Z")
    file = caller.get(f"/exports/{one['id']}/file")
    assert file.status_code == 200
    assert file.headers["Content-Disposition"] == 'attachment; filename="contacts-2026-05-07-1200.csv"'
    assert file.headers["Cache-Control"] == "no-store"
    assert int(file.headers["Content-Length"]) == len(file.data) == one["size"]
    assert file.text.startswith("dialer_id,")
    assert [found["id"] for found in caller.get("/exports").json["data"]] == [one["id"]]


def test_a_key_asks_once(api: Api, carys: Person) -> None:
    body = {"kind": "calls", "format": "xlsx"}
    first, again = (ask(api(carys), body, **{"Idempotency-Key": "monday"}) for _ in range(2))
    assert first.json == again.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(api(carys).get("/exports").json["data"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "everything"},
        {"kind": "contacts", "format": "pdf"},
        {"kind": "contacts", "list_id": str(new_id())},
        {"kind": "contacts", "campaign_id": str(new_id())},
        {"format": "csv"},
    ],
)
def test_what_cannot_be_exported_is_refused(api: Api, carys: Person, body: dict[str, Any]) -> None:
    assert ask(api(carys), body).status_code == 422


def test_volunteers_take_nothing_away(api: Api, carys: Person, vic: Person) -> None:
    made = ask(api(carys), {"kind": "contacts"}).json["id"]
    assert ask(api(vic), {"kind": "contacts"}).status_code == 403
    for path in ("/exports", f"/exports/{made}", f"/exports/{made}/file"):
        assert api(vic).get(path).status_code == 403


@pytest.mark.parametrize("kind", EXPORT_KINDS)
@pytest.mark.parametrize("of", EXPORT_FORMATS)
def test_every_kind_comes_in_every_format_for_a_campaign_and_a_list(ctx: Context, kind: str, of: str) -> None:
    assert take(ctx, kind, of, campaign_id=make_campaign(ctx), list_id=new_list(ctx)).exists()


# --- as the API shows it ----------------------------------------------------------------------------


def lasting(one: dict[str, Any]) -> dict[str, Any]:
    """What is shown of a thing but for what is true of it at this moment alone."""
    return {name: value for name, value in one.items() if name not in {"waiting_reason", "waits_until"}}


def same_as_shown(caller: Caller, ctx: Context, kind: str, path: str) -> None:
    shown = caller.get(path).json["data"]
    assert shown
    by_id = {one.get("id", one.get("contact_id")): lasting(one) for one in shown}
    found = {one.get("id", one.get("contact_id")): one for one in objects_of(take(ctx, kind, "jsonl"))}
    assert found == by_id


def test_json_lines_are_what_the_api_shows(api: Api, carys: Person, ctx: Context) -> None:
    bring_in(ctx, PEOPLE, mapping={"Phone": "phone"})
    (voter,) = make_electors(ctx, "AA-1")
    campaign = make_campaign(ctx)
    caller = api(carys)
    caller.put(f"/contacts/{voter}/pledge", json={"campaign_id": str(campaign), "support": 2})
    caller.post(f"/contacts/{voter}/opt-outs", json={"channel": "door"})
    caller.patch(f"/contacts/{voter}", json={"custom": {"shoe": 5, "wide": True, "half": 1.5}})
    with ctx.unit() as unit:
        unit.session.add_all([_text(ctx, campaign, voter), _call(ctx, campaign, voter)])
    same_as_shown(caller, ctx, "contacts", "/contacts")
    same_as_shown(caller, ctx, "pledges", "/pledges")
    same_as_shown(caller, ctx, "messages", "/messages")
    same_as_shown(caller, ctx, "calls", "/calls")


def _text(ctx: Context, campaign: uuid.UUID, contact: uuid.UUID) -> Message:
    return Message(
        organisation_id=ctx.organisation_id,
        direction="outbound",
        purpose="reply",
        campaign_id=campaign,
        contact_id=contact,
        number="+447700900123",
        sender="+447700900999",
        body="=Hello\n",
        encoding="gsm7",
        segments=1,
        state="failed",
        error_code=30003,
        error_detail="Unreachable",
        cost="0.04",
        cost_currency="GBP",
        created_at=ctx.now,
    )


def _call(ctx: Context, campaign: uuid.UUID, contact: uuid.UUID) -> Call:
    return Call(
        organisation_id=ctx.organisation_id,
        direction="outbound",
        mode="ring_me",
        campaign_id=campaign,
        contact_id=contact,
        number="+447700900123",
        caller_id="+441632960999",
        state="completed",
        duration_s=61,
        cost="0.12",
        cost_currency="GBP",
        charged_legs=[],
        deadline_at=ctx.now,
        created_at=ctx.now,
    )
