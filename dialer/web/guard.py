"""The door: recognises who is there and asks the one table of permissions. No rule, no entry."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.wrappers import Response as BaseResponse

from dialer.domain.access import RULES, Actor, Permission, Scope
from dialer.domain.errors import Forbidden, Unauthenticated
from dialer.services.accounts.authentication import actor_for_login, actor_for_token, has_gone_quiet
from dialer.services.accounts.credentials import secret_hash
from dialer.web.desk import desk
from dialer.web.signed import check_signed
from dialer.web.signed_mail import check_mail_signed

View = TypeVar("View", bound=Callable[..., object])

LOGIN_KEY = "login"
ENDED_KEY = "ended"
"""The hash of the secret of the session that ended in this browser by itself: it opens nothing."""
FILES = "static"
"""Sheets, scripts and pictures: for everybody, and there while the database is away."""
_RULE = "__permission__"
_METHODS = ("get", "post", "put", "patch", "delete")


def allow(permission: Permission) -> Callable[[View], View]:
    """Mark a view, or one method of a method view, with the permission it needs."""

    def mark(view: View) -> View:
        setattr(view, _RULE, permission)
        return view

    return mark


def permission_of(app: Flask, endpoint: str, method: str) -> Permission | None:
    """The permission an endpoint asks for with this method; None when it has no rule."""
    view: object = app.view_functions[endpoint]
    view_class = getattr(view, "view_class", None)
    if view_class is not None:
        view = getattr(view_class, "get" if method == "HEAD" else method.lower(), None)
    permission: Permission | None = getattr(view, _RULE, None)
    return permission


def unguarded(app: Flask) -> list[str]:
    """Every method of every endpoint that has no rule."""
    missing = []
    for rule in app.url_map.iter_rules():
        methods = {method.lower() for method in rule.methods or ()} & set(_METHODS)
        missing += [
            f"{method.upper()} {rule.rule}"
            for method in sorted(methods)
            if permission_of(app, rule.endpoint, method) is None
        ]
    return missing


def may_open(endpoint: str, method: str = "GET") -> bool:
    """Whether whoever is here gets past this door: pages don't offer what they would refuse."""
    permission = permission_of(current_app, endpoint, method)
    actor: Actor | None = g.get("actor")
    return permission is not None and actor is not None and actor.may(permission)


def install_guard(app: Flask) -> None:
    """Ask the door before every view; refuse to start with a view that has no rule."""
    app.before_request(_open_or_refuse)
    app.jinja_env.globals["may_open"] = may_open


def is_machine_path(path: str) -> bool:
    """Whether programs, not people, ask here: answers and refusals are JSON."""
    return path.startswith(("/api/", "/webhooks/", "/openapi", "/healthz", "/readyz", "/metrics"))


def _open_or_refuse() -> BaseResponse | Response | None:
    g.now = desk().clock()
    g.request_id = str(uuid.uuid4())
    if isinstance(request.routing_exception, (NotFound, MethodNotAllowed)) or request.endpoint is None:
        return None  # nothing is behind this door; the error handler says so
    if request.method == "OPTIONS" or request.endpoint == FILES:
        return None
    return _enter(request.endpoint)


def _enter(endpoint: str) -> BaseResponse | None:
    permission = permission_of(current_app, endpoint, request.method)
    if permission is None:
        raise Forbidden
    if RULES[permission].scope is Scope.SIGNED:
        check_signed(request)
        return None
    if RULES[permission].scope is Scope.SIGNED_MAIL:
        check_mail_signed(request)
        return None
    g.actor = _recognise()
    if RULES[permission].scope is Scope.PUBLIC:
        return None
    if g.actor is None:
        return _send_away()
    if not g.actor.may(permission):
        raise Forbidden
    return None


def _recognise() -> Actor | None:
    """The API takes no cookie, and pages take no token (contract §2)."""
    if request.path.startswith("/api/"):
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not secret.strip():
            return None
        return actor_for_token(desk().units, secret.strip(), g.now)
    secret = session.get(LOGIN_KEY, "")
    if not secret:
        return None
    actor = actor_for_login(desk().units, secret, g.now)
    if actor is None:
        session.pop(LOGIN_KEY)
        session[ENDED_KEY] = secret_hash(secret)
        g.ended = "quiet" if has_gone_quiet(desk().units, secret, g.now) else "over"
    return actor


def _send_away() -> BaseResponse:
    if is_machine_path(request.path):
        raise Unauthenticated
    login = url_for("public.login", next=_way_back(), ended=g.get("ended"))
    if "HX-Request" in request.headers:  # a part of a page: the whole page is to go there
        return Response("", 401, {"HX-Redirect": login})
    return redirect(login, code=303)


def _way_back() -> str | None:
    """The page that was asked for, or that a part of was."""
    if "HX-Request" in request.headers:
        page = urlsplit(request.headers.get("HX-Current-URL", "/"))
        return page._replace(scheme="", netloc="", fragment="").geturl()
    return request.full_path.rstrip("?") if request.method == "GET" else None
