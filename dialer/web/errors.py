"""The one module that turns a refusal into a page or a problem document (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, Response, g, json, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from dialer.domain.errors import RateLimited, RuleBroken, Unauthenticated, Unavailable
from dialer.logs import get_logger
from dialer.web.guard import is_machine_path

log = get_logger(__name__)

_HTTP_SLUGS: Mapping[int, str] = {
    400: "malformed-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "payload-too-large",
    415: "unsupported-media-type",
    422: "validation-failed",
    429: "rate-limited",
    503: "unavailable",
}


def install_errors(app: Flask) -> None:
    """Take over every error of the app, after all extensions had their say."""
    app.register_error_handler(RuleBroken, _rule_broken)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _bug)


def problem(
    status: int,
    slug: str,
    title: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    extra: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document: `type` names the kind, `detail` says what happened and what to do."""
    body: dict[str, object] = {
        "type": f"{request.host_url.rstrip('/')}/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": g.get("request_id", ""),
        **(extra or {}),
    }
    if errors:
        body["errors"] = errors
    response = Response(json.dumps(body), status=status, mimetype="application/problem+json")
    response.headers.update(headers or {})
    return response


def _rule_broken(error: RuleBroken) -> Response:
    headers = _headers(error)
    if is_machine_path(request.path):
        faults = [{"pointer": fault.pointer, "detail": fault.detail} for fault in error.errors]
        if error.status == 422 and not faults:
            faults = [{"pointer": "", "detail": error.detail}]  # the whole of what was sent
        about = (error.status, error.slug, error.title, error.detail)
        return problem(*about, errors=faults, extra=error.extra, headers=headers)
    return _page(error.status, error.slug, error.detail, headers)


def _headers(error: RuleBroken) -> dict[str, str]:
    if isinstance(error, RateLimited | Unavailable):
        return {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    return {}


def _csrf(_error: CSRFError) -> Response:
    detail = gettext("This page was open for a while. Reload it and send it once more; nothing was changed.")
    return _page(403, "csrf", detail, {})


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:  # a redirect that werkzeug raises, such as for a missing slash
        return Response(error.get_response().get_data(), status, dict(error.get_headers()))
    slug = getattr(error, "slug", None) or _HTTP_SLUGS.get(status, "malformed-request")
    headers = {name: value for name, value in error.get_headers() if name.lower() in {"allow", "retry-after"}}
    if status == 429:
        headers.setdefault("Retry-After", "60")
    if is_machine_path(request.path):
        return problem(status, slug, error.name, error.description or error.name, headers=headers)
    return _page(status, slug, "", headers)


def _bug(error: Exception) -> Response:
    log.error("request failed", exc_info=error, endpoint=request.endpoint)
    if is_machine_path(request.path):
        detail = "This is a fault of ours. It is in the log under this instance; nothing was half done."
        return problem(500, "internal-error", InternalServerError().name, detail)
    return _page(500, "internal-error", "", {})


def _page(status: int, slug: str, detail: str, headers: Mapping[str, str]) -> Response:
    html = render_template("errors/error.html", status=status, slug=slug, detail=detail)
    return Response(html, status=status, mimetype="text/html", headers=dict(headers))
