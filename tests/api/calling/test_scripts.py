"""Scripts through the API."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Caller
from tests.people import Person
from tests.phone_bank import SCRIPT

Api = Callable[[Person], Caller]


@pytest.fixture
def coordinator(api: Api, carys: Person) -> Caller:
    return api(carys)


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    script = copy.deepcopy(SCRIPT)
    change(script)
    return script


def test_what_was_sent_comes_back(coordinator: Caller) -> None:
    answer = coordinator.post("/scripts", json=SCRIPT)

    assert answer.status_code == 201
    made = answer.json
    assert answer.headers["Location"].endswith(f"/scripts/{made['id']}")
    assert (made["version"], made["language"]) == (1, "en")
    assert {name: made[name] for name in SCRIPT} == SCRIPT
    assert coordinator.get(f"/scripts/{made['id']}").json == made
    assert coordinator.get("/scripts").json["data"] == [made]


def test_put_makes_a_new_version(coordinator: Caller) -> None:
    made = coordinator.post("/scripts", json=SCRIPT).json
    welsh = {**SCRIPT, "name": "Galwadau", "language": "cy"}

    answer = coordinator.put(f"/scripts/{made['id']}", json=welsh)
    assert (answer.status_code, answer.json["version"]) == (200, 2)
    assert coordinator.get(f"/scripts/{made['id']}").json["name"] == "Galwadau"
    assert coordinator.put(f"/scripts/{uuid.uuid4()}", json=SCRIPT).status_code == 404


@pytest.mark.parametrize(
    ("script", "pointer"),
    [
        (changed(lambda s: s.update(start="nowhere")), "/start"),
        (changed(lambda s: s.update(nodes=[])), "/start"),
        (changed(lambda s: s["nodes"][0].update(next="nowhere")), "/nodes/0/next"),
        (changed(lambda s: s["nodes"][3].update(kind="say", next="intro")), "/nodes/0"),
        (changed(lambda s: s["nodes"].append({"id": "x", "kind": "end", "text": ""})), "/nodes/4"),
        (changed(lambda s: s["nodes"][1]["answers"][0].update(support=6)), "/nodes/1/answers/0/support"),
        (changed(lambda s: s["nodes"][1].update(kind="maybe")), "/nodes/1/kind"),
        (changed(lambda s: s["nodes"][1].update(colour="red")), "/nodes/1/colour"),
        (changed(lambda s: s.update(language="xx")), "/language"),
        (changed(lambda s: s.pop("name")), "/name"),
    ],
)
def test_a_script_that_cannot_be_used_is_refused(
    coordinator: Caller, script: dict[str, Any], pointer: str
) -> None:
    answer = coordinator.post("/scripts", json=script)

    assert answer.status_code == 422
    assert answer.json["type"].endswith("/validation-failed")
    assert pointer in [error["pointer"] for error in answer.json["errors"]]
    assert coordinator.get("/scripts").json["data"] == []


def test_an_unknown_placeholder_says_what_was_meant(coordinator: Caller) -> None:
    script = changed(lambda s: s["nodes"][3].update(text="Bye {fist_name}"))

    answer = coordinator.post("/scripts", json=script)
    assert answer.status_code == 422
    assert answer.json["type"].endswith("/unknown-placeholder")
    assert answer.json["errors"][0]["pointer"] == "/nodes/3/text"
    assert "{first_name}" in answer.json["errors"][0]["detail"]


def test_volunteers_write_no_scripts(api: Api, vic: Person) -> None:
    assert api(vic).post("/scripts", json=SCRIPT).status_code == 403
    assert api(vic).get("/scripts").status_code == 403


def test_versions_stay_and_say_what_they_changed(coordinator: Caller) -> None:
    made = coordinator.post("/scripts", json=SCRIPT).json
    here = f"/scripts/{made['id']}"
    second = changed(lambda s: s["nodes"][3].update(text="Goodbye."))
    coordinator.put(here, json=second)

    listed = coordinator.get(f"{here}/versions?limit=1").json
    assert [(one["version"], one["steps"], one["created_by"]) for one in listed["data"]] == [
        (2, len(SCRIPT["nodes"]), "Carys")
    ]
    older = coordinator.get(f"{here}/versions?limit=1&cursor={listed['next_cursor']}").json
    assert [one["version"] for one in older["data"]] == [1]
    assert coordinator.get(f"{here}/versions/1").json == made
    answer = coordinator.get(f"{here}/versions/2/differences").json
    assert (answer["old"], answer["new"]) == (1, 2)
    assert [(one["kind"], one["step"], one["after"]) for one in answer["differences"]] == [
        ("words", SCRIPT["nodes"][3]["id"], "Goodbye.")
    ]
    back = coordinator.get(f"{here}/versions/1/differences?old=2").json["differences"]
    assert back[0]["before"] == "Goodbye."


@pytest.mark.parametrize("version", ["0", "3", "-1", "x", "9" * 30, "2147483648"])
def test_versions_that_are_not_there(coordinator: Caller, version: str) -> None:
    here = f"/scripts/{coordinator.post('/scripts', json=SCRIPT).json['id']}/versions"
    assert coordinator.get(f"{here}/{version}").status_code == 404
    assert coordinator.get(f"{here}/{version}/differences").status_code == 404
    assert coordinator.get(f"{here}/1/differences").status_code == 404


def test_a_change_based_on_an_older_version_is_refused(coordinator: Caller) -> None:
    here = f"/scripts/{coordinator.post('/scripts', json=SCRIPT).json['id']}"
    first = {**changed(lambda s: s["nodes"][3].update(text="Goodbye.")), "based_on": 1}
    other = {**changed(lambda s: s["nodes"][3].update(text="Bye.")), "based_on": 1}

    assert coordinator.put(here, json=first).json["version"] == 2
    refused = coordinator.put(here, json=other)
    assert (refused.status_code, refused.json["type"].rpartition("/")[2]) == (409, "script-changed")
    assert refused.json["version"] == 2
    assert coordinator.put(here, json=first).json["version"] == 2
    assert coordinator.put(here, json={**other, "based_on": 2}).json["version"] == 3


def test_an_export_can_be_sent_as_it_is(coordinator: Caller) -> None:
    made = coordinator.post("/scripts", json=SCRIPT).json
    file = coordinator.get(f"/scripts/{made['id']}/export").json

    assert (file["format"], file["format_version"]) == ("dialer-script", 1)
    again = coordinator.post("/scripts", json=file).json
    assert {name: again[name] for name in SCRIPT} == SCRIPT
    assert coordinator.get(f"/scripts/{made['id']}/export?version=2").status_code == 404
    newer = coordinator.post("/scripts", json={**file, "format_version": 2})
    assert [error["pointer"] for error in newer.json["errors"]] == ["/format_version"]


def test_translations_come_back_and_none_is_of_the_scripts_own_language(coordinator: Caller) -> None:
    def translate(script: dict[str, Any], language: str) -> None:
        script["nodes"][1]["translations"] = {language: "Allwn ni?"}
        script["nodes"][1]["answers"][0]["translations"] = {language: "Ie"}

    script = changed(lambda s: translate(s, "cy"))
    made = coordinator.post("/scripts", json=script).json
    assert made["nodes"] == script["nodes"]
    own = coordinator.post("/scripts", json=changed(lambda s: translate(s, "en")))
    assert [error["pointer"] for error in own.json["errors"]] == [
        "/nodes/1/translations/en",
        "/nodes/1/answers/0/translations/en",
    ]
    strange = coordinator.post("/scripts", json=changed(lambda s: translate(s, "xx")))
    assert strange.status_code == 422


def test_a_script_is_looked_over_without_being_kept(coordinator: Caller) -> None:
    def worse(script: dict[str, Any]) -> None:
        script["nodes"][0]["text"] = "Hello {first_name}."
        script["nodes"][1]["answers"][0]["next"] = "gone"

    answer = coordinator.post("/scripts/check", json=changed(worse))
    assert answer.status_code == 200
    assert [(one["pointer"], one["kind"]) for one in answer.json["faults"]] == [
        ("/nodes/1/answers/0/next", "no_such_step")
    ]
    assert [(one["pointer"], one["kind"]) for one in answer.json["remarks"]] == [
        ("/nodes/0/text", "no_fallback")
    ]
    assert coordinator.post("/scripts/check", json=SCRIPT).json == {"faults": [], "remarks": []}
    assert coordinator.get("/scripts").json["data"] == []
