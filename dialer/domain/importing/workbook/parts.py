"""The parts of a package, bounded before anything of them is unpacked."""

import zipfile
from typing import BinaryIO, Final, cast

from dialer.domain.importing.workbook.xml import DamagedWorkbook

_MOST_OF_SMALL: Final = 16 << 20
_RATIO_MOST: Final = 250
_RATIO_COUNTS_FROM: Final = 64 << 20
_ENCRYPTED: Final = 0x1


class Parts:
    """The parts of a package by name, whatever their letters' case."""

    def __init__(self, stream: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
            raise DamagedWorkbook("a damaged workbook or archive") from error
        self._parts = {info.filename.replace("\\", "/").lower(): info for info in self._zip.infolist()}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def names(self) -> list[str]:
        return list(self._parts)

    def open(self, name: str, most: int = _MOST_OF_SMALL) -> BinaryIO:
        """Open a part, unless it would unpack to more than `most` bytes or than any list does."""
        info = self._parts.get(name.lower())
        if info is None:
            raise DamagedWorkbook("a damaged workbook: a part of it is missing")
        self._check(info, most)
        try:
            return cast("BinaryIO", self._zip.open(info))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise DamagedWorkbook("a damaged workbook or archive") from error

    def check(self, most: int) -> None:
        """Refuse a package of which any part would unpack to more than `most` bytes."""
        for info in self._parts.values():
            self._check(info, most)

    @staticmethod
    def _check(info: zipfile.ZipInfo, most: int) -> None:
        if info.flag_bits & _ENCRYPTED:
            raise DamagedWorkbook("a password-protected archive. Save the list without a password")
        large = info.file_size > _RATIO_COUNTS_FROM
        if info.file_size > most or (large and info.file_size > _RATIO_MOST * info.compress_size):
            raise DamagedWorkbook(
                f"a workbook that unpacks to {info.file_size >> 20:,} MiB, far more than a list needs."
                " Save its sheet as CSV (UTF-8)"
            )
