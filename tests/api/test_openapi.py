"""The description at `/openapi.json` and the server agree, on good requests and on bad ones.

schemathesis makes requests of the description: such as it allows, and such as break it in one place. The
server must never answer 5xx, never take what the description forbids, and never give what it doesn't name.
"""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.config import GenerationConfig, SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dialer.domain.access import Role
from dialer.domain.fictional import fictional_kind
from dialer.domain.phone import Phone, PhonePolicy, read_phone
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.inbound_line import ring_in
from dialer.services.context import Context
from dialer.services.demo import start_demo
from dialer.services.exporting.exports import start_export
from dialer.services.exporting.run import run_export
from dialer.services.exporting.tables import Wanted
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.outgoing import queue_text
from dialer.store.models import new_id
from dialer.store.models.recordings import Recording
from dialer.store.models.transfers import Transfer
from dialer.store.session import UnitFactory
from dialer.web.api.examples import EXAMPLES
from tests.api.routes import looked_at
from tests.conftest import Caller, SetClock
from tests.examples import examples, is_quick
from tests.people import Person, make_person
from tests.pictures import png
from tests.sounds import wav

Api = Callable[[Person], Caller]

MANY = 3 if is_quick() else 30
FEW = examples(8)
"""Where only the id can be right or wrong there is little to try."""

REFUSED = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429", "5xx"]
"""How a request that the description forbids may be answered; a long one may be too large before that."""

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


def _described_tags() -> list[str]:
    """The groups of endpoints, read from an app that never sees a request but this."""
    document = looked_at().test_client().get("/openapi.json").json
    assert document is not None
    return sorted(tag["name"] for tag in document["tags"])


def _evenings() -> list[list[str]]:
    """Which groups are asked in one demo: each in one of its own, but for the quick run, which makes few."""
    tags = _described_tags()
    return [tags[first::4] for first in range(4)] if is_quick() else [[tag] for tag in tags]


@pytest.fixture
def admin(
    units: UnitFactory, organisation_id: uuid.UUID, context_of: Callable[..., Context], clock: SetClock
) -> Person:
    """Alys, who may do everything in the demo's town."""
    machine = SimpleNamespace(actor=system_actor(organisation_id))
    assert start_demo(context_of(machine), clock) is not None
    return make_person(units, organisation_id, Role.ADMIN, "Alys")


