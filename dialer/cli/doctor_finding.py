"""What one check of `dialer doctor` found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

START: Final = "start scripts/run, or look at what it says"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `remedy` is empty where all is well."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""

    def __str__(self) -> str:
        said = f"{'ok  ' if self.ok else 'BAD '} {self.name}: {self.detail}"
        return f"{said}\n      {self.remedy}" if self.remedy else said
