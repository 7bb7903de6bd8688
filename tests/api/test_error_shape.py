"""Every refusal of every endpoint has one shape, and nothing that is sent makes a 5xx (contract §2)."""

from __future__ import annotations

import json
import uuid
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dialer.domain.access import Role
from dialer.store.session import UnitFactory
from tests.api.routes import METHODS, WITH_BODY, looked_at, routes
from tests.examples import cases
from tests.people import make_person

ROUTES = list(routes(looked_at()))
TAKING_A_BODY = [route for route in ROUTES if route.method in WITH_BODY]
UPLOADS = ("/imports", "/imports/preview", "/pictures", "/sounds")
JSON_ROUTES = [route for route in TAKING_A_BODY if not route.path.endswith(UPLOADS)]
MEBIBYTE = 1024 * 1024

JSON = {"Content-Type": "application/json"}


class Client:
    """A client with an admin's token that checks the shape of every refusal."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.token = token

    def send(self, method: str, path: str, **kwargs: object) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} | dict(kwargs.pop("headers", {}))  # type: ignore[call-overload]
        answer = self.client.open(path, method=method, headers=headers, **kwargs)  # type: ignore[arg-type]
        if answer.status_code >= 400:
            check_problem(answer)
        return answer

    def refused(self, method: str, path: str, slug: str, **kwargs: object) -> TestResponse:
        answer = self.send(method, path, **kwargs)
        assert answer.json is not None, answer.status
        assert answer.json["type"] == f"http://localhost/problems/{slug}"
        return answer


def check_problem(answer: TestResponse) -> None:
    """It is a problem document, says what and where, and names the request."""
    assert answer.status_code < 500
    assert answer.mimetype == "application/problem+json"
    problem = answer.json
    assert problem is not None
    assert {"type", "title", "status", "detail", "instance"} <= problem.keys()
    assert problem["status"] == answer.status_code
    assert problem["instance"] == answer.headers["X-Request-Id"]
    assert problem["title"]
    assert problem["detail"]
    if answer.status_code == 422:
        assert all(fault.keys() == {"pointer", "detail"} for fault in problem["errors"])
    assert "Traceback" not in answer.text


@pytest.fixture
def caller(app: Flask, units: UnitFactory, organisation_id: uuid.UUID) -> Client:
    """An admin's client."""
    admin = make_person(units, organisation_id, Role.ADMIN, "Alys")
    return Client(app.test_client(use_cookies=False), admin.token)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Basic ZGxyOmRscg==",
        "dlr_x",
        "Bearer \xff\xfe",
        "Bearer a b",
    ],
)
def test_who_is_not_known_is_told_how(
    app: Flask, organisation_id: uuid.UUID, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = app.test_client().get("/api/v1/me", headers=headers)
    check_problem(answer)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_what_is_not_there(caller: Client) -> None:
    for path in ("/api/v1/nothing", "/api/v2/me", "/api/v1/me/", "/api/v1/volunteers/nonsense", "/api/"):
        caller.refused("GET", path, "not-found")


def test_a_method_it_has_not_names_those_it_has(caller: Client) -> None:
    for route in ROUTES:
        other = next((method for method in METHODS if method not in route.allowed), "TRACE")
        answer = caller.refused(other, route.path, "method-not-allowed")
        assert answer.status_code == 405
        assert route.method in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("body", "slug"),
    cases(
        [
            (b"{", "malformed-json"),
            (b"[" * 200_000, "malformed-json"),
            (b'{"name": "\xff"}', "malformed-request"),
            (b'{"name": "a\\u0000b"}', "malformed-request"),
            (b"\x00", "malformed-json"),
            (b'{"name": NaN}', "malformed-json"),
            (b'{"a": 1} {"b": 2}', "malformed-json"),
            (b'{"a\\u0000b": 1}', "malformed-request"),
            (b'{"name": "\\ud800"}', "malformed-request"),
            (b'{"name": {"deep": ["\\udfff"]}}', "malformed-request"),
        ],
        quick=4,
    ),
    ids=lambda given: repr(given[:40]),
)
def test_a_body_that_is_no_text_or_no_json(caller: Client, body: bytes, slug: str) -> None:
    for route in JSON_ROUTES:
        answer = caller.refused(route.method, route.path, slug, data=body, headers=JSON)
        assert answer.status_code == 400


