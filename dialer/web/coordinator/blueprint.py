"""The coordinator's pages: one blueprint, and what all its templates are given."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g

from dialer.web.coordinator.text_wording import SAY_TEXTS
from dialer.web.coordinator.wording import SAY
from dialer.web.desk import desk

coordinator = Blueprint("coordinator", __name__)


@coordinator.context_processor
def everywhere() -> dict[str, Any]:
    """The tables of words as `say`, the moment of the request, and no fault unless a page names one.

    A refusal may come before the door has looked at the clock.
    """
    return {"say": {**SAY, **SAY_TEXTS}, "now": g.get("now") or desk().clock(), "errors": {}}
