"""Every method of every address of the API, with ids of nothing in them."""

from __future__ import annotations

import functools
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from dialer.app import create_app
from dialer.domain.access import Permission
from dialer.settings import Settings
from dialer.web.guard import permission_of

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
WITH_BODY = ("POST", "PUT", "PATCH")


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address; `allowed` are those of all routes that the address could mean."""

    method: str
    path: str
    permission: Permission
    allowed: frozenset[str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def bare_app() -> Flask:
    """An app that is asked for what it has and never for what it knows."""
    return create_app(
        Settings(
            data_dir=Path("unused"),
            database_url="postgresql+psycopg://nobody@localhost/none",
            redis_url="redis://localhost:1",
            secret_key="only-for-tests",
            public_url="http://localhost",
        )
    )


@functools.cache
def looked_at() -> Flask:
    """The one such app that nobody changes."""
    return bare_app()


def routes(app: Flask, prefix: str = "/api/") -> Iterator[Route]:
    """All there are under `prefix`."""
    nothing, addresses = str(uuid.UUID(int=7)), app.url_map.bind("localhost")
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.rule.startswith(prefix):
            path = re.sub(r"<[^>]+>", nothing, rule.rule)
            allowed = frozenset(addresses.allowed_methods(path))
            for method in sorted((rule.methods or set()) & set(METHODS)):
                permission = permission_of(app, rule.endpoint, method)
                assert permission is not None
                yield Route(method, path, permission, allowed)
