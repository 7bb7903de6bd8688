"""What the app factory hands to every view, and the context made of it for one request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import cast

from flask import Flask, current_app, g

from dialer.clock import Clock
from dialer.domain.access import Actor
from dialer.domain.errors import Unauthenticated
from dialer.services.context import (
    BrowserStandIn,
    Context,
    JobQueue,
    Signatures,
    SnsCheck,
    Tokens,
    Units,
)
from dialer.settings import Settings
from dialer.settings.policies import messaging_policy, phone_policy, voice_policy


@dataclass(frozen=True, slots=True)
class Desk:
    """The adapters of this process. Views use it through `context()`."""

    settings: Settings
    units: Units
    jobs: JobQueue
    clock: Clock
    signatures: Signatures
    voice_tokens: Tokens
    stand_in: BrowserStandIn | None
    sns: SnsCheck | None = None


def desk() -> Desk:
    """The desk of the running app."""
    return desk_of(current_app)


def desk_of(app: Flask) -> Desk:
    """The desk of an app."""
    return cast("Desk", app.extensions["dialer"])


def moment() -> dt.datetime:
    """The one moment of this request."""
    return cast("dt.datetime", g.now)


def current_actor() -> Actor | None:
    """Whoever was recognised at the door; None on public pages."""
    return cast("Actor | None", g.get("actor"))


def context(actor: Actor | None = None) -> Context:
    """The deed's context of this request: one moment for all of it."""
    who = actor or current_actor()
    if who is None:
        raise Unauthenticated
    tools = desk()
    made = context_at(tools, who, g.now)
    return replace(made, units=g.get("units") or tools.units, request_id=g.get("request_id"))


def context_at(tools: Desk, who: Actor, now: dt.datetime) -> Context:
    """The deed's context of this moment, with the adapters of a desk."""
    return Context(
        units=tools.units,
        jobs=tools.jobs,
        actor=who,
        now=now,
        phones=phone_policy(tools.settings),
        public_url=tools.settings.public_url,
        data_dir=tools.settings.data_dir,
        messaging=messaging_policy(tools.settings),
        voice=voice_policy(tools.settings),
        home_language=tools.settings.phones_home_language,
    )
