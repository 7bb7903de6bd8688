"""Tokens for calls from the browser: what is in them, and what they can't be had for."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json

import pytest

from dialer.carrier.making import voice_tokens_of
from dialer.settings import Settings, completed

NOW = dt.datetime(2026, 5, 7, 12, 0, 0, 500_000, tzinfo=dt.UTC)
REAL = Settings(
    carrier="twilio",
    twilio_account_sid="AC" + "1" * 32,
    twilio_auth_token="the secret of the account",
    twilio_api_key_sid="SK" + "2" * 32,
    twilio_api_key_secret="a secret that signs tokens and opens nothing else",
    twilio_app_sid="AP" + "3" * 32,
)


def test_a_token_is_for_one_name_and_one_app_and_less_than_an_hour():
    token = voice_tokens_of(REAL).token_for("vol_7", NOW)
    head, claims = (json.loads(base64.urlsafe_b64decode(f"{part}===")) for part in token.text.split(".")[:2])
    assert (head["alg"], head["cty"]) == ("HS256", "twilio-fpa;v=1")
    assert (claims["iss"], claims["sub"]) == (REAL.twilio_api_key_sid, REAL.twilio_account_sid)
    assert claims["grants"] == {
        "identity": "vol_7",
        "voice": {"outgoing": {"application_sid": REAL.twilio_app_sid}},
    }
    assert claims["nbf"] <= NOW.timestamp() < claims["exp"] < NOW.timestamp() + 3600
    assert token.expires_at.timestamp() == claims["exp"]
    assert token.text not in repr(token)


@pytest.mark.parametrize("missing", ["twilio_api_key_sid", "twilio_api_key_secret", "twilio_app_sid"])
def test_without_a_key_and_an_app_there_are_none(missing: str):
    tokens = voice_tokens_of(dataclasses.replace(REAL, **{missing: ""}))
    assert not tokens.is_ready
    with pytest.raises(ValueError, match="API key"):
        tokens.token_for("vol_7", NOW)


@pytest.mark.parametrize("identity", ["", "vol 7", "vol-7", "Siân", "a" * 122])
def test_a_name_that_the_carrier_garbles_is_none(identity: str):
    with pytest.raises(ValueError, match="letters"):
        voice_tokens_of(REAL).token_for(identity, NOW)


def test_the_simulated_town_has_its_own_key_and_a_real_account_none(tmp_path):
    assert voice_tokens_of(completed(Settings(data_dir=tmp_path))).is_ready
    real = dataclasses.replace(REAL, data_dir=tmp_path, twilio_api_key_sid="", twilio_app_sid="")
    assert not voice_tokens_of(completed(real)).is_ready
