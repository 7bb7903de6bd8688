"""The sample lists and what a first import of them into an empty database says (CC0)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data" / "samples"
MESSY = FOLDER / "messy_5000.csv"
REGISTER = FOLDER / "register_500.csv"


def messy_expected() -> dict[str, Any]:
    """What the import of the messy list says."""
    expected: dict[str, Any] = json.loads(MESSY.with_suffix(".expected.json").read_text(encoding="utf-8"))
    return expected


def register_summary() -> dict[str, Any]:
    """What the register holds."""
    summary: dict[str, Any] = json.loads(REGISTER.with_suffix(".summary.json").read_text(encoding="utf-8"))
    return summary
