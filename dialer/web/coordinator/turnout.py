"""Pledges and turnout: the figures, the table behind them, marks made and taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Response as FlaskResponse
from flask import render_template, request, stream_with_context, url_for
from flask_babel import gettext, ngettext

from dialer.domain.access import Permission
from dialer.domain.election import PollingDay
from dialer.domain.elector_number import listed_numbers
from dialer.domain.errors import RuleBroken, ValidationFailed
from dialer.domain.pledge import PLEDGED
from dialer.domain.turnout import MAX_MARKS, TURNOUT_SOURCES
from dialer.domain.turnout_bounds import SILENT_AFTER
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.context import Context
from dialer.services.gotv.elections import ElectionView, list_elections
from dialer.services.gotv.mark_review import waiting_marks
from dialer.services.gotv.pledges import PledgeSearch, list_pledges, pledge_csv
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.turnout_summary import HourTurnout, turnout_summary
from dialer.services.gotv.turnout_undo import undo_turnout
from dialer.services.gotv.views import NewMark
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    asked,
    choices,
    everything,
    faults_of,
    go,
    id_of,
    next_address,
    page_asked,
    said,
    said_or_none,
)
from dialer.web.coordinator.wording import SOURCE, SUPPORT
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.words import marked

_FILTERS: Final = ("support", "campaign_id", "polling_district")
_SOURCES: Final = ("teller", "phone", "door", "postal_list", "manual")
_NUMBERS_SHOWN: Final = 5
_ROWS_SHOWN: Final = 25
_SILENT_AFTER_S: Final = SILENT_AFTER.total_seconds()


@coordinator.get("/turnout")
@allow(Permission.PLEDGE_READ)
def turnout() -> str:
    """The figures of the current election, and the table that a filter finds."""
    return _page()


@coordinator.get("/turnout/pledges.csv")
@allow(Permission.PLEDGE_READ)
def pledges_csv() -> FlaskResponse:
    """The table that a filter finds, as a file."""
    lines = stream_with_context(pledge_csv(context(), _search()))
    headers = {"Content-Disposition": 'attachment; filename="pledges.csv"'}
    return FlaskResponse(lines, mimetype="text/csv", headers=headers)


@coordinator.post("/turnout/marks")
@allow(Permission.TURNOUT_RECORD)
def mark_voted() -> Answer:
    """Mark electors as voted, by their numbers."""
    try:
        done = mark_turnout(context(), _marks("numbers", "source"))
    except RuleBroken as error:
        return _page(
            faults_of(error, {"/marks": "numbers", "/numbers": "numbers", "/source": "source"})
        ), error.status
    words = [ngettext("One person is marked as voted.", "%(num)s people are marked as voted.", done.accepted)]
    if done.duplicates:
        words.append(ngettext("One was marked before.", "%(num)s were marked before.", done.duplicates))
    if done.unknown:
        words.append(
            gettext(
                "Not on our lists: %(numbers)s. Kept; they count when the register comes.",
                numbers=some_of(done.unknown),
            )
        )
    if done.held:
        words.append(gettext("Held for you to look at: %(numbers)s.", numbers=some_of(done.held)))
    waits = done.unknown or done.held
    return go("coordinator.turnout", " ".join(words), "warn" if waits else "good")


@coordinator.post("/turnout/undo")
@allow(Permission.TURNOUT_UNDO)
def take_marks_back() -> Answer:
    """Take marks back, with the reason."""
    try:
        if not said("reason"):
            raise ValidationFailed.at("/reason", gettext("Say why: it stays in the history."))
        done = undo_turnout(context(), _marks("undo_numbers"), reason=said("reason"))
    except RuleBroken as error:
        fields = {"/marks": "undo_numbers", "/undo_numbers": "undo_numbers", "/reason": "reason"}
        return _page(faults_of(error, fields)), error.status
    words = [ngettext("One mark is taken back.", "%(num)s marks are taken back.", done.undone)]
    if done.unknown:
        words.append(gettext("Not on our lists: %(numbers)s.", numbers=some_of(done.unknown)))
    return go("coordinator.turnout", " ".join(words), "warn" if done.unknown else "good")


def numbers_typed(field: str) -> list[str]:
    """The elector numbers in a field: at least one, and as many as are taken at once."""
    numbers = listed_numbers(said(field))
    if not numbers:
        raise ValidationFailed.at(f"/{field}", gettext("Type at least one elector number."))
    if len(numbers) > MAX_MARKS:
        raise ValidationFailed.at(f"/{field}", gettext("Send at most 5,000 numbers at once."))
    return numbers


def _marks(field: str, source_field: str | None = None) -> list[NewMark]:
    """The numbers typed in a field, as marks."""
    numbers = numbers_typed(field)
    source = said_or_none(source_field) if source_field else None
    if source is not None and source not in TURNOUT_SOURCES:
        raise ValidationFailed.at("/source", gettext("Choose who says so."))
    district = said_or_none("polling_district")
    return [NewMark(number, source=source, polling_district=district) for number in numbers]


def some_of(numbers: Sequence[str]) -> str:
    """The first few numbers, and how many more there are."""
    shown = ", ".join(numbers[:_NUMBERS_SHOWN])
    more = len(numbers) - _NUMBERS_SHOWN
    return shown if more <= 0 else gettext("%(numbers)s and %(more)s more", numbers=shown, more=more)


def _search() -> PledgeSearch:
    """What the filter in the address asks for; what isn't one of its choices asks for nothing."""
    supports = supports_asked()
    campaign_id = asked("campaign_id")
    return PledgeSearch(
        campaign_id=id_of(campaign_id) if campaign_id else None,
        supports=supports,
        polling_district=asked("polling_district") or None,
        with_turnout=not supports,
    )


