"""Who the token belongs to, and what happens without one."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.conftest import Caller
from tests.people import Person


def test_says_who_the_token_belongs_to(api: Callable[[Person], Caller], carys: Person) -> None:
    answer = api(carys).get("/me")
    assert answer.status_code == 200
    assert answer.json == {
        "id": str(carys.id),
        "role": "coordinator",
        "name": "Carys",
        "campaign_ids": [],
        "languages": [],
        "on_leaderboards": True,
        "expires_at": None,
    }


def test_says_what_one_speaks(api: Callable[[Person], Caller], vic: Person) -> None:
    assert api(vic).patch("/me", json={"languages": ["cy", "en", "cy"]}).json["languages"] == ["cy", "en"]
    assert api(vic).get("/me").json["languages"] == ["cy", "en"]
    assert api(vic).patch("/me", json={"languages": ["tlh"]}).status_code == 422


def test_says_whether_leaderboards_may_name_one(api: Callable[[Person], Caller], vic: Person) -> None:
    assert api(vic).patch("/me", json={"on_leaderboards": False}).json["on_leaderboards"] is False
    assert api(vic).patch("/me", json={"languages": ["cy"]}).json["on_leaderboards"] is False
    assert api(vic).patch("/me", json={"on_leaderboards": "yes"}).status_code == 422


def test_refuses_without_a_token(client: FlaskClient) -> None:
    answer = client.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["type"].endswith("/problems/unauthenticated")
    assert answer.json["instance"] == answer.headers["X-Request-Id"]


def test_refuses_a_token_in_the_address_or_a_cookie(client: FlaskClient, carys: Person) -> None:
    client.set_cookie("dialer_session", carys.token)
    assert client.get(f"/api/v1/me?token={carys.token}").status_code == 401
