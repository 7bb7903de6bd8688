"""Lists of numbers and addresses that must not be contacted: uploaded here, brought in by a worker."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import IO, Any, Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.errors import UnreadableFile, ValidationFailed
from dialer.domain.importing.barred import barred_fields
from dialer.domain.importing.delimited import show_lost_letters
from dialer.domain.importing.header import Columns
from dialer.domain.suppressing import PREFERENCE_REGISTERS, SAID_BY_PEOPLE, channels_barred
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.services.people.import_files import discarded_on_error, store_upload, stored_file
from dialer.services.people.import_head import Expected, Head, ReadingWishes, columns_of, look_at_file
from dialer.services.people.import_run import enqueue_import
from dialer.services.people.import_words import file_warning
from dialer.services.people.imports import import_view
from dialer.services.people.lists import check_region
from dialer.services.people.views import ImportView
from dialer.store.models import new_id
from dialer.store.models.imports import Import

_CHOSEN: Final = frozenset({"phone", "email", "ignore"})


class BarringOptions(ReadingWishes, total=False):
    """What a list bars, and how it is to be read.

    `register` names the list where there are several for a reason (left out: the reason); `dated` is the day
    on which it was drawn up (today). `replace`: it is the whole of its register, and whatever the register
    named before is lifted; `shrunk`: even when that is more than half of it.
    """

    reason: str
    channels: list[str]
    register: str
    dated: dt.date
    replace: bool
    shrunk: bool
    default_region: str


def start_suppression_import(
    ctx: Context, upload: IO[bytes], filename: str, options: BarringOptions
) -> ImportView:
    """Store a list of numbers or addresses, look at it, and have a worker bar what is on it.

    `UnreadableFile` for what is no list or has neither numbers nor addresses; nothing is kept of it then.
    """
    require(ctx.actor, Permission.SUPPRESSION_MANAGE)
    kept = _checked(ctx, options)
    stored_as = store_upload(ctx.data_dir, ctx.organisation_id, upload)
    path = stored_file(ctx.data_dir, stored_as)
    with discarded_on_error(path):
        expected = Expected(kept["default_region"], ctx.now.date())
        options = {
            **options,
            "hidden_rows": "include",
        }  # what somebody hid in a sheet must not be contacted either
        head = look_at_file(path, options, expected)
        _check_is_whole(head, options)
        columns = _columns(head, options, expected)
        dated = "dated" in options or kept["reason"] not in PREFERENCE_REGISTERS
        return _create(ctx, filename, stored_as, head=head, columns=columns, options=kept, dated=dated)


def list_suppression_imports(ctx: Context, page: Page) -> Slice[ImportView]:
    """The lists that were brought in, newest first."""
    require(ctx.actor, Permission.SUPPRESSION_READ)
    with ctx.unit() as unit:
        statement = select(Import).where(
            Import.organisation_id == unit.organisation_id, Import.list_id.is_(None)
        )
        if (after := after_id(page)) is not None:
            statement = statement.where(Import.id < after)
        rows = unit.session.scalars(statement.order_by(Import.id.desc()).limit(page.limit + 1)).all()
        return cut(rows, page, lambda row: (str(row.id),)).map(import_view)


def _checked(ctx: Context, options: BarringOptions) -> dict[str, Any]:
    """The options as they are kept, with what was left out; refused where they can't be."""
    reason = options["reason"]
    region = options.get("default_region", ctx.phones.default_region)
    check_region(region, "/options/default_region")
    channels = channels_barred(reason, options.get("channels"))
    if not channels:
        raise ValidationFailed.at("/options/channels", "This reason bars calls only.")
    dated = options.get("dated", ctx.now.date())
    if dated > ctx.now.date() + dt.timedelta(days=1):  # it may be tomorrow already where they are
        raise ValidationFailed.at("/options/dated", "This day hasn’t come yet.")
    if options.get("replace") and reason in SAID_BY_PEOPLE:
        words = "What people asked for themselves is never lifted by a list. Leave this out."
        raise ValidationFailed.at("/options/replace", words)
    if wrong := set(options.get("mapping", {}).values()) - _CHOSEN:
        raise ValidationFailed.at("/options/mapping", f"There is no such field here: {min(wrong)}.")
    return {
        "reason": reason,
        "register": options.get("register") or reason,
        "channels": list(channels),
        "dated": dated.isoformat(),
        "replace": bool(options.get("replace")),
        "shrunk": bool(options.get("shrunk")),
        "default_region": region,
    }


def _check_is_whole(head: Head, options: BarringOptions) -> None:
    """Refuse to take one of several sheets for a whole register, unless somebody chose it."""
    several = any(warning["code"] == "sheets_left_out" for warning in head.warnings)
    if options.get("replace") and several and not options.get("sheet"):
        words = "This workbook has several sheets. Name the one that is the whole register, or save it alone."
        raise ValidationFailed.at("/options/sheet", words)


def _columns(head: Head, options: BarringOptions, expected: Expected) -> Columns:
    columns = columns_of(head.records, options, expected, None)
    if options.get("mapping"):
        fields = tuple(field if field in _CHOSEN else "ignore" for field in columns.fields)
    else:
        fields = barred_fields(columns, head.records, expected.region)
    if not set(fields) - {"ignore"}:
        raise UnreadableFile(
            f"There are no numbers or email addresses in the first {len(head.records)} rows of this file."
            " Put one on each line, or name a column “phone”. Nothing was brought in."
        )
    return Columns(columns.row, columns.headers, fields)


def _create(
    ctx: Context,
    filename: str,
    stored_as: str,
    *,
    head: Head,
    columns: Columns,
    options: dict[str, Any],
    dated: bool,
) -> ImportView:
    """`dated`: whether its day is known, where it matters how old the list is."""
    named = zip(columns.headers, columns.fields, strict=True)
    with ctx.unit() as unit:
        row = Import(
            organisation_id=unit.organisation_id,
            id=new_id(),
            state="queued",
            filename=show_lost_letters(Path(filename).name)[:255] or "list.csv",
            stored_as=stored_as,
            format=head.format,
            encoding=head.encoding,
            delimiter=head.delimiter,
            has_sep_line=head.form.sep_line,
            warnings=[*head.warnings, *([] if dated else [file_warning("undated")])],
            options={**options, "sheet": head.sheet} if head.sheet else options,
            header_row=columns.row,
            columns=[{"header": header, "field": field, "confidence": 1.0} for header, field in named],
            mapping=columns.mapping(),
            created_by=ctx.actor.account_id,
            created_at=ctx.now,
        )
        unit.session.add(row)
        unit.session.flush()
        audited = {"reason": options["reason"], "replace": options["replace"]}
        ctx.audit(unit, "suppressions.import_started", "import", row.id, audited)
        unit.after_commit(lambda: enqueue_import(ctx, row.id))
        unit.session.refresh(row)
        return import_view(row)