def supports_asked() -> tuple[int, ...]:
    """The levels of support that the address asks for: one, or those that are promises; none: any."""
    support = asked("support")
    return PLEDGED if support == "pledged" else (int(support),) if support in set("12345") else ()


def support_choices() -> list[tuple[str, str]]:
    """The field of that filter."""
    levels = [(str(level), f"{level} · {words}") for level, words in SUPPORT.items() if level]
    return [("", gettext("Any")), ("pledged", gettext("1 and 2: promises")), *levels]


def _page(errors: Faults | None = None) -> str:
    ctx = context()
    election = next(one for one in everything(lambda page: list_elections(ctx, page)) if one.current)
    summary = turnout_summary(ctx, None)
    waiting = waiting_marks(ctx) if ctx.actor.may(Permission.TURNOUT_REVIEW) else []
    return render_template(
        "coordinator/turnout.html",
        election=election,
        until_close=_until_close(ctx, election),
        summary=summary,
        waiting=sum(one.held + one.unknown for one in waiting),
        left=summary.pledged - summary.pledged_voted,
        kept=summary.pledged_voted / summary.pledged if summary.pledged else 0,
        districts=summary.by_polling_district,
        silent=[row for row in summary.by_polling_district if (row.silent_for_s or 0) > _SILENT_AFTER_S],
        silent_after_s=_SILENT_AFTER_S,
        widest=max((row.pledged for row in summary.by_polling_district), default=0),
        **_hours(ctx, summary.by_hour, election),
        **_table(ctx, [row.polling_district for row in summary.by_polling_district]),
        source_choices=[(source, SOURCE[source]) for source in _SOURCES],
        values={name: said(name) for name in ("numbers", "polling_district", "undo_numbers", "reason")}
        | {"source": said("source") or "teller"},
        undo_open=request.endpoint == "coordinator.take_marks_back",
        errors=errors or {},
    )


def _until_close(ctx: Context, election: ElectionView) -> float | None:
    """Seconds until the polls close, while they are open."""
    day = PollingDay(election.polling_on, election.opens_at, election.closes_at, election.timezone)
    opens, closes = day.at(election.opens_at), day.at(election.closes_at)
    if opens is None or closes is None or not opens <= ctx.now < closes:
        return None
    return (closes - ctx.now).total_seconds()


def _hours(ctx: Context, hours: Sequence[HourTurnout], election: ElectionView) -> Mapping[str, Any]:
    """The chart by hour: at most its last day, with the first, middle and last hour named."""
    shown = list(hours)[-24:]
    ends = [shown[0], shown[len(shown) // 2], shown[-1]] if len(shown) > 2 else shown
    return {
        "hours": shown,
        "hour_open": bool(shown) and ctx.now - shown[-1].hour < dt.timedelta(hours=1),
        "top_hour": max((hour.voted for hour in shown), default=0),
        "hour_labels": [_hour_label(hour.hour, election.timezone) for hour in ends],
    }


def _hour_label(hour: dt.datetime, zone: str) -> str:
    return marked(hour, zone, hour.astimezone(ZoneInfo(zone)).date())


def _table(ctx: Context, districts: Sequence[str | None]) -> Mapping[str, Any]:
    page = page_asked(_ROWS_SHOWN)
    found = list_pledges(ctx, _search(), page)
    filters = {name: asked(name) for name in _FILTERS}
    set_filters = {name: value for name, value in filters.items() if value}
    campaigns = everything(lambda page: list_campaigns(ctx, page))
    return {
        "rows": found.items,
        "filters": filters,
        "support_choices": support_choices(),
        "campaign_choices": choices(campaigns, gettext("Any campaign")),
        "district_choices": [("", gettext("Any"))] + [(name, name) for name in districts if name],
        "more": next_address(found, "coordinator.turnout", _anchor="table", **set_filters),
        "earlier": _address("coordinator.turnout", set_filters) + "#table" if page.after else None,
        "csv_href": _address("coordinator.pledges_csv", set_filters),
    }


def _address(endpoint: str, asking: Mapping[str, Any]) -> str:
    return url_for(endpoint, **asking)
