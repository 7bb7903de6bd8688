"""Which electoral register an upload's elector numbers are from."""

from __future__ import annotations

import uuid

from dialer.domain.access import Permission, require
from dialer.domain.errors import InvalidTransition
from dialer.services.context import Context
from dialer.services.people.imports import import_of
from dialer.services.people.lists import list_of

REGISTER_LENGTH = 200
"""The most letters of a register's name."""


def register_of(ctx: Context, import_id: uuid.UUID) -> str:
    """The register that an import goes by: its own, else its list's. Empty where nobody named one."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        row = import_of(unit, import_id)
        of = list_of(unit, row.list_id) if row.list_id else None
        return str(row.options.get("register") or (of.register if of else None) or "")


def name_register(ctx: Context, import_id: uuid.UUID, register: str) -> None:
    """Say which register an import that waits is from; its list is that register's from then on.

    So next month's update, whoever sends it, is known as the same register's, and only the next year's,
    with another name, has its people found by name and address.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    require(ctx.actor, Permission.LIST_MANAGE)
    named = register.strip()[:REGISTER_LENGTH]
    if not named or named == register_of(ctx, import_id):
        return
    with ctx.unit() as unit:
        row = import_of(unit, import_id, lock=True)
        if row.state != "needs_mapping" or row.list_id is None:
            raise InvalidTransition("This import’s columns are chosen already.", state=row.state)
        row.options = {**row.options, "register": named}
        list_of(unit, row.list_id).register = named
        ctx.audit(unit, "list.changed", "list", row.list_id, {"fields": ["register"]})
