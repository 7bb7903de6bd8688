"""A made-up register of any length: households, with numbers that are kept for fiction."""

from __future__ import annotations

import csv
import random
from itertools import product
from pathlib import Path
from typing import Final

HEADER: Final = [
    "Elector Number Prefix",
    "Elector Number",
    "Elector Number Suffix",
    "Elector Surname",
    "Elector Forename",
    "PostCode",
    "Address1",
    "Address2",
    "Address3",
    "Mobile",
    "Landline",
    "Email",
    "Support",
    "Do Not Call",
    "Notes",
]


def _words(text: str) -> list[str]:
    return text.split()


FORENAMES: Final = _words(
    "Siân Owen Carys Tom Zoë Bilal Mair Łukasz Uma Priya Efa Rhys Nisha José Wren Isla Gwen Idris Maya Noor"
    " Cai Elin Huw Leila Tomos Yusuf Agnieszka Dylan Freya Kofi"
)
MIDDLE: Final = ["", *(f" {letter}" for letter in "ABCDEFGHJKLMNPRSTW")]
SURNAMES: Final = [
    "".join(parts)
    for parts in product(
        _words("Ash Bro Car Den Eld Fen Gar Hol Ing Kes Lang Mor Nor Oak Prys Quar Row Sedg Thorn Wil"),
        ("", "b", "d", "l", "ing"),
        _words("ley down ford man ton well wick worth"),
    )
]
LANDLINES: Final = _words(
    "0113496 0114496 0115496 0116496 0117496 0118496 0121496 0131496 0141496 0151496 0161496 0191498"
)


def write_register(path: Path, rows: int) -> None:
    """Write so many electors, two to a household on one landline; two of three have a mobile.

    No more numbers are kept for fiction, so that in a long register dozens share each: harder than life.
    """
    chance = random.Random(20260507)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_elector(chance, nth) for nth in range(rows))


def _elector(chance: random.Random, nth: int) -> list[object]:
    house = nth // 2
    area = f"{'ABCDEFGH'[house // 8000 % 8]}{'ABCDEFGH'[house // 1000 % 8]}"
    mobile = f"07700 900{nth % 1000:03}" if nth % 3 else ""
    landline = f"{LANDLINES[house % len(LANDLINES)]}0{house % 1000:03}" if house % 2 else ""
    return [
        f"{area}{nth // 128_000}",
        nth % 2000 + 1,
        0,
        SURNAMES[house * 7919 % len(SURNAMES)],
        f"{chance.choice(FORENAMES)}{chance.choice(MIDDLE)}",
        f"BH{house % 20 + 1} 9Z{'NPQRSTUWXZ'[house % 10]}",
        house % 199 + 1,
        "Made-Up Terrace",
        "Exampleton",
        mobile,
        landline,
        f"e{nth}@example.org" if nth % 4 == 0 else "",
        chance.choice(["", "", "1", "2", "3", "4", "5"]),
        "Y" if nth % 50 == 0 else "",
        "Ask about the bus" if nth % 5 == 0 else "",
    ]
