"""What load balancers and supervisors ask: does the process live, can it do its work."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from dialer.domain.access import Permission
from dialer.services.health import OK, readiness
from dialer.web.desk import desk
from dialer.web.guard import allow

health = Blueprint("health", __name__)


@health.get("/healthz")
@allow(Permission.PUBLIC_READ)
def healthz() -> Response:
    """The process lives; nothing else is asked."""
    return _uncached(jsonify(status="ok"))


@health.get("/readyz")
@allow(Permission.PUBLIC_READ)
def readyz() -> Response:
    """Database, queue, schema and workers: 503 while one of them is missing."""
    tools = desk()
    checks = readiness(tools.units, tools.jobs)
    ready = all(state == OK for state in checks.values())
    response = _uncached(jsonify(status="ok" if ready else "unavailable", checks=checks))
    if not ready:
        response.status_code = 503
        response.headers["Retry-After"] = "2"
    return response


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
