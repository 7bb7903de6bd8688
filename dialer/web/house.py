"""Whose page it is: the organisation behind the signed-in reader, or of the installation."""

from __future__ import annotations

from typing import Final, cast

from flask import Flask, g

from dialer.services.accounts.banner import Banner, organisation_banner
from dialer.settings import runs_town
from dialer.web.desk import current_actor, desk

_NOBODY_YET: Final = Banner(name="dialer", demo=False, paused=False)


def current_organisation() -> Banner:
    """Read once a page, and only by pages that name it: a refusal must not need the database."""
    if "organisation" not in g:
        actor = current_actor()
        organisation_id = actor.organisation_id if actor else None
        g.organisation = organisation_banner(desk().units, organisation_id) or _NOBODY_YET
    return cast("Banner", g.organisation)


def town_address() -> str | None:
    """The page of the simulated town, where this installation runs one: everybody it texts or rings lives
    there. It answers on the server's own machine only.
    """
    settings = desk().settings
    return (
        f"{settings.twilio_api_base_url}/" if runs_town(settings) and settings.twilio_api_base_url else None
    )


def install_house(app: Flask) -> None:
    """Give every template `organisation()`."""
    app.jinja_env.globals["organisation"] = current_organisation
