"""The public REST API (contract §2): JSON in and out, bearer tokens, problem documents."""

from __future__ import annotations

from flask import Flask, Response, jsonify
from flask_smorest import Api

from dialer.domain.access import Permission
from dialer.web.api.description import complete
from dialer.web.api.idempotency import install_idempotency
from dialer.web.api.requests import check_request
from dialer.web.api.v1 import BLUEPRINTS
from dialer.web.guard import allow
from dialer.web.security import csrf

PREFIX = "/api/v1"


def install_api(app: Flask) -> None:
    """Register the resources and the description of them at `/openapi.json`."""
    app.config.update(API_TITLE="dialer", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    api = Api(app)
    app.before_request(check_request)
    for blueprint in BLUEPRINTS:
        csrf.exempt(blueprint)
        api.register_blueprint(blueprint, url_prefix=PREFIX)
    install_idempotency(app, PREFIX)

    document = complete(api.spec.to_dict())

    @app.get("/openapi.json")
    @allow(Permission.PUBLIC_READ)
    def openapi() -> Response:
        """All that is there, described (OpenAPI 3.1)."""
        return jsonify(document)
