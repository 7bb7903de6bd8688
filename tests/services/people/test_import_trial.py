"""An import that is only tried says what the real one then does, and changes nothing (contract §4)."""

from __future__ import annotations

import datetime as dt
import io
import os
import uuid
from dataclasses import asdict

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dialer.domain.errors import Conflict, InvalidTransition
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.services.people import import_trial_run
from dialer.services.people.import_report import list_rejected
from dialer.services.people.import_run import run_import
from dialer.services.people.import_trial import apply_trial
from dialer.services.people.import_undo import undo_import
from dialer.services.people.imports import cancel_import, get_import, start_import
from dialer.services.people.lost_uploads import discard_lost_uploads
from dialer.services.people.views import ImportView
from dialer.store.queries.import_merge import Merge, Merged
from tests.samples import MESSY, REGISTER
from tests.services.people.importing import bring_in, new_list

HEADER = "External ID,Elector number,First name,Surname,Phone,Email,Address,Support,Do not call,Email consent"
FIRST = f"""{HEADER}
1,A-1,Ann,Prys,07700 900001,ann@example.org,1 High St,1,,Y
2,A-2,Bob,Prys,01632 960001,,1 High St,,Y,
3,A-3,Cai,Prys,01632 960001,,1 High St,,,
,,Dai,Rees,01632 960001,,,,,
,,Eve,Rees,01632 960001,,,,,
,,Fay,Rees,01632 960001,,,,,
,,Gwen,Rees,01632 960001,,,,,
2,A-2,Bob,Prys,01632 960001,bob@example.org,,3,,
,,Nobody,,,not an address,,,,
,,Hal,Rees,07700 9000,hal@example.org,,,,
"""
CHANGED = f"""{HEADER}
1,A-1,Ann,Prys,07700 900001,ann@example.org,2 High St,2,,
2,A-2,Bob,Prys,01632 960001,,,,Y,
,,Gwen,Rees,01632 960001,gwen@example.org,,,,
,,Ian,Rees,01632 960001,,,,,
,,Hal,Rees,,HAL@example.org,,,,
9,A-3,Una,Vaughan,07700 900009,,,,,
,,Ian,Rees,01632 960001,,,,2,
"""
RENUMBERED = """Elector number,First name,Surname,Address,Phone
B-1,Cai,Prys,"1, High Street",
B-2,Ann,Prys,2 High St,
B-3,Bob,Prys,1 High St,
A-1,Zoe,Other,9 Low Road,
B-3,Yan,Other,9 Low Road,
"""
FILES: tuple[tuple[str, dict[str, object]], ...] = (
    (FIRST, {}),
    (FIRST, {}),
    (CHANGED, {"tags": ["June"]}),
    (CHANGED, {"on_match": "skip"}),
    (RENUMBERED, {"register": "2027"}),
)


TABLES = text("""
    SELECT tablename FROM pg_tables WHERE schemaname = 'public'
      AND tablename NOT IN ('import', 'import_row_issue', 'audit_entry', 'election')
""")


def trial(ctx: Context, source: str, list_id: uuid.UUID | None = None, **options: object) -> ImportView:
    return bring_in(ctx, source, list_id, dry_run=True, **options)


def everything(ctx: Context) -> dict[str, list[str]]:
    """Every row of every table but the imports', the reports', the audit log's and the first election."""
    with ctx.unit() as unit:
        names = unit.session.scalars(TABLES).all()
        rows = {
            name: unit.session.scalars(text(f'SELECT CAST(t.* AS text) FROM "{name}" AS t')) for name in names
        }
        return {name: sorted(found) for name, found in rows.items()}


def told(ctx: Context, view: ImportView) -> tuple[object, ...]:
    report = list_rejected(ctx, view.id, Page(limit=500)).items
    return view.state, view.counts, view.warnings, view.progress, report


