"""`/l/CODE` leads on at once: to what stands with us and nowhere else, with nothing of whoever follows it."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dialer.services.context import Context
from dialer.services.messaging.launching import launch_blast
from dialer.services.messaging.link_figures import blast_links
from dialer.services.messaging.planning import plan_chunk
from dialer.store.models.messaging import Message
from dialer.web.desk import desk_of
from tests.texting import blast, people, system

VOTE = "https://example.org/vote?from=text&x=1"
PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5) Mobile/15E148", "Accept-Language": "cy"}

Made = tuple[Context, uuid.UUID, str]


@pytest.fixture
def made(ctx: Context) -> Made:
    """A text that is on its way to one person: its id, and the path of their link."""
    launched = launch_blast(ctx, blast(ctx, people(ctx, 1), body=f"Vote: {{link:{VOTE}}} now").id)
    plan_chunk(system(ctx), launched.id)
    with ctx.unit() as unit:
        [body] = [row.body for row in unit.session.query(Message)]
    return ctx, launched.id, body.split()[1].removeprefix("http://localhost")


def test_it_leads_on_with_nothing_of_whoever_follows(client: FlaskClient, made: Made):
    ctx, blast_id, path = made
    for way in (path, path.upper().replace("/L/", "/l/"), f"{path}."):
        answer = client.get(way, headers=PHONE)
        assert (answer.status_code, answer.headers["Location"]) == (302, VOTE)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "noindex" in answer.headers["X-Robots-Tag"]
    head = client.head(path, headers=PHONE)
    assert (head.status_code, head.headers["Location"]) == (302, VOTE)
    found = blast_links(ctx, blast_id)
    assert (found.people, found.links[0].clicks, found.links[0].machines["preview"]) == (1, 3, 1)


@pytest.mark.parametrize(
    "code", ["abcdefghij", "x", "..", "a" * 3000, "%00", "https:%2f%2fevil.example", "ŵ"]
)
def test_an_address_that_was_never_given_out_leads_nowhere(code: str, client: FlaskClient, made: object):
    answer = client.get(f"/l/{code}", headers=PHONE)
    assert answer.status_code in {404, 400}
    assert "Location" not in answer.headers


def test_an_address_behind_ours_changes_nothing(client: FlaskClient, made: Made):
    path = made[2]
    for extra in ("?url=https://evil.example", "?next=//evil.example", "#https://evil.example"):
        assert client.get(f"{path}{extra}", headers=PHONE).headers["Location"] == VOTE
    assert client.get(f"{path}/https://evil.example").status_code == 404
    assert client.post(path).status_code in {403, 405}


def test_whoever_guesses_has_to_wait(own_app: Flask, made: Made):
    desk = desk_of(own_app)
    own_app.extensions["dialer"] = replace(desk, settings=replace(desk.settings, public_rate=5))
    client = own_app.test_client()
    assert [client.get(f"/{at}/guess{nth}").status_code for nth, at in enumerate("lplplp")] == [404] * 5 + [
        429
    ]
    assert client.get(made[2], headers=PHONE).status_code == 429
