"""The public REST API (contract §2): JSON in and out, bearer tokens, problem documents."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api

from dialer.domain.access import Permission
from dialer.web.api.requests import check_request
from dialer.web.api.v1 import BLUEPRINTS
from dialer.web.guard import allow
from dialer.web.security import csrf

PREFIX = "/api/v1"


def install_api(app: Flask) -> None:
    """Register the resources and the description of them at `/openapi.json`."""
    app.config.update(
        API_TITLE="dialer",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = Api(app)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    app.before_request(check_request)
    for blueprint in BLUEPRINTS:
        csrf.exempt(blueprint)
        api.register_blueprint(blueprint, url_prefix=PREFIX)
    name = "api-docs.openapi_json"
    app.view_functions[name] = allow(Permission.PUBLIC_READ)(app.view_functions[name])
