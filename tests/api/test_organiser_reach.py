"""What lies outside an organiser's teams isn't there for them, whatever they ask and however."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from flask import Flask

from dialer.domain.access import RULES, Permission, Role, Scope
from dialer.store.session import UnitFactory
from dialer.web.api.examples import EXAMPLES
from dialer.web.guard import permission_of
from tests.api import test_openapi
from tests.conftest import Caller
from tests.people import Person, make_person
from tests.web.reader import Reader

Api = Callable[[Person], Caller]
Known = dict[str, list[str]]
admin = test_openapi.admin
known = test_openapi.known

SHARED: Final = {
    Permission.SCRIPT_READ,
    Permission.SCRIPT_MANAGE,
    Permission.SOUND_READ,
    Permission.SOUND_MANAGE,
    Permission.PICTURE_READ,
    Permission.PICTURE_MANAGE,
    Permission.ELECTION_READ,
    Permission.TEAM_READ,
    Permission.MESSAGE_CLASSIFY,
}
"""What of all teams an organiser reads or makes: nothing in it is about a person or a campaign. A new one is
looked at before it is put here.
"""
SHARED_IDS: Final = {
    "script_id",
    "sound_id",
    "picture_id",
    "election_id",
    "template_id",
    "team_id",
    "account_id",
}
"""Ids that stand on such pages, or in what is asked."""
HELD_OPEN: Final = "/stream"
OTHERS: Final = {
    "deed": "pause",
    "step": "reactivate",
    "role": "volunteer",
    "milestone": "registration",
    "code": "nothing",
    "import_id": str(uuid.UUID(int=1)),
    "attachment_id": str(uuid.UUID(int=1)),
}
"""Parts of a page's address that are no ids."""


@pytest.fixture
def olwen(api: Api, admin: Person, known: Known, units: UnitFactory, organisation_id: uuid.UUID) -> Person:
    """Who organises a team that has nothing yet: all that is `known` belongs to others."""
    olwen = make_person(units, organisation_id, Role.ORGANISER, "Olwen")
    team = api(admin).post("/teams", json={"name": "Wales", "kind": "region"}).json
    assert api(admin).patch(f"/accounts/{olwen.id}", json={"team_ids": [team["id"]]}).status_code == 200
    return olwen


def test_what_organisers_share_with_all_is_what_the_table_says() -> None:
    held = {one for one, rule in RULES.items() if Role.ORGANISER in rule.roles}
    assert {one for one in held if RULES[one].scope is Scope.ORGANISATION} == SHARED


def _ids_of_others(known: Known) -> list[str]:
    """Whatever is known by an id, and isn't shared: a version or a channel is none."""
    found = [one for name, ids in known.items() if name not in SHARED_IDS for one in ids]
    return [one for one in found if len(one) == len(OTHERS["import_id"])]


def _operations(app: Flask, known: Known) -> Iterator[tuple[str, str, Permission, dict[str, Any]]]:
    """Every operation of the API with the others' ids in its address and an example for its body."""
    document = app.test_client().get("/openapi.json").json
    assert document is not None
    addresses = app.url_map.bind("localhost")
    for path, item in document["paths"].items():
        if path.endswith(HELD_OPEN):
            continue
        url = re.sub(r"{(\w+)}", lambda found: known[found[1]][0], path)
        for method in sorted({"get", "post", "put", "patch", "delete"} & item.keys()):
            endpoint, _ = addresses.match(url, method=method.upper())
            permission = permission_of(app, endpoint, method)
            assert permission is not None
            content = item[method].get("requestBody", {}).get("content", {})
            name = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
            body = EXAMPLES.get(name.removesuffix("Schema"), {}) if name else None
            needed = {
                one["name"]: one["schema"].get("enum", ["support"])[0]
                for one in item[method].get("parameters", [])
                if one.get("in") == "query" and one.get("required")
            }
            yield method, url, permission, {"json": body, "query_string": needed}


def test_no_operation_of_the_api_shows_or_changes_what_is_others(
    app: Flask, olwen: Person, known: Known
) -> None:
    client = app.test_client(use_cookies=False)
    headers = {"Authorization": f"Bearer {olwen.token}"}
    theirs = _ids_of_others(known)
    asked = 0
    for method, url, permission, body in _operations(app, known):
        with client.open(url, method=method.upper(), headers=headers, **body) as answer:
            said = answer.data
            where = f"{method} {url}: {answer.status_code}"
        if permission not in SHARED and RULES[permission].scope is not Scope.PUBLIC:
            named = [one for one in theirs if one in url]
            template = any(one in url for one in known["template_id"])
            assert not named or answer.status_code in {403, 404}, where
            assert template or not [one for one in theirs if one.encode() in said and one not in url], where
            asked += bool(named)
    assert asked > 100


def test_no_page_shows_or_changes_what_is_others(app: Flask, olwen: Person, known: Known) -> None:
    reader = Reader(app.test_client())
    reader.sign_in(olwen.token)
    token = next(form.fields["csrf_token"] for form in reader.open("/teams").forms)
    sent = {"csrf_token": token, "contact_id": known["contact_id"][0]}
    theirs = _ids_of_others(known)
    ids = {**{name: ids[0] for name, ids in known.items()}, **OTHERS}
    addresses = app.url_map.bind("localhost")
    asked, open_ = 0, []
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if not rule.endpoint.startswith("coordinator.") or rule.rule.endswith(HELD_OPEN):
            continue
        for method in sorted({"GET", "POST"} & (rule.methods or set())):
            permission = permission_of(app, rule.endpoint, method)
            url = addresses.build(rule.endpoint, {one: ids[one] for one in rule.arguments}, method=method)
            with reader.client.open(url, method=method, data=sent) as answer:
                said = answer.data
            named = [one for one in theirs if one in url]
            if named and permission not in SHARED:
                asked += 1
                open_ += [] if answer.status_code in {403, 404} else [f"{method} {rule}"]
            shown = [one for one in theirs if one.encode() in said and one not in url]
            open_ += [f"{method} {rule} shows {shown}"] if shown else []
    assert not open_
    assert asked > 100


def test_an_organiser_changes_no_words_that_others_read(
    api: Api, admin: Person, olwen: Person, known: Known
) -> None:
    (script_id, *_), (sound_id, *_) = known["script_id"], known["sound_id"]
    desk = api(olwen)
    read = desk.get(f"/scripts/{script_id}").json
    given = {key: read[key] for key in ("name", "language", "start", "nodes")}
    assert desk.put(f"/scripts/{script_id}", json=given).status_code == 403
    own = desk.post("/scripts", json=given).json["id"]
    assert desk.put(f"/scripts/{own}", json=given).status_code == 200
    assert desk.post(f"/sounds/{sound_id}/retire").status_code == 403
    assert api(admin).put(f"/scripts/{script_id}", json=given).status_code == 200
