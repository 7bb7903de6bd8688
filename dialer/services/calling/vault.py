"""Where the sound of recordings lies: in the data folder, each file encrypted under a key of its own."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from dialer.services.calling.recording_seal import SealedReader, SealedWriter, SpoiltError, unwrap, wrap
from dialer.services.context import Context
from dialer.services.exporting.files import beside

FOLDER: Final = "recordings"
ENDING: Final = ".sealed"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was written: its sealed key, and how long what is in it is."""

    wrapped_key: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Vault:
    """The files of one organisation, and the secret that opens their keys."""

    folder: Path
    secret_key: str

    def keep(self, about: uuid.UUID, fill: Callable[[Callable[[bytes], object]], object]) -> Kept:
        """Have something written by `fill`; nothing is left of what was not written to its end.

        Raises OSError where the disk refuses, and whatever `fill` does.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with beside(self.path(about)) as part, part.open("wb") as file:
            writer = SealedWriter(file, about)
            fill(writer.write)
            writer.finish()
            file.flush()
            os.fsync(file.fileno())  # the carrier is told to forget it after this
        return Kept(wrap(self.secret_key, writer.key, about), writer.size)

    @contextmanager
    def opened(self, about: uuid.UUID, wrapped_key: bytes, size: int) -> Iterator[SealedReader]:
        """A file to read from. Raises SpoiltError where it isn't there, or isn't what was written."""
        key = unwrap(self.secret_key, wrapped_key, about)
        with self._file(about) as file:
            yield SealedReader(file, key, about, size)

    def remove(self, about: uuid.UUID) -> None:
        """Take a file away; one that is gone is fine."""
        self.path(about).unlink(missing_ok=True)

    def path(self, about: uuid.UUID) -> Path:
        return self.folder / f"{about.hex}{ENDING}"

    def _file(self, about: uuid.UUID) -> BinaryIO:
        try:
            return self.path(about).open("rb")
        except FileNotFoundError:
            raise SpoiltError from None


def vault_of(ctx: Context, secret_key: str) -> Vault:
    """The files of the organisation in which all of this happens."""
    return Vault(folder_of(ctx), secret_key)


def folder_of(ctx: Context) -> Path:
    """Where they lie."""
    return ctx.data_dir / FOLDER / ctx.organisation_id.hex
