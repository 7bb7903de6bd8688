"""Taking data away: tables as lines of CSV, audited, in bounded memory."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Final

from sqlalchemy import Row

from dialer.domain.access import Permission, require
from dialer.domain.csv_cells import csv_line
from dialer.domain.errors import NotFound
from dialer.services.context import Context
from dialer.services.gotv.pledges import PledgeSearch, pledge_csv
from dialer.store.models.calling import Campaign
from dialer.store.queries import exports as queries

KINDS: Final = ("contacts", "pledges", "turnout", "results")

_AT_ONCE: Final = 1_000
_TABLES: Final[dict[str, Callable[[uuid.UUID, uuid.UUID | None], queries.Table]]] = {
    "contacts": queries.contacts,
    "results": queries.results,
}


def export_csv(ctx: Context, kind: str, campaign_id: uuid.UUID | None = None) -> Iterator[str]:
    """The lines of one of `KINDS`, of everything or of one campaign, the header first.

    Cells that a spreadsheet would run are made harmless. Raises NotFound for a campaign that isn't there.
    """
    require(ctx.actor, Permission.EXPORT_RUN, campaign_id=campaign_id)
    _check_campaign(ctx, campaign_id)
    if kind == "pledges":
        return pledge_csv(ctx, PledgeSearch(campaign_id=campaign_id))
    if kind == "turnout":
        return pledge_csv(ctx, PledgeSearch(campaign_id=campaign_id, voted=True, with_turnout=True))
    with ctx.unit() as unit:
        about = "campaign" if campaign_id else "organisation"
        ctx.audit(unit, f"{kind}.exported", about, campaign_id or unit.organisation_id)
    return _lines(ctx, _TABLES[kind](ctx.organisation_id, campaign_id))


def _check_campaign(ctx: Context, campaign_id: uuid.UUID | None) -> None:
    if campaign_id is None:
        return
    with ctx.unit() as unit:
        if unit.session.get(Campaign, (unit.organisation_id, campaign_id)) is None:
            raise NotFound("There is no campaign with this id.")


def _lines(ctx: Context, statement: queries.Table) -> Iterator[str]:
    with ctx.unit() as unit:
        found = unit.session.execute(statement.execution_options(yield_per=_AT_ONCE))
        yield csv_line(found.keys())
        for row in found:
            yield csv_line(_cells(row))


def _cells(row: Row[*tuple[Any, ...]]) -> Iterator[object]:
    for value in row:
        yield f"{value.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, dt.datetime) else value
