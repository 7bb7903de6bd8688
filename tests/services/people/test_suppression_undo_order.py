"""Suppression lists undone in whatever order bar what they would, had those that are gone never been."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import select, text

from dialer.services.context import Context
from dialer.services.people.import_undo import undo_import
from dialer.services.people.import_undo_run import run_undo
from dialer.services.people.suppression_imports import start_suppression_import
from dialer.services.people.suppression_run import run_suppression_import
from dialer.store.models.people import Suppression
from tests.phone_bank import mobile


@dataclass(frozen=True)
class List:
    """Whom a list names, by their places; whether it is the whole of its register."""

    names: frozenset[int]
    full: bool


def bring(ctx: Context, nth: int, one: List) -> uuid.UUID:
    numbers = "\n".join(mobile(each) for each in sorted(one.names))
    day = dt.date(2026, 1, 1) + dt.timedelta(days=nth)
    view = start_suppression_import(
        ctx,
        io.BytesIO(numbers.encode()),
        "list.txt",
        {"reason": "tps", "dated": day, "replace": one.full, "shrunk": True},
    )
    run_suppression_import(ctx, view.id, lambda: ctx.now)
    return view.id


def barred(ctx: Context) -> set[str | None]:
    with ctx.unit() as unit:
        return set(unit.session.scalars(select(Suppression.number).where(Suppression.lifted_at.is_(None))))


def forget_all(ctx: Context) -> None:
    with ctx.unit() as unit:
        unit.session.execute(text("DELETE FROM suppression"))
        unit.session.execute(text('DELETE FROM "import"'))


def as_if_only(ctx: Context, lists: Iterable[tuple[int, List]]) -> set[str | None]:
    forget_all(ctx)
    for nth, one in lists:
        bring(ctx, nth, one)
    return barred(ctx)


BASE = List(frozenset({1, 2, 3}), full=True)
SETS = [frozenset(names) for names in ((1,), (1, 2))]
LATER = [List(names, full) for names in SETS for full in (False, True)]
CASES = [
    ((BASE, *pair), undone)
    for pair in itertools.product(LATER, repeat=2)
    for undone in ((1, 2, 0), (2, 1, 0), (0, 2, 1), (1, 0, 2))
]


@pytest.mark.parametrize(("lists", "undone"), CASES)
def test_undone_in_any_order_they_leave_what_the_others_say(
    ctx: Context, lists: Sequence[List], undone: Sequence[int]
) -> None:
    ids = [bring(ctx, nth, one) for nth, one in enumerate(lists)]
    seen = []
    for nth in undone:
        undo_import(ctx, ids[nth], force=True)
        run_undo(ctx, ids[nth], lambda: ctx.now)
        seen.append(barred(ctx))
    gone: set[int] = set()
    for nth, left in zip(undone, seen, strict=True):
        gone.add(nth)
        assert left == as_if_only(ctx, [(at, one) for at, one in enumerate(lists) if at not in gone]), gone
