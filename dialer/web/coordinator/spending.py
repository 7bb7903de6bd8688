"""What was spent, for the return of a campaign's spending: a period, its sums, and a file of them."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from flask import Response as FlaskResponse
from flask import render_template, url_for
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import ValidationFailed
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.context import Context
from dialer.services.spending import Period, Spending, add_up, as_csv
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    asked,
    choices,
    everything,
    faults_of,
    id_of,
    same_names,
)
from dialer.web.desk import context
from dialer.web.downloads import csv_response
from dialer.web.guard import allow

_FIELD_AT: Final = same_names("from", "to", "campaign_id")


@coordinator.get("/spending")
@allow(Permission.STATS_READ)
def spending() -> Answer:
    """The sums of a period: of all time, unless days are asked for."""
    try:
        return _page(add_up(context(), _period()))
    except ValidationFailed as error:
        return _page(Spending((), ()), faults_of(error, _FIELD_AT)), 422


@coordinator.get("/spending.csv")
@allow(Permission.STATS_READ)
def spending_file() -> FlaskResponse:
    """The same as a file."""
    return csv_response(as_csv(add_up(context(), _period())), "spending.csv")


def _period() -> Period:
    return Period(_day("from"), _day("to"), id_of(of) if (of := asked("campaign_id")) else None)


def _day(name: str) -> dt.date | None:
    if not (written := asked(name)):
        return None
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        raise ValidationFailed.at(f"/{name}", gettext("Give a day, such as 2026-05-07.")) from None


def _page(found: Spending, errors: Faults | None = None) -> str:
    ctx = context()
    asked_for: dict[str, Any] = {name: asked(name) for name in ("from", "to", "campaign_id")}
    return render_template(
        "coordinator/spending.html",
        lines=found.lines,
        totals=found.totals,
        in_doubt=found.in_doubt,
        doubt_currency=found.doubt_currency,
        waiting=found.waiting,
        values=asked_for,
        errors=errors or {},
        campaigns=_campaigns(ctx),
        csv_href=url_for("coordinator.spending_file", **{name: of for name, of in asked_for.items() if of}),
    )


def _campaigns(ctx: Context) -> list[tuple[str, str]]:
    """To choose from; none for an observer, who sees figures and no campaigns."""
    if not ctx.actor.may(Permission.CAMPAIGN_READ):
        return []
    return choices(everything(lambda page: list_campaigns(ctx, page)), gettext("All campaigns"))
