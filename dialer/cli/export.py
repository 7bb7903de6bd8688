"""`dialer export KIND`: a table as CSV."""

from __future__ import annotations

import argparse
import sys
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from dialer.cli.command import Command, Outcome
from dialer.cli.installation import system_context
from dialer.domain.access import Permission
from dialer.services.exports import KINDS, export_csv
from dialer.settings import Settings


def run(options: argparse.Namespace, settings: Settings) -> Outcome:
    """Write the lines to the file, or to standard output when none is named."""
    if options.json and options.output is None:
        options.parser.error("--json needs -o FILE: the table would stand in the same output")
    with system_context(settings) as ctx:
        lines = export_csv(ctx, options.kind, options.campaign)
        if options.output is None:
            write(lines, sys.stdout)
            return Outcome({})
        rows = write_file(lines, options.output) - 1
    return Outcome({"rows": rows, "file": str(options.output)}, f"{rows} rows in {options.output}")


def write_file(lines: Iterable[str], path: Path) -> int:
    """Write them beside the file and put that in its place: half a table is never taken for the whole."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8", newline="") as file:
        written = write(lines, file)
    part.replace(path)
    return written


def write(lines: Iterable[str], file: TextIO) -> int:
    """Write them as they come, and say how many they were."""
    return sum(1 for line in lines if file.write(line))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(parser=parser)
    parser.add_argument("kind", choices=KINDS, help="what is exported")
    parser.add_argument("--campaign", type=uuid.UUID, help="only of this campaign")
    parser.add_argument("--format", choices=["csv"], default="csv", help="how it is written")
    parser.add_argument("-o", "--output", type=Path, help="the file to write; with --json it is needed")


COMMAND = Command("export", "write a table as CSV", Permission.EXPORT_RUN, run, add_arguments)
