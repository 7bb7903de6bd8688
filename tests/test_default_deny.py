"""Nothing opens without a rule: every route, job and command names its permission, and doors obey it."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import pytest
from flask import Flask

import workers.jobs  # noqa: F401 - registers the jobs
from dialer.cli import VERBS, load
from dialer.domain.access import RULES, Permission, Role, Scope
from dialer.store.session import UnitFactory
from dialer.web.guard import permission_of, unguarded
from tests.api.routes import bare_app, looked_at, routes
from tests.people import make_person
from workers.registry import JOBS

SOURCE = Path(__file__).parent.parent
API_ROUTES = list(routes(looked_at()))


def test_every_permission_has_its_rule() -> None:
    assert set(RULES) == set(Permission)
    assert all(rule.roles for rule in RULES.values())


def test_whoever_is_higher_may_do_what_the_next_ones_may() -> None:
    ladder = (Role.VOLUNTEER, Role.ORGANISER, Role.COORDINATOR, Role.ADMIN)
    for permission, rule in RULES.items():
        held = [role in rule.roles for role in ladder]
        assert held == sorted(held), permission


def test_every_route_has_a_rule() -> None:
    assert unguarded(looked_at()) == []


def test_a_route_without_a_rule_is_found() -> None:
    app = bare_app()
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret", methods=["GET", "POST"])
    assert unguarded(app) == ["GET /forgotten", "POST /forgotten"]


def test_a_route_without_a_rule_opens_to_nobody(
    own_app: Flask, units: UnitFactory, organisation_id: uuid.UUID
) -> None:
    own_app.add_url_rule("/api/v1/forgotten", "forgotten", lambda: "secret")
    client = own_app.test_client()
    admin = make_person(units, organisation_id, Role.ADMIN, "Alys")
    answer = client.get("/api/v1/forgotten", headers={"Authorization": f"Bearer {admin.token}"})
    assert answer.status_code == 403


def test_every_job_has_a_rule() -> None:
    assert JOBS
    for job in JOBS.values():
        assert job.permission in RULES


def test_every_job_that_is_asked_for_is_registered() -> None:
    sources = [path.read_text() for room in ("dialer", "workers") for path in (SOURCE / room).rglob("*.py")]
    asked_for = {name for text in sources for name in re.findall(r'"(workers\.jobs\.\w+)"', text)}
    assert asked_for <= set(JOBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_has_a_rule(verb: str) -> None:
    command = load(verb)
    assert command.name == verb
    assert command.permission in RULES


def test_nothing_but_sign_in_and_public_pages_opens_to_nobody(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        permission = permission_of(app, rule.endpoint, "GET") if "GET" in (rule.methods or ()) else None
        if permission is None or RULES[permission].scope is Scope.PUBLIC or rule.rule.startswith("/api/"):
            continue
        address = re.sub(r"<int:[^>]+>", "1", rule.rule)
        answer = client.get(re.sub(r"<[^>]+>", str(uuid.uuid4()), address))
        assert answer.status_code in {303, 401}, rule.rule


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_what_the_table_says(
    app: Flask, units: UnitFactory, organisation_id: uuid.UUID, role: Role
) -> None:
    client = app.test_client(use_cookies=False)
    headers = {"Authorization": f"Bearer {make_person(units, organisation_id, role, 'Somebody').token}"}
    for route in API_ROUTES:
        answer = client.open(route.path, method=route.method, headers=headers)
        allowed = role in RULES[route.permission].roles
        assert (answer.status_code != 403) == allowed, route
        assert answer.status_code < 500, route


def test_nobody_opens_any_of_the_api(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    for route in API_ROUTES:
        if RULES[route.permission].scope is not Scope.PUBLIC:
            assert client.open(route.path, method=route.method).status_code == 401, route


def test_the_app_refuses_to_start_with_a_forgotten_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.app.unguarded", lambda _app: ["GET /forgotten"])
    with pytest.raises(RuntimeError, match="/forgotten"):
        bare_app()
