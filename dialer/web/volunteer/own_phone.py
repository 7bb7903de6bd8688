"""The volunteer's own phone, shown to be theirs once by a code, so that nobody else's phone is rung."""

from __future__ import annotations

import uuid

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, RateLimited, ValidationFailed
from dialer.services.accounts.phones import add_phone, confirm_phone, my_phones
from dialer.services.calling.sessions import current_session
from dialer.services.context import Context
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.notices import tell
from dialer.web.volunteer.hand import to_call

own_phone = Blueprint("own_phone", __name__, url_prefix="/call/phone")


@own_phone.get("")
@allow(Permission.PHONE_CONFIRM)
def ask() -> str:
    """Which phone is theirs."""
    ctx = context()
    known = next((one.phone for one in my_phones(ctx) if not one.confirmed), "")
    return _page(ctx, known)


@own_phone.post("")
@allow(Permission.PHONE_CONFIRM)
def send_code() -> str | Response:
    """Text a code to it; one that is known to be theirs needs none."""
    ctx = context()
    phone = request.form.get("phone", "").strip()
    try:
        added = add_phone(ctx, phone)
    except ValidationFailed as error:
        return _page(ctx, phone, errors={"phone": gettext(error.errors[0].detail)})
    except RateLimited as error:
        return _page(ctx, phone, errors={"phone": gettext(error.detail)})
    except Conflict:  # no campaign has a number that texts can come from
        words = gettext("We can’t text codes here yet. Ask your coordinator, or ring from your own phone.")
        return _page(ctx, phone, errors={"phone": words})
    return _known() if added.confirmed else _page(ctx, added.phone, sent=True)


@own_phone.post("/code")
@allow(Permission.PHONE_CONFIRM)
def take_code() -> str | Response:
    """The code that was read on it."""
    ctx = context()
    phone = request.form.get("phone", "").strip()
    try:
        confirm_phone(ctx, phone, request.form.get("code", "").strip())
    except ValidationFailed as error:
        return _page(ctx, phone, sent=True, errors={"code": gettext(error.errors[0].detail)})
    return _known()


def _known() -> Response:
    if (shifts := _shifts()) is not None:
        tell(gettext("That’s your phone. Now we can ring it when you listen in."))
        return redirect(shifts, code=303)
    tell(gettext("That’s your phone. Now we can ring it and put you through."))
    return to_call()


def _shifts() -> str | None:
    """The page of a campaign's shifts, where a coordinator comes from there; None for anybody else."""
    try:
        campaign_id = uuid.UUID(request.values.get("shifts", ""))
    except ValueError:
        return None
    return f"/campaigns/{campaign_id}/shifts"


def _page(ctx: Context, phone: str, *, sent: bool = False, errors: dict[str, str] | None = None) -> str:
    shift = current_session(ctx)
    return render_template(
        "volunteer/own_phone.html",
        phone=phone,
        sent=sent,
        errors=errors or {},
        calls=shift.calls if shift else 0,
        shifts=request.values.get("shifts", "") if _shifts() else "",
        back=_shifts() or "/call",
    )
