"""The same key does a POST once, whoever races, whatever dies, and shows the first answer again."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from dialer.services.accounts import volunteers as deeds
from dialer.services.accounts.idempotency import forget_old_answers
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.store.models.accounts import Account, AuditEntry, IdempotencyKey
from dialer.store.session import UnitFactory
from dialer.web.api import idempotency
from tests.conftest import Caller, SetClock
from tests.people import Person

Api = Callable[[Person], Caller]

TOM = {"name": "Tom", "campaign_ids": []}


def post(
    caller: Caller, key: str, body: dict[str, object] | None = None, path: str = "/volunteers"
) -> TestResponse:
    """A POST that names itself."""
    return caller.post(path, json=TOM if body is None else body, headers={"Idempotency-Key": key})


def count(units: UnitFactory, organisation_id: uuid.UUID, name: str = "Tom") -> int:
    """How many people of this name there are."""
    with units.begin(organisation_id) as unit:
        return unit.session.scalars(select(func.count()).where(Account.name == name)).one()


def slug(answer: TestResponse) -> str:
    assert answer.json is not None
    return str(answer.json["type"]).rpartition("/")[2]


def test_the_first_answer_comes_again(api: Api, carys: Person, units: UnitFactory) -> None:
    first = post(api(carys), "one")
    again = post(api(carys), "one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert count(units, carys.organisation_id) == 1


def test_without_a_key_each_counts(api: Api, carys: Person, units: UnitFactory) -> None:
    for _ in range(2):
        api(carys).post("/volunteers", json=TOM)
    assert count(units, carys.organisation_id) == 2


def test_another_body_is_refused(api: Api, carys: Person, units: UnitFactory) -> None:
    post(api(carys), "one")
    other = post(api(carys), "one", {"name": "Una", "campaign_ids": []})
    assert (other.status_code, slug(other)) == (422, "idempotency-key-reused")
    assert count(units, carys.organisation_id, "Una") == 0


def test_a_key_belongs_to_its_token_and_path(
    api: Api, carys: Person, vic: Person, units: UnitFactory
) -> None:
    post(api(carys), "one")
    assert post(api(carys), "one", path=f"/volunteers/{vic.id}/tokens", body={}).status_code == 201
    assert post(api(vic), "one").status_code == 403


def test_a_refusal_is_an_answer_too(api: Api, carys: Person, units: UnitFactory) -> None:
    bad = {"name": "", "campaign_ids": []}
    first, again = post(api(carys), "one", bad), post(api(carys), "one", bad)
    assert (first.status_code, again.status_code) == (422, 422)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json == first.json
    assert again.mimetype == "application/problem+json"


def test_after_a_day_the_key_is_free(api: Api, carys: Person, units: UnitFactory, clock: SetClock) -> None:
    post(api(carys), "one")
    clock.forward(hours=23, minutes=59)
    assert "Idempotency-Replayed" in post(api(carys), "one").headers
    clock.forward(minutes=1)
    assert "Idempotency-Replayed" not in post(api(carys), "one").headers
    assert count(units, carys.organisation_id) == 2


def test_old_answers_are_forgotten(
    api: Api, carys: Person, context_of: Callable[[Person], Context], clock: SetClock
) -> None:
    post(api(carys), "one")
    clock.forward(hours=20)
    post(api(carys), "two")
    clock.forward(hours=4)
    machine = context_of(carys).as_actor(system_actor(carys.organisation_id))
    assert forget_old_answers(machine) == 1
    assert "Idempotency-Replayed" in post(api(carys), "two").headers


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_1_to_255_characters(api: Api, carys: Person, key: str) -> None:
    assert post(api(carys), key).status_code == 422
    assert post(api(carys), "x" * 255).status_code == 201


def test_of_many_at_once_one_does_it(app: Flask, api: Api, carys: Person, units: UnitFactory) -> None:
    ready = threading.Barrier(8)

    def attempt(_: int) -> TestResponse:
        caller = Caller(app.test_client(use_cookies=False), carys)
        ready.wait()
        return post(caller, "one")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(8)))
    assert count(units, carys.organisation_id) == 1
    made = [answer for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code != 201]
    assert sum("Idempotency-Replayed" not in answer.headers for answer in made) == 1
    assert {slug(answer) for answer in refused} <= {"idempotency-in-progress"}
    assert len({answer.text for answer in made}) == 1


def test_while_the_first_is_under_way_the_second_is_told_so(
    app: Flask, carys: Person, units: UnitFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    create = deeds.create_volunteer

    def slowly(ctx: Context, new: deeds.NewVolunteer) -> deeds.VolunteerView:
        begun.set()
        assert go_on.wait(10)
        return create(ctx, new)

    monkeypatch.setattr(deeds, "create_volunteer", slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: post(Caller(app.test_client(use_cookies=False), carys), "one"))
        assert begun.wait(10)
        second = post(Caller(app.test_client(use_cookies=False), carys), "one")
        go_on.set()
        assert first.result().status_code == 201
    assert (second.status_code, slug(second)) == (409, "idempotency-in-progress")


def test_a_process_that_dies_before_the_answer_leaves_nothing_half_done(
    api: Api, carys: Person, units: UnitFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As abrupt as a signal: nothing catches it."""

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(idempotency, "KeptAnswer", die)
        with pytest.raises(Killed):
            post(api(carys), "one")
    with units.begin(carys.organisation_id) as unit:
        assert not unit.session.scalars(select(IdempotencyKey)).all()
        assert not unit.session.scalars(select(AuditEntry)).all()
    assert count(units, carys.organisation_id) == 0
    assert post(api(carys), "one").status_code == 201
    assert count(units, carys.organisation_id) == 1


def test_a_bug_keeps_no_answer_and_no_deed(
    api: Api, carys: Person, units: UnitFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = deeds.create_volunteer

    def broken(ctx: Context, new: deeds.NewVolunteer) -> deeds.VolunteerView:
        create(ctx, new)
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(deeds, "create_volunteer", broken)
        assert post(api(carys), "one").status_code == 500
    assert count(units, carys.organisation_id) == 0
    assert post(api(carys), "one").status_code == 201


def test_a_secret_in_an_answer_is_kept_sealed(api: Api, carys: Person, units: UnitFactory) -> None:
    body: dict[str, object] = {"role": "observer", "name": "Screen"}
    first = post(api(carys), "my-key", body, "/tokens")
    again = post(api(carys), "my-key", body, "/tokens")
    assert first.json is not None
    assert first.json == again.json
    with units.begin(carys.organisation_id) as unit:
        kept = unit.session.scalars(select(IdempotencyKey)).one()
    everything = kept.answer + kept.key_hash + kept.body_hash + kept.path.encode()
    assert first.json["token"].encode() not in everything
    assert b"my-key" not in everything
    assert b"Screen" not in everything


def test_an_upload_is_told_by_its_content_and_not_its_boundary(app: Flask) -> None:
    def body_hash(content: bytes, boundary: str) -> bytes:
        parts = {"file": (BytesIO(content), "people.csv"), "options": "{}"}
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        with app.test_request_context("/", method="POST", data=parts, headers=headers):
            return idempotency._body_hash()

    assert body_hash(b"name\nTom\n", "a") == body_hash(b"name\nTom\n", "b")
    assert body_hash(b"name\nTom\n", "a") != body_hash(b"name\nUna\n", "a")
