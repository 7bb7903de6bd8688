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
    return f"{answer(ctx, call_id)}&then=over"


def line(ctx: Context, call_id: uuid.UUID) -> str:
    """What is to happen now that a volunteer has answered, whose own line it is."""
    return f"{answer(ctx, call_id)}&leg=line"


def line_wait(ctx: Context, call_id: uuid.UUID) -> str:
    """What a volunteer hears who is alone in their room."""
    return f"{line(ctx, call_id)}&then=wait"


def line_left(ctx: Context, call_id: uuid.UUID, times: int) -> str:
    """What is to happen now that a volunteer isn't in their room any more, for the `times`-th time."""
    return f"{line(ctx, call_id)}&then=left&times={times}"


def supervisor(ctx: Context, call_id: uuid.UUID) -> str:
    """What is to happen now that a coordinator has answered who comes into a volunteer's room, or goes on in
    another one.
    """
    return f"{answer(ctx, call_id)}&leg=supervisor"


def supervisor_wait(ctx: Context, call_id: uuid.UUID) -> str:
    """What a coordinator hears who is alone in a room."""
    return f"{supervisor(ctx, call_id)}&then=wait"


def supervisor_left(ctx: Context, call_id: uuid.UUID) -> str:
    """What is to happen now that a coordinator isn't in the room any more."""
    return f"{supervisor(ctx, call_id)}&then=left"


def room(ctx: Context, call_id: uuid.UUID) -> str:
    """Where the room tells who comes and goes, to whoever came into it first."""
    return f"{_base(ctx)}/status?{_names(ctx, call_id)}&leg=room"


def inbound(ctx: Context, call_id: uuid.UUID) -> str:
    """The inbound line, from the beginning."""
    return f"{_base(ctx)}/inbound?{_names(ctx, call_id)}"


def pin(ctx: Context, call_id: uuid.UUID) -> str:
    """Where the PIN goes that a volunteer types on the inbound line."""
    return f"{inbound(ctx, call_id)}&then=pin"


def out_of_room(ctx: Context, call_id: uuid.UUID, tries: int) -> str:
    """What is to happen with somebody who isn't in a volunteer's room any more, after so many tries to get
    back there.
    """
    return f"{answer(ctx, call_id)}&then=back&tries={tries}"


def talked_on(ctx: Context, call_id: uuid.UUID) -> str:
    """What is to happen with somebody with whom a coordinator has talked on, once that room has ended."""
    return f"{answer(ctx, call_id)}&then=talked"


def alone_in_room(ctx: Context, call_id: uuid.UUID, times: int) -> str:
    """What somebody hears who is alone in a volunteer's room, for the `times`-th time."""
    return f"{answer(ctx, call_id)}&then=alone&tries={times}"


def on_hold(ctx: Context, call_id: uuid.UUID, language: str) -> str:
    """What somebody hears who is on hold. It names their language, so that nothing has to be looked up."""
    return f"{answer(ctx, call_id)}&then=held&in={language}"


def into_room(ctx: Context, call_id: uuid.UUID) -> str:
    """Where somebody whom we put through to a volunteer goes on with them, in the volunteer's room."""
    return f"{answer(ctx, call_id)}&then=room"


def machine(ctx: Context, call_id: uuid.UUID) -> str:
    """Where the carrier says who has answered, as it heard it beside the call."""
    return f"{_base(ctx)}/amd?{_names(ctx, call_id)}"


def message(ctx: Context, call_id: uuid.UUID, times: int) -> str:
    """What an answering machine hears, asked for the `times`-th time."""
    return f"{answer(ctx, call_id)}&then=message&times={times}"


def put_through(ctx: Context, call_id: uuid.UUID, then: str = "through", tries: int = 0) -> str:
    """What is to happen with one of two who go on without a volunteer: into their room (`through`), alone in
    it (`between`, after so many tries), out of it (`apart`).
    """
    return f"{answer(ctx, call_id)}&then={then}&tries={tries}"


def key_of_contact(ctx: Context, call_id: uuid.UUID) -> str:
    """Where the key goes that somebody presses whom we rang, and for whom nobody was free."""
    return f"{answer(ctx, call_id)}&then=key"


def status(ctx: Context, call_id: uuid.UUID, leg: Leg) -> str:
    """Where a leg tells what becomes of it."""
    return f"{_base(ctx)}/status?{_names(ctx, call_id)}&leg={leg}"


def recording(ctx: Context, call_id: uuid.UUID) -> str:
    """Where the carrier tells what became of the recording of a call."""
    return f"{_base(ctx)}/recording?{_names(ctx, call_id)}"


def first_words(ctx: Context, call_id: uuid.UUID) -> str:
    """What somebody hears whom a volunteer rings, before the two are joined."""
    return f"{answer(ctx, call_id)}&then=first"


def have_heard(ctx: Context, call_id: uuid.UUID) -> str:
    """That they have heard it; the two are joined."""
    return f"{answer(ctx, call_id)}&then=told"


def keys(ctx: Context, call_id: uuid.UUID) -> str:
    """Where the keys go that somebody presses on the inbound line."""
    return f"{inbound(ctx, call_id)}&then=keys"


def _base(ctx: Context) -> str:
    return ctx.public_url.rstrip("/") + _VOICE


def _names(ctx: Context, call_id: uuid.UUID) -> str:
    return f"o={ctx.organisation_id}&c={call_id}"
