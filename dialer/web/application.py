"""Flask as we use it: views are plain functions, only pages have sessions, files go out compressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from dialer.web.assets import compressed
from dialer.web.guard import is_machine_path


class PageSessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie, for people. Programs, who send none, are spared what it takes to open one:
    what they would keep there is refused.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """That of the browser which asks; for programs None, by which Flask knows that there is none."""
        return None if is_machine_path(request.path) else super().open_session(app, request)


class Application(Flask):
    """The application. Its views are no coroutines, so none is looked at, at each request, for being one."""

    session_interface = PageSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is."""
        return func

    def send_static_file(self, filename: str) -> Response:
        """A file of ours; whoever has it already is told so."""
        answer = super().send_static_file(filename)
        return compressed(answer) if answer.status_code == 200 else answer