def test_an_upload_is_no_json(caller: Client) -> None:
    for route in TAKING_A_BODY:
        if route.path.endswith(UPLOADS):
            caller.refused(route.method, route.path, "unsupported-media-type", json={})


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_json_is_nothing_else(caller: Client, kind: str) -> None:
    for route in JSON_ROUTES:
        headers = {"Content-Type": kind}
        caller.refused(route.method, route.path, "unsupported-media-type", data=b"{}", headers=headers)


def test_too_much_json(caller: Client) -> None:
    large = json.dumps({"name": "x" * MEBIBYTE}).encode()
    for route in JSON_ROUTES:
        caller.refused(route.method, route.path, "payload-too-large", data=large, headers=JSON)


def test_too_much_json_that_does_not_say_how_much(caller: Client) -> None:
    large = json.dumps({"name": "x" * 10 * MEBIBYTE}).encode()
    caller.refused(
        "POST",
        "/api/v1/volunteers",
        "payload-too-large",
        input_stream=BytesIO(large),
        headers=JSON | {"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )


@pytest.mark.parametrize(
    "body", cases(["[]", "{}", '{"nosuch": 1}', "null", "true", "7", '"text"', '{"name": 10e999}'], quick=3)
)
def test_json_of_another_shape(caller: Client, body: str) -> None:
    for route in TAKING_A_BODY:
        answer = caller.send(route.method, route.path, data=body, headers=JSON)
        assert answer.status_code in {200, 201, 202, 204, 404, 409, 415, 422}, route


@pytest.mark.parametrize(
    "query",
    cases(
        [
            "limit=%00",
            "cursor=%00",
            "cursor=%ff",
            "limit=1&limit=1",
            "limit=1e3",
            "limit=١",
            "limit=" + "9" * 5000,
            "cursor=WyJcdTAwMDAiXQ",
        ],
        quick=3,
    ),
)
def test_a_query_of_nonsense(caller: Client, query: str) -> None:
    for route in ROUTES:
        if route.method == "GET":
            answer = caller.send("GET", f"{route.path}?{query}")
            assert answer.status_code in {200, 400, 404, 422}, route


@pytest.mark.parametrize(
    "path", ["/api/v1/volunteers/%00", "/api/v1/volunteers/%ff", "/api/v1/%c3%28", "/api/v1/me?x=%00"]
)
def test_an_address_that_is_no_text(caller: Client, path: str) -> None:
    assert caller.send("GET", path).status_code in {400, 404}


def test_an_unknown_or_read_only_field_is_named(caller: Client) -> None:
    body = {"name": "Tom", "campaign_ids": [], "id": "mine", "a/b~c": 1}
    answer = caller.refused("POST", "/api/v1/volunteers", "validation-failed", json=body)
    assert answer.json is not None
    assert {fault["pointer"] for fault in answer.json["errors"]} == {"/id", "/a~1b~0c"}


def test_a_field_where_none_is_taken_is_named(caller: Client) -> None:
    answer = caller.refused("POST", "/api/v1/resume-all", "validation-failed", json={"since": "now"})
    assert answer.json is not None
    assert answer.json["errors"][0]["pointer"] == "/since"
    assert caller.send("POST", "/api/v1/resume-all", json={}).status_code == 200


def test_nothing_is_coerced(caller: Client) -> None:
    for field, value in (
        ("name", 7),
        ("email", False),
        ("languages", "en"),
        ("campaign_ids", {}),
        ("phone", 7.5),
    ):
        body = {"name": "Tom", "campaign_ids": []} | {field: value}
        answer = caller.refused("POST", "/api/v1/volunteers", "validation-failed", json=body)
        assert answer.json is not None
        assert answer.json["errors"][0]["pointer"].startswith(f"/{field}")