@pytest.fixture
def known(api: Api, admin: Person, context_of: Callable[..., Context]) -> dict[str, list[str]]:
    """Ids of what is there to be asked about, by the name they have in addresses."""
    caller = api(admin)

    def ids(path: str, key: str = "id") -> list[str]:
        answer = caller.get(path).json
        assert answer is not None
        return [row[key] for row in answer["data"]]

    (campaign_id,) = ids("/campaigns")
    caller.post("/volunteers", json={"name": "Una", "campaign_ids": [campaign_id]})
    for name in ("Screen", "Press"):
        caller.post("/tokens", json={"role": "observer", "name": name})
    link = caller.post(f"/campaigns/{campaign_id}/join-links", json={}).json
    session = caller.post(f"/campaigns/{campaign_id}/sessions", json={}).json
    assert link is not None
    assert session is not None
    assignment = caller.post(f"/sessions/{session['id']}/next").json
    assert assignment is not None
    caller.post("/suppressions", json=EXAMPLES["NewSuppression"])
    caller.post("/senders", json=EXAMPLES["NewSender"])
    caller.post("/pictures", data={"file": (io.BytesIO(png()), "poster.png")})
    caller.post("/sounds", data={"file": (io.BytesIO(wav()), "thursday.wav")})
    caller.post("/canned-replies", json={"campaign_id": campaign_id, "name": "Where?", "body": "Here."})
    (list_id,) = ids("/lists")
    small = {
        "file": (io.BytesIO(b"Name,Ring\nUna,\n"), "small.csv"),
        "options": '{"mapping":{"Ring":"phone"}}',
    }
    caller.post(f"/lists/{list_id}/imports", data=small)
    blast = {
        "campaign_id": campaign_id,
        "name": "Texts",
        "body": "{link:https://example.org}",
        "list_ids": [list_id],
    }
    caller.post("/blasts", json=blast)
    template = caller.post("/text-templates", json=EXAMPLES["NewTemplate"]).json
    audience = caller.post("/audiences", json=EXAMPLES["NewAudience"]).json
    assert audience is not None
    snapshot = caller.post(f"/audiences/{audience['id']}/lists", json=EXAMPLES["NewListOfAudience"]).json
    assert snapshot is not None
    ctx = context_of(admin)
    with ctx.unit() as unit:
        text = queue_text(
            unit, ctx, number="+447700900123", body="Hi", purpose="single", sender="+441632960000"
        )
    incoming = InboundText("SM0", "+447700900124", "+441632960000", "Not interested", ctx.now)
    receive(ctx, incoming)
    rung = ring_in(ctx, "CA0", "+447700900124", "+441632960000")
    transfer = Transfer(
        organisation_id=ctx.organisation_id,
        id=new_id(),
        campaign_id=uuid.UUID(campaign_id),
        assignment_id=uuid.UUID(assignment["id"]),
        shift_id=uuid.UUID(session["id"]),
        account_id=admin.id,
        call_id=rung.call_id,
        leg_id=new_id(),
        label="The office",
        warm=True,
        state="failed",
        reason="busy",
        started_at=ctx.now,
        ended_at=ctx.now,
    )
    recording = Recording(
        organisation_id=ctx.organisation_id,
        id=new_id(),
        call_id=rung.call_id,
        campaign_id=uuid.UUID(campaign_id),
        state="lost",
        why="absent",
        announced_at=ctx.now,
        due_at=ctx.now,
        settled_at=ctx.now,
        created_at=ctx.now,
    )
    with ctx.unit() as unit:
        unit.session.add_all([transfer, recording])
    run_export(ctx, start_export(ctx, Wanted("contacts"), "csv").id, lambda: ctx.now)
    start_export(ctx, Wanted("calls"), "xlsx")
    numbers = caller.post("/look-ups/preview", json={"list_id": list_id, "which": "all"}).json
    wanted = {"list_id": list_id, "which": "all", "expected_numbers": numbers["numbers"]}
    batch = caller.post("/look-ups", json=wanted).json
    event = caller.post("/events", json=EXAMPLES["NewEvent"] | {"campaign_id": campaign_id}).json
    team = caller.post("/teams", json={"name": "Aber Marsh", "kind": "local"}).json
    organiser = caller.post("/accounts", json={"name": "Olwen", "role": "organiser"}).json
    rsvp = caller.post(f"/events/{event['id']}/rsvps", json=EXAMPLES["NewRsvp"]).json
    voter = assignment["contact"]["id"]
    voted = caller.post(f"/contacts/{voter}/turnout", json=EXAMPLES["VoteSeen"]).json
    return {
        "campaign_id": [campaign_id],
        "circular_id": [_circular(caller, team["id"])],
        "event_id": [event["id"]],
        "rsvp_id": [rsvp["id"]],
        "audience_id": [audience["id"]],
        "snapshot_id": [snapshot["id"]],
        "session_id": [session["id"]],
        "assignment_id": [assignment["id"]],
        "contact_id": [voter],
        "evidence_id": [voted["evidence"][0]["id"]],
        "code": [link["code"]],
        "list_id": [list_id],
        "export_id": ids("/exports"),
        "import_id": ids(f"/lists/{list_id}/imports"),
        "mapping_id": ids("/import-mappings"),
        "script_id": ids("/scripts"),
        "version": ["1"],
        "election_id": ids("/elections"),
        "milestone": ["registration"],
        "volunteer_id": ids("/volunteers"),
        "account_id": [organiser["id"]],
        "team_id": [team["id"]],
        "token_id": ids("/tokens")[-2:],
        "suppression_id": ids("/suppressions"),
        "sender_id": ids("/senders"),
        "batch_id": [batch["id"]],
        "number_task_id": [caller.post("/numbers/read").json["id"]],
        "picture_id": ids("/pictures"),
        "sound_id": ids("/sounds"),
        "template_id": [template["id"]],
        "blast_id": ids("/blasts")[-1:],
        "link_id": [link["id"] for link in caller.get(f"/blasts/{ids('/blasts')[-1]}/links").json["links"]],
        "message_id": [str(text.id)],
        "nth": ["0"],
        "conversation_id": ids("/conversations"),
        "answer_id": [str(text.id)],
        "reply_id": ids(f"/canned-replies?campaign_id={campaign_id}"),
        "call_id": [str(rung.call_id)],
        "transfer_id": ids("/transfers"),
        "recording_id": ids("/recordings"),
        "channel": ["voice", "sms"],
        "mark_id": [str(uuid.UUID(int=9))],
        "result_id": [str(uuid.UUID(int=9))],
        "sheet_id": [str(uuid.UUID(int=9))],
        "walk_id": [str(uuid.UUID(int=9))],
    }


@pytest.fixture
def description(app: Flask) -> schemathesis.BaseSchema:
    """What the server says of itself."""
    generation = GenerationConfig(allow_x00=False, with_security_parameters=False)
    config = SchemathesisConfig.from_dict(
        {"checks": {"negative_data_rejection": {"expected-statuses": REFUSED}}}
    )
    config.projects.default.generation = generation
    return schemathesis.openapi.from_wsgi("/openapi.json", app, config=config)


