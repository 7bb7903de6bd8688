"""Write a table straight into a file of the caller's: what the command line does."""

from __future__ import annotations

from pathlib import Path

from dialer.domain.access import Permission, require
from dialer.domain.export import READS
from dialer.services.context import Context
from dialer.services.exporting.files import beside
from dialer.services.exporting.reading import open_table
from dialer.services.exporting.tables import Wanted
from dialer.services.exporting.writing import write_table


def export_into(ctx: Context, wanted: Wanted, of: str, path: Path) -> int:
    """Write a table into a file; returns its rows. Audited; what can't be written whole leaves the old file.

    Raises NotFound for a campaign or a list that isn't there.
    """
    require(ctx.actor, Permission.EXPORT_RUN, campaign_id=wanted.campaign_id)
    require(ctx.actor, READS[wanted.kind])
    with beside(path) as part, ctx.unit() as unit:
        table = open_table(unit, wanted)
        rows, _ = write_table(table, of, part, wanted.kind, _nobody)
        about = "campaign" if wanted.campaign_id else "organisation"
        whose = wanted.campaign_id or unit.organisation_id
        ctx.audit(unit, f"{wanted.kind}.exported", about, whose, {"format": of, "rows": rows})
        return rows


def _nobody(_rows: int) -> None:
    """Nobody asks how far it is."""
