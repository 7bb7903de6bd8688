"""Webhooks as the carrier signs and sends them."""

from __future__ import annotations

import asyncio
from unittest import mock
from urllib.parse import parse_qsl

import aiohttp
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from yarl import URL

from dialer.town.config import Terms
from dialer.town.webhooks import NOBODY, Params, Reply, Webhooks, form_of, signature
from tests.town.conftest import GWEN, US
from tests.towns import AUTH_TOKEN, STARTS_AT, Inbox, Town, run_apart

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(words, words), st.sampled_from(["", "?m=1", "?o=a%20b&m=%C3%A9"]))
def test_signatures_are_those_of_the_official_validator(params, query):
    url = f"https://phones.example.org/webhooks/twilio/messages/status{query}"
    made = signature(AUTH_TOKEN, url, params)
    assert made == RequestValidator(AUTH_TOKEN).compute_signature(url, params)
    assert RequestValidator(AUTH_TOKEN).validate(url, params, made)


@given(st.dictionaries(words, words))
def test_a_form_is_what_anybody_reads(params):
    assert dict(parse_qsl(form_of(params), keep_blank_values=True)) == params


class Unsteady(Webhooks):
    """Meets with these errors before it gets through."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__(AUTH_TOKEN, Terms)
        self.errors = list(errors)
        self.attempts = 0

    async def _post(self, where: URL, body: str, headers: Params) -> Reply:
        self.attempts += 1
        if self.errors:
            raise self.errors.pop(0)
        return Reply(204, "", "")


def sent(hooks: Unsteady) -> Reply:
    return run_apart(hooks.send("http://localhost/hook", {"Body": "Hello"}))


def unreachable() -> Exception:
    return aiohttp.ClientConnectorError(mock.Mock(), OSError("refused"))


def test_what_never_got_through_is_tried_once_more():
    hooks = Unsteady(unreachable())
    assert sent(hooks).ok
    assert hooks.attempts == 2


def test_and_only_once():
    hooks = Unsteady(unreachable(), unreachable())
    assert sent(hooks) is NOBODY
    assert hooks.attempts == 2


def test_what_may_have_got_through_is_not():
    hooks = Unsteady(aiohttp.ServerDisconnectedError())
    assert sent(hooks) is NOBODY
    assert hooks.attempts == 1


def test_an_error_of_ours_is_not_tried_again(town, send, inbox):
    town.orderly()
    inbox.status = 500
    message = send()
    town.advance(60)
    assert inbox.statuses() == ["sent", "delivered"]
    assert message.fetch().status == "delivered", "the network doesn't mind whether we listened"


def test_an_inbound_text_while_we_are_away_is_gone_but_listed(town, client):
    town.account(reached_at="http://127.0.0.1:9")
    assert town.text(GWEN, US, "STOP")["webhook_status"] == 0
    assert town.texts("inbound")[0]["taken_at"] is None
    town.advance(3600)
    [listed] = [text for text in client.messages.list(to=US) if text.direction == "inbound"]
    assert listed.body == "STOP"


def test_a_text_comes_with_what_we_answered(town, inbox):
    inbox.answers["/webhooks/twilio/messages/inbound"] = "<Response><Message>Thanks</Message></Response>"
    answered = town.text(GWEN, US, "Hello")
    assert answered["webhook_status"] == 200
    assert "Thanks" in answered["webhook_answer"]
    assert town.texts("inbound")[0]["taken_at"] == STARTS_AT.isoformat()


def test_nobody_is_waited_for_longer_than_fifteen_seconds(monkeypatch):
    """Here a fifth of one."""
    monkeypatch.setattr("dialer.town.webhooks.TOTAL_S", 0.2)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def run() -> Reply:
        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        hooks = Webhooks(AUTH_TOKEN, Terms)
        await hooks.start()
        reply = await hooks.send(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", {"Body": "Hello"})
        await hooks.close()
        server.close()
        return reply

    assert run_apart(asyncio.wait_for(run(), 10)) is NOBODY


def test_the_town_knows_how_long_our_webhooks_took(town: Town, inbox: Inbox) -> None:
    town.text(GWEN, US, "Hello")
    [took] = town.request("GET", "/ledger/webhooks?last_s=60")[1].values()
    assert took["count"] == 1
    assert 0 < took["p50"] <= took["p99"] <= took["most"]
    assert town.request("GET", "/ledger/webhooks?last_s=0")[1] == {}
