"""People show that a phone is theirs before it is rung (contract §3, §13)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from dialer.domain import phone_code
from dialer.domain.segments import measure
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Message
from dialer.store.session import UnitFactory
from tests.conftest import Caller, SetClock
from tests.people import Person
from tests.phone_bank import mobile, running_campaign

PHONE = mobile(500)
Api = Callable[[Person], Caller]


@pytest.fixture(autouse=True)
def sender(ctx, units: UnitFactory) -> None:
    """Somebody texts can come from."""
    made = running_campaign(ctx, [])
    with units.begin(ctx.organisation_id) as unit:
        unit.session.get_one(Campaign, (ctx.organisation_id, made.id)).senders = [mobile(900)]


def codes(units: UnitFactory, person: Person) -> list[str]:
    """The codes that were texted, oldest first."""
    with units.begin(person.organisation_id) as unit:
        texts = unit.session.scalars(select(Message).order_by(Message.id)).all()
        assert {text.purpose for text in texts} <= {"code"}
        return [re.search(r"\d{6}", text.body)[0] for text in texts]  # type: ignore[index]


def test_a_code_confirms_a_phone(api: Api, vic: Person, units: UnitFactory) -> None:
    asked = api(vic).post("/me/phones", json={"phone": "07700 900 500"})
    assert (asked.status_code, asked.json) == (202, {"phone": PHONE, "confirmed": False})
    (code,) = codes(units, vic)
    answer = api(vic).post("/me/phones/confirm", json={"phone": PHONE, "code": code})
    assert (answer.status_code, answer.json) == (200, {"phone": PHONE, "confirmed": True})
    assert api(vic).get("/me/phones").json == {"data": [{"phone": PHONE, "confirmed": True}]}


def test_a_landline_is_refused_with_what_to_do(api: Api, vic: Person, units: UnitFactory) -> None:
    refused = api(vic).post("/me/phones", json={"phone": "01632 960001"})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "/phone"
    assert "Give a mobile, or ask a coordinator" in refused.json["errors"][0]["detail"]
    assert codes(units, vic) == []


def test_a_confirmed_phone_gets_no_further_code(api: Api, vic: Person, units: UnitFactory) -> None:
    api(vic).post("/me/phones", json={"phone": PHONE})
    api(vic).post("/me/phones/confirm", json={"phone": PHONE, "code": codes(units, vic)[0]})
    assert api(vic).post("/me/phones", json={"phone": PHONE}).json == {"phone": PHONE, "confirmed": True}
    assert len(codes(units, vic)) == 1


def test_one_persons_code_confirms_nothing_for_another(
    api: Api, vic: Person, mallory: Person, units: UnitFactory
) -> None:
    api(vic).post("/me/phones", json={"phone": PHONE})
    refused = api(mallory).post("/me/phones/confirm", json={"phone": PHONE, "code": codes(units, vic)[0]})
    assert refused.status_code == 422


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "the same"}])
def test_five_wrong_tries_close_a_code(key, api: Api, vic: Person, units: UnitFactory) -> None:
    api(vic).post("/me/phones", json={"phone": PHONE})
    (code,) = codes(units, vic)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for attempt in range(phone_code.TRIES_MOST):
        headers = {name: f"{value} {attempt}" for name, value in key.items()}
        refused = api(vic).post("/me/phones/confirm", json={"phone": PHONE, "code": wrong}, headers=headers)
        assert refused.json["errors"][0]["pointer"] == "/code"
    assert api(vic).post("/me/phones/confirm", json={"phone": PHONE, "code": code}).status_code == 422


def test_a_code_holds_for_ten_minutes(api: Api, vic: Person, units: UnitFactory, clock: SetClock) -> None:
    api(vic).post("/me/phones", json={"phone": PHONE})
    clock.forward(minutes=10)
    answer = api(vic).post("/me/phones/confirm", json={"phone": PHONE, "code": codes(units, vic)[0]})
    assert answer.status_code == 422


def test_only_the_latest_code_counts(api: Api, vic: Person, units: UnitFactory, clock: SetClock) -> None:
    api(vic).post("/me/phones", json={"phone": PHONE})
    clock.forward(minutes=1)
    api(vic).post("/me/phones", json={"phone": PHONE})
    _first, second = codes(units, vic)
    assert api(vic).post("/me/phones/confirm", json={"phone": PHONE, "code": second}).status_code == 200


def test_three_codes_a_day_for_a_number_whoever_asks(
    api: Api, vic: Person, mallory: Person, units: UnitFactory, clock: SetClock
) -> None:
    assert api(mallory).post("/me/phones", json={"phone": PHONE}).status_code == 202
    for _ in range(2):
        assert api(vic).post("/me/phones", json={"phone": PHONE}).status_code == 202
    refused = api(vic).post("/me/phones", json={"phone": PHONE})
    assert (refused.status_code, refused.json["type"].rpartition("/")[2]) == (429, "rate-limited")
    assert refused.headers["Retry-After"]
    clock.forward(hours=24, seconds=1)
    assert api(vic).post("/me/phones", json={"phone": PHONE}).status_code == 202
    assert len(codes(units, vic)) == 4


def test_ten_codes_a_day_for_a_person(api: Api, vic: Person) -> None:
    answers = [
        api(vic).post("/me/phones", json={"phone": mobile(500 + index)}).status_code for index in range(11)
    ]
    assert answers == [202] * 10 + [429]


@pytest.mark.parametrize("phone", ["", "nonsense", "+33612345678", "0909 879 0123"])
def test_what_cannot_be_rung_is_refused(phone: str, api: Api, vic: Person) -> None:
    refused = api(vic).post("/me/phones", json={"phone": phone})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "/phone"


def test_a_number_that_a_coordinator_gave_counts_as_confirmed(api: Api, carys: Person) -> None:
    made = api(carys).post("/volunteers", json={"name": "Tom", "phone": PHONE, "campaign_ids": []})
    token = api(carys).post(f"/volunteers/{made.json['id']}/tokens", json={}).json["token"]
    answer = api(carys).client.get("/api/v1/me/phones", headers={"Authorization": f"Bearer {token}"})
    assert answer.json == {"data": [{"phone": PHONE, "confirmed": True}]}


def test_the_text_fits_into_one_part() -> None:
    assert measure(phone_code.wording("123456", "Ymgyrch Dros Gymru Gyfan a Mwy")).segments == 1
