"""Whoever sends too much is told so, instead of losing the connection in the middle of sending."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient

BODY = b'{"name":"' + b"a" * 3_000_000 + b'"}'


@pytest.mark.parametrize(
    "length", [{"CONTENT_LENGTH": str(len(BODY))}, {"HTTP_TRANSFER_ENCODING": "chunked"}]
)
def test_what_is_refused_is_read_to_its_end(client: FlaskClient, length: dict[str, str]) -> None:
    body = io.BytesIO(BODY)

    refused = client.post(
        "/api/v1/lists",
        input_stream=body,
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, **length},
    )
    assert refused.status_code in {401, 413}
    assert body.read() == b""
