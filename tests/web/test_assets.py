"""What the first view of a page takes over the wire."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dialer.web import assets
from tests.people import Person
from tests.web.phone_bank import open_phone_bank
from tests.web.reader import Reader

MOST = 40 * 1024
"""Of the first view of the call screen (issue 8)."""
SHEET = "/static/css/call.css"
IMPORTED = re.compile(r'^(?:import|export)[^"\n]*"\./([\w-]+\.js)"', re.MULTILINE)


def test_the_first_view_of_the_call_screen_is_small_and_brings_no_softphone(client: FlaskClient, ctx, vic):
    open_phone_bank(ctx, vic)
    Reader(client).sign_in(vic.token)
    page = client.get("/call")
    fetched = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page.get_data(as_text=True)))
    waiting, taken = list(fetched), len(page.data)
    while waiting:
        address = waiting.pop()
        answer = client.get(address, headers={"Accept-Encoding": "gzip"}, buffered=True)
        taken += len(answer.data)
        text = gzip.decompress(answer.data) if "Content-Encoding" in answer.headers else answer.data
        if address.split("?")[0].endswith(".js"):
            folder = Path(address.split("?")[0]).parent
            for name in re.findall(
                r'^(?:import|export)[^"\n]*"\./([\w-]+\.js)"', text.decode(), re.MULTILINE
            ):
                if (more := f"{folder}/{name}") not in fetched:
                    fetched.add(more)
                    waiting.append(more)
    assert any("call.js" in address for address in fetched)
    assert not [address for address in fetched if "twilio" in address or "softphone" in address]
    assert taken <= MOST, f"{taken} bytes for {sorted(fetched)}"


@pytest.mark.parametrize("taken", ["gzip", "br"])
def test_a_file_goes_out_compressed_to_whoever_takes_it(client: FlaskClient, taken: str):
    plain = client.get(SHEET, buffered=True)
    smaller = client.get(SHEET, headers={"Accept-Encoding": taken}, buffered=True)
    assert "Content-Encoding" not in plain.headers
    assert smaller.headers["Content-Encoding"] == taken
    assert len(smaller.data) * 2 < len(plain.data)
    assert "Accept-Encoding" in plain.headers["Vary"]
    again = client.get(
        SHEET, headers={"Accept-Encoding": taken, "If-None-Match": smaller.headers["ETag"]}, buffered=True
    )
    assert (again.status_code, again.data) == (304, b"")
    known = client.get(SHEET, headers={"If-None-Match": plain.headers["ETag"]}, buffered=True)
    assert known.status_code == 304


def test_a_file_is_kept_once_whatever_it_is_asked_for_by(client: FlaskClient):
    kept = assets._compress.cache.data
    for address in (SHEET, f"{SHEET}?v=1", "/static/js/../css/call.css", "/static/css/./call.css"):
        answer = client.get(address, headers={"Accept-Encoding": "br"}, buffered=True)
        assert answer.status_code == 200
    assert [key for key in kept if key.startswith("br;") and key.endswith("call.css")] == ["br;css/call.css"]


def test_pages_go_out_as_they_are(client: FlaskClient, vic: Person):
    """They carry secrets beside what came in their address."""
    for path in ("/login", "/healthz"):
        answer = client.get(path, headers={"Accept-Encoding": "gzip, br"})
        assert "Content-Encoding" not in answer.headers
