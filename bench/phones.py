"""How fast telephone numbers are read, and that the fast path agrees with libphonenumber.

Both read the same generated numbers in the same run: a million, and the first and last of every block.
The aim (issue 4): no difference at all, and at least 5 times as fast.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator

from dialer.domain import phone
from dialer.domain.phone_blocks import NATIONAL_DIGITS, blocks

AIM_TIMES = 5.0
REGIONS = {"GB": (44, ["0", "+44", "0044", "44", "+440", ""]), "US": (1, ["", "1", "+1"])}
_BEGINNINGS = {"GB": "7777711123589", "US": "23456789"}
_DIGITS = "0123456789"


def generated(region: str, count: int, chance: random.Random) -> Iterator[str]:
    """Numbers of ten digits in all their common writings, most of them valid, many not."""
    _, leads = REGIONS[region]
    for _ in range(count):
        digits = chance.choice(_BEGINNINGS[region]) + "".join(chance.choices(_DIGITS, k=NATIONAL_DIGITS - 1))
        if chance.random() < 0.5:
            digits = f"{digits[:4]} {digits[4:]}"
        yield chance.choice(leads) + digits


def edges(region: str) -> Iterator[str]:
    """The first and the last number of every block."""
    for block in blocks(REGIONS[region][0]):
        yield from (f"+{REGIONS[region][0]}{block:{digit}<{NATIONAL_DIGITS}}" for digit in "09")


def measure(region: str, texts: list[str]) -> tuple[int, float]:
    """Read them both ways: how many differ, and how many times as fast the fast path was."""
    quick, fast_s = _timed(phone.read_plain, region, texts)
    slow, slow_s = _timed(phone._read_slowly, region, texts)  # noqa: SLF001
    differ = sum(1 for ours, theirs in zip(quick, slow, strict=True) if ours is not None and ours != theirs)
    valid = sum(isinstance(found, phone.Phone) for found in slow)
    print(
        f"{region}  {len(texts):9,} numbers, {valid:,} valid, {len(texts) - quick.count(None):,} read fast"
        f"   libphonenumber {len(texts) / slow_s:9,.0f} a second   ours {len(texts) / fast_s:9,.0f}"
        f"   {differ} differ"
    )
    return differ, slow_s / fast_s


def _timed(
    read: Callable[[str, str, bool], object], region: str, texts: list[str]
) -> tuple[list[object], float]:
    """What was read, and the processor's seconds: other programs' work is not counted."""
    began = time.process_time()
    found = [read(text, region, True) for text in texts]
    return found, time.process_time() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=1_000_000)
    options = parser.parse_args()
    chance = random.Random(20260507)
    met = True
    for region, share in (("GB", 0.7), ("US", 0.3)):
        differ, times = measure(region, list(generated(region, int(options.numbers * share), chance)))
        differ += measure(region, list(edges(region)))[0]
        met = met and not differ and times >= AIM_TIMES
    print(f"aim: none differs, at least {AIM_TIMES:.0f} times as fast: {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
