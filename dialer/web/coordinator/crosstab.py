"""Crosstabs: a campaign's people split two ways, as bars, as a table and as a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from flask import Response, render_template, url_for
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.crosstab import NAMING, Dimension, Side, read_side
from dialer.domain.csv_cells import csv_line
from dialer.domain.errors import NotFound, Unavailable
from dialer.domain.export import MEDIA_TYPES, file_name
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.calling.views import CampaignView
from dialer.services.context import Context
from dialer.services.exporting.sheets import workbook_of
from dialer.services.gotv.crosstab import Question, Wanted, crosstab, questions_of
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.crosstab_shown import BARS_MOST, DIMENSION, VOTED, sheet_of, shown, side_words
from dialer.web.coordinator.forms import asked, choices, everything
from dialer.web.coordinator.turnout import support_choices, supports_asked
from dialer.web.desk import context
from dialer.web.guard import allow

_USUAL: Final = {"rows": Side(Dimension.POLLING_DISTRICT), "columns": Side(Dimension.SUPPORT)}
_FIELDS: Final = ("campaign_id", "rows", "columns", "support", "polling_district", "voted", "known", "shares")
_QUESTION_LONG: Final = 60


@coordinator.get("/turnout/crosstab", endpoint="crosstab")
@allow(Permission.PLEDGE_READ)
def crosstab_page() -> str | tuple[str, int]:
    """The table that the address asks for; what isn't one of its choices asks for the usual one. It is costly
    to count, so an address that names neither rows nor columns only offers to.
    """
    ctx = context()
    campaigns = everything(lambda page: list_campaigns(ctx, page))
    campaign = _chosen(campaigns)
    if campaign is None:
        return render_template("coordinator/crosstab.html", campaign=None)
    questions = questions_of(ctx, campaign.id)
    wanted = _wanted(questions)
    form = _form(campaigns, campaign, questions, wanted)
    if not (asked("rows") or asked("columns")):
        return render_template("coordinator/crosstab.html", **form)
    try:
        found = crosstab(ctx, campaign.id, wanted)
    except Unavailable as late:
        return render_template("coordinator/crosstab.html", **form, late=gettext(late.detail)), late.status
    return render_template(
        "coordinator/crosstab.html",
        **form,
        found=found,
        shown=shown(found, _worded(questions), of_columns=asked("shares") == "columns"),
        bars_most=BARS_MOST,
    )


@coordinator.get("/turnout/crosstab.csv")
@allow(Permission.PLEDGE_READ)
def crosstab_csv() -> Response:
    """The same table for any spreadsheet."""
    lines = "".join(csv_line(row) for row in _sheet("csv"))
    return _file(lines.encode(), "csv")


@coordinator.get("/turnout/crosstab.xlsx")
@allow(Permission.PLEDGE_READ)
def crosstab_workbook() -> Response:
    """The same table as a workbook."""
    return _file(workbook_of("crosstab", _sheet("xlsx")), "xlsx")


def _sheet(of: str) -> list[list[str | int]]:
    ctx = context()
    campaign = _chosen(everything(lambda page: list_campaigns(ctx, page)))
    if campaign is None:
        raise NotFound
    questions = questions_of(ctx, campaign.id)
    found = crosstab(ctx, campaign.id, _wanted(questions), taken_as=of)
    return sheet_of(shown(found, _worded(questions), of_columns=False))


def _file(made: bytes, of: str) -> Response:
    response = Response(made, mimetype=MEDIA_TYPES[of])
    name = file_name("crosstab", of, context().now)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _chosen(campaigns: Sequence[CampaignView]) -> CampaignView | None:
    """The campaign that the address names, else the one that was made last and has begun."""
    if wanted := asked("campaign_id"):
        found = [one for one in campaigns if str(one.id) == wanted]
        if not found:
            raise NotFound
        return found[0]
    begun = [one for one in campaigns if one.state != "draft"] or list(campaigns)
    return begun[-1] if begun else None


def _wanted(questions: Sequence[Question]) -> Wanted:
    voted = asked("voted")
    asked_of = {question.side for question in questions}
    rows, columns = (_side(name, asked_of) for name in ("rows", "columns"))
    return Wanted(
        rows,
        columns,
        supports=supports_asked(),
        polling_district=asked("polling_district") or None,
        voted=voted == "yes" if voted in {"yes", "no"} else None,
        known=bool(asked("known")),
    )


def _side(name: str, asked_of: Collection[Side]) -> Side:
    side = read_side(asked(name))
    return side if side is not None and (side.node is None or side in asked_of) else _USUAL[name]


def _form(
    campaigns: Sequence[CampaignView], campaign: CampaignView, questions: Sequence[Question], wanted: Wanted
) -> Mapping[str, Any]:
    values = {name: asked(name) for name in _FIELDS} | {
        "campaign_id": str(campaign.id),
        "rows": str(wanted.rows),
        "columns": str(wanted.columns),
    }
    kept: dict[str, Any] = {name: value for name, value in values.items() if value}
    turned = kept | {"rows": kept["columns"], "columns": kept["rows"]}
    return {
        "campaign": campaign,
        "values": values,
        "campaign_choices": choices(campaigns),
        "side_choices": _sides(context(), questions),
        "support_choices": support_choices(),
        "voted_choices": [("", gettext("Any")), *((key, str(words)) for key, words in VOTED.items())],
        "share_choices": [("rows", gettext("Of each row")), ("columns", gettext("Of each column"))],
        "turned_href": url_for("coordinator.crosstab", **turned),
        "csv_href": url_for("coordinator.crosstab_csv", **kept),
        "xlsx_href": url_for("coordinator.crosstab_workbook", **kept),
    }


def _sides(ctx: Context, questions: Sequence[Question]) -> list[tuple[str, str]]:
    may_name = ctx.actor.may(Permission.VOLUNTEER_READ)
    plain = [Side(each) for each in DIMENSION if may_name or each not in NAMING]
    worded = _worded(questions)
    return [(str(side), side_words(side, worded)) for side in (*plain, *worded)]


def _worded(questions: Sequence[Question]) -> Mapping[Side, str]:
    """Each in few words; of an earlier script with its name."""
    return {
        one.side: " · ".join(_short(words) for words in (one.text, one.earlier) if words) for one in questions
    }


def _short(words: str) -> str:
    return words if len(words) <= _QUESTION_LONG else f"{words[:_QUESTION_LONG]}…"