def _circular(caller: Caller, team_id: str) -> str:
    """What was said to a team of one."""
    wyn = {"name": "Wyn", "phone": "07700 900329", "campaign_ids": [], "team_ids": [team_id]}
    caller.post("/volunteers", json=wyn)
    said = {"audience": "team", "audience_id": team_id, "body": "Thank you.", "expected_recipients": 1}
    return str(caller.post("/circulars", json=said).json["id"])


HELD_OPEN = frozenset({"/api/v1/sessions/{session_id}/stream"})
"""Answered on a connection of its own: `tests/web/webhooks/test_session_stream.py`."""


def _operations(description: schemathesis.BaseSchema, tag: str) -> Iterator[schemathesis.APIOperation]:
    for result in description.get_all_operations():
        operation = result.ok()
        if tag in operation.definition.raw["tags"] and operation.path not in HELD_OPEN:
            yield operation


def _requests(operation: schemathesis.APIOperation, known: dict[str, list[str]]) -> st.SearchStrategy[Any]:
    """Requests that the description allows, and some that it forbids, to things that are there or not."""
    names = [parameter.name for parameter in operation.path_parameters]
    there = st.fixed_dictionaries({name: st.sampled_from(known[name]) for name in names})
    modes = [schemathesis.GenerationMode.POSITIVE]
    if operation.query or operation.body:
        modes.append(schemathesis.GenerationMode.NEGATIVE)

    def asked(path_parameters: dict[str, str]) -> st.SearchStrategy[Any]:
        return st.one_of(
            [
                operation.as_strategy(generation_mode=mode, path_parameters=path_parameters or None)
                for mode in modes
            ]
        )

    return there.flatmap(asked) | operation.as_strategy()


def _agree(
    description: schemathesis.BaseSchema,
    tag: str,
    known: dict[str, list[str]],
    token: str,
) -> None:
    for operation in _operations(description, tag):

        @settings(
            max_examples=MANY if operation.query or operation.body else FEW,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=_requests(operation, known))
        def holds(case: schemathesis.Case) -> None:
            case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

        holds()


@pytest.mark.parametrize("tags", _evenings(), ids=" ".join)
def test_they_agree(
    description: schemathesis.BaseSchema, known: dict[str, list[str]], admin: Person, tags: list[str]
) -> None:
    for tag in tags:
        _agree(description, tag, known, admin.token)


def _document(app: Flask) -> dict[str, Any]:
    document = app.test_client().get("/openapi.json").json
    assert document is not None
    return document


def test_says_what_it_is(app: Flask) -> None:
    document = _document(app)
    assert document["openapi"].startswith("3.1")
    assert document["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_endpoint_has_a_sentence_and_its_refusals(app: Flask) -> None:
    for path, item in _document(app)["paths"].items():
        for method in {"get", "post", "put", "patch", "delete"} & item.keys():
            operation = item[method]
            assert operation["summary"].endswith((".", "?")), f"{method} {path}"
            assert {"401", "403", "422", "429", "503"} <= operation["responses"].keys()
            assert ("404" in operation["responses"]) == ("{" in path or path == "/api/v1/stream")


def test_every_operation_has_a_name_of_its_own(app: Flask) -> None:
    items = _document(app)["paths"].values()
    names = [
        operation["operationId"] for item in items for operation in item.values() if "responses" in operation
    ]
    assert len(names) == len(set(names))


def test_every_route_of_the_api_is_described(app: Flask) -> None:
    described = {re.sub(r"\{(\w+)\}", r"<\1>", path) for path in _document(app)["paths"]}
    routes = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")}
    assert {re.sub(r"<\w+:", "<", route) for route in routes} == described


def test_every_reference_leads_somewhere(app: Flask) -> None:
    document = _document(app)
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))):
        place: Any = document
        for step in reference.split("/"):
            place = place[step]


def test_every_body_has_an_example_that_fits_its_schema(app: Flask) -> None:
    document = _document(app)
    bodies = [
        media
        for item in document["paths"].values()
        for operation in item.values()
        if "requestBody" in operation
        for kind, media in operation["requestBody"]["content"].items()
        if kind == "application/json"
    ]
    for body in bodies:
        schema = {**body["schema"], "components": document["components"]}
        jsonschema_rs.validate(schema, body["example"])


def test_examples_name_only_numbers_kept_for_fiction() -> None:
    text = json.dumps(EXAMPLES)
    assert re.findall(r'"(0[\d ]{9,})"', text)
    for number in re.findall(r'"(0[\d ]{9,})"', text):
        reading = read_phone(number, PhonePolicy(allow_fictional=True))
        assert isinstance(reading, Phone)
        assert fictional_kind(reading.number)
