"""What volunteers did, and a word to one of them, through the API."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select, update

from dialer.domain.access import Role
from dialer.services.accounts.authentication import actor_for_login
from dialer.services.accounts.logins import sign_in_with_token
from dialer.services.accounts.sign_in_links import create_invite, look_at_sign_in_link
from dialer.services.context import Context
from dialer.services.messaging.sender_settings import NewSender, add_sender
from dialer.store.models.accounts import Account, AuditEntry
from dialer.store.session import UnitFactory
from tests.conftest import Caller, SetClock
from tests.people import Person, make_person

Api = Callable[[Person], Caller]


def a_volunteer(api: Api, carys: Person, ctx: Context, **fields: object) -> str:
    add_sender(ctx, NewSender("+447700900188"))
    body = {"name": "Tom", "campaign_ids": [], "phone": "07700 900321", **fields}
    return str(api(carys).post("/volunteers", json=body).json["id"])


def test_a_word_goes_to_a_volunteer_and_stays_with_them(api: Api, carys: Person, ctx: Context) -> None:
    tom = a_volunteer(api, carys, ctx)
    written = api(carys).post(f"/volunteers/{tom}/messages", json={"body": "Can you do another hour?"})
    assert written.status_code == 201
    assert (written.json["to"], written.json["state"]) == ("+447700900321", "queued")
    assert written.headers["Location"] == f"/api/v1/messages/{written.json['id']}"
    listed = api(carys).get(f"/volunteers/{tom}/messages").json
    assert [one["id"] for one in listed["data"]] == [written.json["id"]]
    with ctx.unit() as unit:
        entry = unit.session.scalars(
            select(AuditEntry).where(AuditEntry.action == "volunteer.written_to")
        ).one()
    assert (entry.object_id, entry.changes["channel"]) == (tom, "sms")
    assert "hour" not in str(entry.changes)


def test_at_night_it_waits(api: Api, carys: Person, ctx: Context, clock: SetClock) -> None:
    tom = a_volunteer(api, carys, ctx)
    clock.now = clock.now.replace(hour=22, minute=30)
    written = api(carys).post(f"/volunteers/{tom}/messages", json={"body": "Can you come tomorrow?"}).json
    assert written["waiting_reason"] == "quiet_hours"


def test_nobody_is_written_to_who_cannot_or_must_not_be(
    api: Api, carys: Person, ctx: Context, units: UnitFactory
) -> None:
    tom = a_volunteer(api, carys, ctx)
    by_email = {"channel": "email", "subject": "Hi", "body": "Hi"}
    refused = api(carys).post(f"/volunteers/{tom}/messages", json=by_email)
    assert (refused.status_code, refused.json["reason"]) == (409, "no_email")
    with units.begin(ctx.organisation_id) as unit:
        unit.session.execute(update(Account).where(Account.name == "Tom").values(phone_confirmed_at=None))
    assert api(carys).post(f"/volunteers/{tom}/messages", json={"body": "Hi"}).status_code == 409
    api(carys).patch(f"/volunteers/{tom}", json={"active": False})
    assert api(carys).post(f"/volunteers/{tom}/messages", json={"body": "Hi"}).status_code == 409
    assert api(carys).post(f"/volunteers/{carys.id}/messages", json={"body": "Hi"}).status_code == 404


def test_organisers_and_volunteers_write_to_nobody(
    api: Api, carys: Person, vic: Person, ctx: Context, units: UnitFactory
) -> None:
    tom = a_volunteer(api, carys, ctx)
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen")
    for caller in (api(olwen), api(vic)):
        assert caller.post(f"/volunteers/{tom}/messages", json={"body": "Hi"}).status_code == 403
        assert caller.get(f"/volunteers/{tom}/messages").status_code == 403
    assert api(olwen).get(f"/volunteers/{tom}/past").status_code == 404


def test_a_lost_phone_is_signed_out_and_nobody_elses(
    api: Api, carys: Person, vic: Person, ctx: Context, units: UnitFactory
) -> None:
    browsers = [sign_in_with_token(units, one.token, ctx.now).secret for one in (vic, carys)]
    link = create_invite(ctx, vic.id).url.rpartition("/")[2]
    (seen,) = api(carys).get(f"/volunteers/{vic.id}/browsers").json["data"]
    assert seen == {
        "since": "2026-05-07T12:00:00Z",
        "last_seen_at": "2026-05-07T12:00:00Z",
        "remembered": False,
    }
    for _ in range(2):
        assert api(carys).delete(f"/volunteers/{vic.id}/browsers").status_code == 204
    assert [actor_for_login(units, one, ctx.now) is None for one in browsers] == [True, False]
    assert look_at_sign_in_link(units, link, ctx.now) is None
    assert api(carys).get(f"/volunteers/{vic.id}/browsers").json == {"data": []}
    assert api(vic).get("/me").status_code == 200, "a token is no browser"


def test_who_did_nothing_yet_did_nothing(api: Api, carys: Person, vic: Person) -> None:
    assert api(carys).get(f"/volunteers/{vic.id}/past").json == {
        "sessions_count": 0,
        "calls": 0,
        "talks": 0,
        "time_s": 0,
        "sessions": [],
    }