@pytest.mark.parametrize(
    ("rows_a_chunk", "halved_from"),
    [(2, 2_000), pytest.param(5_000, 2_000, marks=pytest.mark.slow), (6, 2)],
)
def test_a_trial_says_what_the_import_then_does_and_changes_nothing(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, rows_a_chunk: int, halved_from: int
) -> None:
    monkeypatch.setattr("dialer.services.people.import_reading.BATCH_ROWS", rows_a_chunk)
    monkeypatch.setattr("dialer.services.people.import_batches.WORTH_HALVING", halved_from)
    list_id = new_list(ctx)
    seen = set()
    for source, options in FILES:
        before = everything(ctx)
        tried = trial(ctx, source, list_id, **options)
        assert everything(ctx) == before
        done = bring_in(ctx, source, list_id, **options)
        assert told(ctx, tried) == told(ctx, done)
        assert (tried.dry_run, done.dry_run) == (True, False)
        seen |= {name for name, count in asdict(done.counts).items() if count}
    assert seen == set(asdict(done.counts))


@pytest.mark.slow
def test_a_trial_of_the_sample_lists_says_what_their_import_does_by_halves(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.services.people.import_reading.BATCH_ROWS", 1_000)
    monkeypatch.setattr("dialer.services.people.import_batches.WORTH_HALVING", 10)
    list_id = new_list(ctx)
    for source in (REGISTER, MESSY, MESSY):
        tried = bring_in(ctx, source, list_id, dry_run=True)
        assert told(ctx, tried) == told(ctx, bring_in(ctx, source, list_id))


def test_whoever_shares_a_number_with_many_and_whoever_is_ours_is_found_in_a_trial(ctx: Context) -> None:
    crowd = [f"Person{n},Prys,01632 960009" for n in range(20)]
    bring_in(ctx, "\n".join(["First name,Surname,Phone", *crowd]))
    again = trial(ctx, "\n".join(["First name,Surname,Phone", *crowd[7:12], "Una,Prys,01632 960009"]))
    assert (again.counts.unchanged, again.counts.created) == (5, 1)
    with ctx.unit() as unit:
        one = unit.session.scalar(text("SELECT id FROM contact ORDER BY id LIMIT 1"))
    ours = trial(ctx, f"dialer_id,First name,Phone\n{one},Otto,01632 960009\n")
    assert (ours.counts.updated, ours.counts.created) == (1, 0)


def test_whoever_shares_a_number_is_counted_in_a_trial_though_no_row_names_the_others(ctx: Context) -> None:
    list_id = new_list(ctx)
    first = "1,Ann,Prys,07700 900001", "2,Bob,Rees,07700 900001", "3,Cai,Prys,07700 900003"
    bring_in(ctx, "\n".join(["External ID,First name,Surname,Phone", *first, ""]), list_id)
    by_id = "External ID,First name,Surname,Phone\n1,Ann,Prys,\n3,Cai,Prys,\n"
    for source, shared in ((by_id, [1]), ("First name,Surname,Phone\nDai,Puw,07700 900003\n", [1])):
        tried = trial(ctx, source, list_id)
        assert [one["count"] for one in tried.warnings if one["code"] == "shared_numbers"] == shared
        assert told(ctx, tried) == told(ctx, bring_in(ctx, source, list_id))


def test_a_trial_is_brought_in_once_without_another_upload(ctx: Context) -> None:
    tried = trial(ctx, FIRST, tags=["June"])
    started = apply_trial(ctx, tried.id)
    assert apply_trial(ctx, tried.id).id == started.id
    assert get_import(ctx, tried.id).trial_of == started.id
    run_import(ctx, started.id, lambda: ctx.now)
    done = get_import(ctx, started.id)
    assert (done.state, done.counts, done.warnings) == ("completed", tried.counts, tried.warnings)
    assert list((ctx.data_dir / "imports").iterdir()) == []
    for refused in (done.id, start_import(ctx, new_list(ctx), io.BytesIO(FIRST.encode()), "x", {}).id):
        with pytest.raises(InvalidTransition):
            apply_trial(ctx, refused)
    with pytest.raises(InvalidTransition):
        undo_import(ctx, tried.id)


def test_a_trials_file_is_kept_for_a_week_unless_it_is_let_go(ctx: Context) -> None:
    tried, dropped = trial(ctx, FIRST), trial(ctx, FIRST)
    assert cancel_import(ctx, dropped.id).state == "completed"
    with pytest.raises(Conflict):
        apply_trial(ctx, dropped.id)
    (path,) = (ctx.data_dir / "imports").iterdir()
    os.utime(path, (0, 0))
    assert discard_lost_uploads(ctx.at(ctx.now + dt.timedelta(days=6, hours=23))) == 0
    assert discard_lost_uploads(ctx.at(ctx.now + dt.timedelta(days=7, hours=1))) == 1
    with pytest.raises(Conflict):
        apply_trial(ctx, tried.id)


@pytest.mark.slow
def test_a_trial_that_was_killed_begins_again_and_says_the_same(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.services.people.import_reading.BATCH_ROWS", 3)
    whole = trial(ctx, FIRST)
    view = start_import(ctx, new_list(ctx), io.BytesIO(FIRST.encode()), "list.csv", {"dry_run": True})
    merged = import_trial_run.merge_stage
    with monkeypatch.context() as patch:
        twice = iter([merged, merged])

        def killed_at_the_third(session: Session, merge: Merge) -> Merged:
            return next(twice)(session, merge)

        patch.setattr(import_trial_run, "merge_stage", killed_at_the_third)
        with pytest.raises(StopIteration):
            run_import(ctx, view.id, lambda: ctx.now)
    assert get_import(ctx, view.id).counts.rows == 6
    later = ctx.at(ctx.now + dt.timedelta(minutes=5))
    run_import(later, view.id, lambda: later.now)
    assert told(ctx, get_import(ctx, view.id)) == told(ctx, whole)


@pytest.mark.slow
def test_a_trial_rests_while_others_have_their_turn(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialer.services.people.import_reading.BATCH_ROWS", 3)
    whole = trial(ctx, FIRST)
    view = start_import(ctx, new_list(ctx), io.BytesIO(FIRST.encode()), "list.csv", {"dry_run": True})
    for rows in (3, 6, 9, 10):
        assert run_import(ctx, view.id, lambda: ctx.now, lambda: True)
        assert get_import(ctx, view.id).counts.rows == rows
    assert not run_import(ctx, view.id, lambda: ctx.now)
    assert told(ctx, get_import(ctx, view.id)) == told(ctx, whole)
    stopped = start_import(ctx, new_list(ctx), io.BytesIO(FIRST.encode()), "list.csv", {"dry_run": True})
    run_import(ctx, stopped.id, lambda: ctx.now, lambda: True)
    cancel_import(ctx, stopped.id)
    assert import_trial_run.resting_at(stopped.id) is not None
    assert not run_import(ctx, stopped.id, lambda: ctx.now)
    assert import_trial_run.resting_at(stopped.id) is None


def test_a_trial_that_another_worker_began_keeps_its_turn(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.services.people.import_reading.BATCH_ROWS", 3)
    view = start_import(ctx, new_list(ctx), io.BytesIO(FIRST.encode()), "list.csv", {"dry_run": True})
    assert run_import(ctx, view.id, lambda: ctx.now, lambda: True)
    later = ctx.at(ctx.now + dt.timedelta(minutes=5))
    import_trial_run.forget_trial(view.id)  # as if another process were asked
    monkeypatch.setattr(type(ctx.jobs), "workers_alive", lambda _: 1)
    assert run_import(later, view.id, lambda: later.now, lambda: True)
    assert get_import(ctx, view.id).counts.rows == 3
    import_trial_run.forget_trial(view.id)
    monkeypatch.setattr(type(ctx.jobs), "workers_alive", lambda _: 3)
    latest = ctx.at(ctx.now + dt.timedelta(minutes=10))
    assert not run_import(latest, view.id, lambda: latest.now, lambda: True)
    assert (get_import(ctx, view.id).state, get_import(ctx, view.id).counts.rows) == ("completed", 10)


def test_the_database_lets_a_trial_change_nothing_real(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def astray(session: Session, *_given: object) -> None:
        session.execute(text("UPDATE contact_list SET name = 'astray'"))
        session.execute(text("UPDATE organisation SET name = 'astray'"))

    monkeypatch.setattr(import_trial_run, "merge_stage", astray)
    with pytest.raises(DBAPIError, match="read-only transaction"):
        trial(ctx, FIRST)
