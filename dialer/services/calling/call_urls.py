"""The addresses that we give the carrier about a call; each names the call, so that even the first thing
told proves that it was taken.
"""

from __future__ import annotations

import uuid

from dialer.domain.ringing import Leg
from dialer.services.context import Context

_VOICE = "/webhooks/twilio/voice"


def answer(ctx: Context, call_id: uuid.UUID) -> str:
    """What is to happen now that the volunteer has answered."""
    return f"{_base(ctx)}/answer?{_names(ctx, call_id)}"


def after(ctx: Context, call_id: uuid.UUID) -> str:
    """What is to happen now that the contact's leg is over."""
    return f"{_base(ctx)}/answer?{_names(ctx, call_id)}&then=over"


def status(ctx: Context, call_id: uuid.UUID, leg: Leg) -> str:
    """Where a leg tells what becomes of it."""
    return f"{_base(ctx)}/status?{_names(ctx, call_id)}&leg={leg}"


def keys(ctx: Context, call_id: uuid.UUID) -> str:
    """Where the keys go that somebody presses on the inbound line."""
    return f"{_base(ctx)}/inbound?{_names(ctx, call_id)}&then=keys"


def _base(ctx: Context) -> str:
    return ctx.public_url.rstrip("/") + _VOICE


def _names(ctx: Context, call_id: uuid.UUID) -> str:
    return f"o={ctx.organisation_id}&c={call_id}"
