"""`dialer export KIND`: a table as a file."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import uuid
from pathlib import Path

from dialer.cli.command import Command, Outcome
from dialer.cli.installation import system_context
from dialer.domain.access import Permission
from dialer.domain.export import EXPORT_FORMATS, EXPORT_KINDS
from dialer.services.exporting.at_once import export_into
from dialer.services.exporting.tables import Wanted
from dialer.settings import Settings


def run(options: argparse.Namespace, settings: Settings) -> Outcome:
    """Write the table to the file, or to standard output when none is named."""
    if options.json and options.output is None:
        options.parser.error("--json needs -o FILE: the table would stand in the same output")
    wanted = Wanted(options.kind, options.campaign, options.list)
    with system_context(settings) as ctx:
        if options.output is not None:
            rows = export_into(ctx, wanted, options.format, options.output)
            return Outcome({"rows": rows, "file": str(options.output)}, f"{rows} rows in {options.output}")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "table"
            export_into(ctx, wanted, options.format, path)
            _show(path, options.format)
    return Outcome({})


def _show(path: Path, of: str) -> None:
    if of == "xlsx":
        with path.open("rb") as book:
            shutil.copyfileobj(book, sys.stdout.buffer)
        return
    with path.open(encoding="utf-8", newline="") as text:
        shutil.copyfileobj(text, sys.stdout)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(parser=parser)
    parser.add_argument("kind", choices=EXPORT_KINDS, help="what is exported")
    parser.add_argument("--campaign", type=uuid.UUID, help="only of this campaign")
    parser.add_argument("--list", type=uuid.UUID, help="only of the people in this list")
    parser.add_argument("--format", choices=EXPORT_FORMATS, default="csv", help="how it is written (csv)")
    parser.add_argument("-o", "--output", type=Path, help="the file to write; with --json it is needed")


COMMAND = Command(
    "export", "write a table as CSV, XLSX or JSON lines", Permission.EXPORT_RUN, run, add_arguments
)
