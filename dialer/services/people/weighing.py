"""Several noes to the same thing: the heaviest counts, and the others are kept for when it is taken back.

A no stands once a person and channel, or a place, channel and reason. Who was barred by a list or by us and
then says no themselves is out by their own no from then on, which only newer consent lifts (contract §4).
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from dialer.domain.opt_out import IN_A_TEXT, weight
from dialer.store.models.people import OptOut, Suppression
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a no came from: `source` such as `call`, `import` or `coordinator`, by whom, when."""

    source: str
    at: dt.datetime
    account_id: uuid.UUID | None = None
    result_id: uuid.UUID | None = None
    note: str | None = None


def weigh(row: OptOut | Suppression, origin: Origin, **about: uuid.UUID | None) -> bool:
    """Put a no said again in its place among those that stand; whether it is the one that counts now.

    Said again in the same way by the person, it counts from the later moment. `about` is what else changes in
    the row: whose no it is.
    """
    heavier = weight(origin.source) - weight(row.source)
    if heavier > 0:
        row.beneath = [*(row.beneath or ()), _kept(row)]
        _become(row, origin, about)
        return True
    if heavier == 0:
        if weight(row.source) >= IN_A_TEXT:
            row.created_at = max(row.created_at, origin.at)
        return False
    row.beneath = _among(row.beneath or [], _of(origin, about))
    return False


def step_back(unit: UnitOfWork, row: OptOut | Suppression, *, at: dt.datetime, reason: str) -> bool:
    """Take the no that counts back: the heaviest of those beneath takes its place; lifted, when none is.

    Of a place's, one that followed from a person's no has to stand with that person still. Returns whether it
    was lifted.
    """
    kept = list(row.beneath or ())
    while kept:
        before = kept.pop()
        if _stands(unit, before):
            row.beneath = kept or None
            _put_back(row, before)
            return False
    row.beneath = None
    row.lifted_at, row.lifted_reason = at, reason
    return True


def carry_on(unit: UnitOfWork, opt_out: OptOut) -> None:
    """Have what a person's no covers say the same as the no itself."""
    unit.session.execute(
        update(Suppression)
        .where(
            Suppression.organisation_id == unit.organisation_id,
            Suppression.opt_out_id == opt_out.id,
            Suppression.lifted_at.is_(None),
        )
        .values(source=opt_out.source, created_at=opt_out.created_at, created_by=opt_out.created_by)
    )


def all_of(row: OptOut | Suppression) -> list[tuple[str, dt.datetime]]:
    """Every no that a row stands for: from where, and when."""
    beneath = [(one["source"], dt.datetime.fromisoformat(one["at"])) for one in row.beneath or ()]
    return [(row.source, row.created_at), *beneath]


def _kept(row: OptOut | Suppression) -> dict[str, Any]:
    account = str(row.created_by) if row.created_by else None
    kept = {"source": row.source, "at": row.created_at.isoformat(), "by": account, "note": row.note}
    links = ("contact_id", "opt_out_id") if isinstance(row, Suppression) else ("result_id",)
    return kept | {link: str(getattr(row, link)) for link in links if getattr(row, link)}


def _of(origin: Origin, about: dict[str, uuid.UUID | None]) -> dict[str, Any]:
    account = str(origin.account_id) if origin.account_id else None
    kept = {"source": origin.source, "at": origin.at.isoformat(), "by": account, "note": origin.note}
    links = {**about, "result_id": origin.result_id}
    return kept | {link: str(value) for link, value in links.items() if value}


def _among(beneath: list[dict[str, Any]], one: dict[str, Any]) -> list[dict[str, Any]]:
    """Add a no unless one of its weight is there, the heaviest last."""
    if any(weight(other["source"]) == weight(one["source"]) for other in beneath):
        return beneath
    return sorted([*beneath, one], key=lambda other: weight(other["source"]))


def _become(row: OptOut | Suppression, origin: Origin, about: dict[str, uuid.UUID | None]) -> None:
    row.source, row.created_at, row.created_by = origin.source, origin.at, origin.account_id
    row.note = origin.note
    if isinstance(row, OptOut):
        row.result_id = origin.result_id
        return
    row.contact_id, row.opt_out_id = about.get("contact_id"), about.get("opt_out_id")


def _put_back(row: OptOut | Suppression, before: dict[str, Any]) -> None:
    origin = Origin(
        before["source"],
        dt.datetime.fromisoformat(before["at"]),
        account_id=_id(before, "by"),
        result_id=_id(before, "result_id"),
        note=before["note"],
    )
    _become(row, origin, {link: _id(before, link) for link in ("contact_id", "opt_out_id")})


def _id(before: dict[str, Any], name: str) -> uuid.UUID | None:
    return uuid.UUID(before[name]) if before.get(name) else None


def _stands(unit: UnitOfWork, before: dict[str, Any]) -> bool:
    if "opt_out_id" not in before:
        return True
    opt_out = unit.session.get(OptOut, (unit.organisation_id, uuid.UUID(before["opt_out_id"])))
    return opt_out is not None and opt_out.lifted_at is None and opt_out.source == before["source"]
