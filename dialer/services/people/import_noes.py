"""How many of the people in a file aren't to be contacted: nobody's no is lost by bringing a list in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from dialer.services.context import Context
from dialer.services.people.imports import get_import
from dialer.store.queries.opt_outs import noes_of_import


def import_noes(ctx: Context, import_id: uuid.UUID) -> Mapping[str, int]:
    """People whom an import named and who said no, by channel: in this file, or before or since."""
    get_import(ctx, import_id)
    with ctx.unit() as unit:
        return noes_of_import(unit.session, unit.organisation_id, import_id)
