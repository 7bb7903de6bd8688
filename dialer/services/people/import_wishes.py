"""What may be asked of an import: how its file is to be read, and what is to come of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.importing.header import bad_fields, given_twice
from dialer.services.people.import_head import ReadingWishes
from dialer.services.people.lists import check_region


class ImportOptions(ReadingWishes, total=False):
    """How a file is to be read; what is left out comes from the list, or is recognised."""

    default_region: str
    id_source: str
    register: str
    election_id: uuid.UUID
    on_match: str
    dry_run: bool
    tags: list[str]


def check_options(options: ImportOptions) -> None:
    """Refuse a region or a field that there isn't."""
    if "default_region" in options:
        check_region(options["default_region"], "/options/default_region")
    check_mapping(options.get("mapping", {}), "/options/mapping")


def check_mapping(mapping: Mapping[str, str], pointer: str) -> None:
    """Refuse a mapping to a field that there isn't, or of two columns to a field that takes one."""
    wrong = bad_fields(mapping)
    if wrong:
        errors = [FieldError(f"{pointer}/{key}", "There is no such field.") for key in wrong]
        raise ValidationFailed("The mapping names fields that there aren’t.", errors=errors)
    if twice := given_twice(mapping):
        errors = [
            FieldError(f"{pointer}/{key}", f"Another column is {mapping[key]} too. Keep one as custom.NAME.")
            for key in twice
        ]
        raise ValidationFailed("Two columns can’t be the same field.", errors=errors)
