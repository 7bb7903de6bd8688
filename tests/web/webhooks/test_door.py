"""Who may knock: the carrier, about our account, and nobody else; nothing of others is kept."""

from __future__ import annotations

import dataclasses

import pytest
from flask import Flask
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from dialer.app import create_app
from dialer.settings import Settings
from dialer.store.models.messaging import CarrierEvent
from dialer.store.session import UnitFactory
from tests.conftest import SetClock
from tests.examples import cases
from tests.towns import ACCOUNT_SID, AUTH_TOKEN, PUBLIC_URL
from tests.web.webhooks.conftest import Post, Signer

STATUS = "/webhooks/twilio/messages/status"
SID = "SM" + "0" * 32
PARAMS = {"MessageSid": SID, "MessageStatus": "delivered", "To": "+447700900123", "From": "+447700900001"}


def kept(units: UnitFactory) -> int:
    with units.read() as unit:
        return unit.session.scalar(select(func.count()).select_from(CarrierEvent)) or 0


def test_what_the_carrier_signed_is_kept_before_it_is_answered(signer: Signer, post: Post, units):
    assert signer.post(STATUS, PARAMS).status_code == 204
    assert kept(units) == 1


def test_the_same_again_changes_nothing(signer: Signer, post: Post, units):
    assert [signer.post(STATUS, PARAMS).status_code for _ in range(3)] == [204] * 3
    assert kept(units) == 1


@pytest.mark.parametrize("signature", ["", "x", "bm90aGluZw=="])
def test_without_the_right_signature_nothing_is_recorded(signature: str, signer: Signer, post: Post, units):
    answer = signer.post(STATUS, PARAMS, signature=signature)
    assert answer.status_code == 403
    assert answer.mimetype == "application/problem+json"
    assert answer.json["type"].endswith("/problems/bad-signature")
    assert "7700" not in answer.text
    assert kept(units) == 0


def test_what_was_changed_on_the_way_is_not_the_carriers(signer: Signer, post: Post, client, units):
    form = {"AccountSid": ACCOUNT_SID, **PARAMS}
    right = RequestValidator(AUTH_TOKEN).compute_signature(f"{PUBLIC_URL}{STATUS}?m=1", form)
    headers = {"X-Twilio-Signature": right}
    others = [
        ("?m=2", form),
        ("", form),
        ("?m=1", form | {"MessageStatus": "failed"}),
        ("?m=1", form | {"Extra": ""}),
    ]
    for query, data in others:
        assert client.post(STATUS + query, data=data, headers=headers).status_code == 403
    assert kept(units) == 0
    assert client.post(STATUS + "?m=1", data=form, headers=headers).status_code == 204


def test_another_account_is_not_ours(signer: Signer, post: Post, units):
    assert signer.post(STATUS, PARAMS | {"AccountSid": "AC" + "6" * 32}).status_code == 403
    assert signer.post(STATUS, PARAMS | {"AccountSid": []}).status_code == 403
    assert kept(units) == 0


def test_there_is_only_posting(client):
    assert client.get(STATUS).status_code == 405
    assert client.post("/webhooks/twilio/nothing").status_code == 404


def test_neither_cookie_nor_token_nor_form_key_opens(client, carys, post: Post, units):
    headers = {"Authorization": f"Bearer {carys.token}"}
    assert client.post(STATUS, data=PARAMS, headers=headers).status_code == 403
    assert kept(units) == 0


@pytest.fixture
def signer_with(settings: Settings, units, jobs, clock: SetClock, post: Post):
    """A signer at an app with other settings."""

    def make(token: str = AUTH_TOKEN, base: str = PUBLIC_URL, **changes: object) -> Signer:
        app = create_app(dataclasses.replace(settings, **changes), units=units, jobs=jobs, clock=clock)
        return Signer(app.test_client(), token, base)

    return make


def test_the_carrier_is_not_counted_as_one_address(signer_with):
    signer = signer_with(public_rate=2)
    assert {signer.post(STATUS, PARAMS).status_code for _ in range(20)} == {204}


@pytest.mark.parametrize("token", [AUTH_TOKEN, "the-one-before"])
def test_both_tokens_hold_while_one_is_changed(token: str, signer_with):
    signer = signer_with(token, twilio_auth_token_previous="the-one-before")
    assert signer.post(STATUS, PARAMS).status_code == 204


@pytest.mark.parametrize("base", cases(["https://dialer.example", "https://dialer.example:443"], quick=1))
def test_behind_a_proxy_the_public_url_counts(base: str, signer_with):
    """Whatever host and scheme the request itself came with, or says that it came with."""
    signer = signer_with(base=base, public_url="https://dialer.example/")
    said = {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_PROTO": "http"}
    assert signer.post(STATUS + "?m=a%2Fb&o=1", PARAMS, environ_overrides=said).status_code == 204


def test_whole_addresses_and_lone_question_marks_are_read(app: Flask, signer: Signer, post: Post):
    for raw in (f"http://proxy.internal{STATUS}", f"{STATUS}?"):
        assert signer.post(STATUS, PARAMS, environ_overrides={"RAW_URI": raw}).status_code == 204


def test_a_nul_is_mended_since_it_comes_but_once(signer: Signer, post: Post, units):
    assert signer.post(STATUS, PARAMS | {"To": "a\x00b"}).status_code == 204
    with units.read() as unit:
        assert unit.session.scalars(select(CarrierEvent.payload)).one()["To"] == "a\ufffdb"


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"MessageSid": "", "MessageStatus": ""},
        {"MessageSid": SID, "MessageStatus": "a new word", "ErrorCode": "many"},
        {"SmsSid": SID, "SmsStatus": "sent", "ErrorCode": "9" * 40},
    ],
)
@pytest.mark.parametrize("query", ["", "?m=no-id&o=nobody", "?m=&o=", "?m=1&m=2"])
def test_odd_parameters_are_no_reason_to_fail(params, query: str, signer: Signer, post: Post):
    assert signer.post(STATUS + query, params).status_code == 204
    assert post.apply() == 1
