"""By whose clocks a postcode says that somebody lives."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.postcode_zones import zones_of_postcode
from dialer.domain.quiet_hours import QuietHours, is_quiet, is_zone, quiet_until

MOBILE, AMERICAN = "+447700900123", "+12125550123"
LONDON, EAST, CENTRAL, MOUNTAIN = "Europe/London", "America/New_York", "America/Chicago", "America/Denver"
PACIFIC, HALIFAX, TORONTO = "America/Los_Angeles", "America/Halifax", "America/Toronto"
START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
HOURS = QuietHours(dt.time(21), dt.time(9))


@pytest.mark.parametrize(
    ("postcode", "zones"),
    [
        ("CF10 1AA", (LONDON,)),
        ("cf101aa", (LONDON,)),
        ("W1A 0AX", (LONDON,)),
        ("GIR 0AA", (LONDON,)),
        ("BT1 5GS", (LONDON,)),
        ("IM1 1AA", (LONDON,)),
        ("JE2 3AB", (LONDON,)),
        ("GY1 2AB", (LONDON,)),
        ("GX11 1AA", ("Europe/Gibraltar",)),
        ("FIQQ 1ZZ", ("Atlantic/Stanley",)),
        ("BF1 1AA", ()),
        ("D02 X285", ("Europe/Dublin",)),
        ("D6W A1B2", ("Europe/Dublin",)),
        ("K1A 0B1", (TORONTO,)),
        ("k1a0b1", (TORONTO,)),
        ("A1C 5X1", ("America/St_Johns", HALIFAX)),
        ("V1C 1A1", ("America/Vancouver", "America/Edmonton")),
        ("V6B 1A1", ("America/Vancouver",)),
        ("10001-1234", (EAST,)),
        ("10001", ()),
        ("CF10", ()),
        ("75008", ()),
        ("somewhere", ()),
        ("٠٠٠٠٠", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_what_a_postcode_tells_of_somebody_with_a_british_mobile(
    postcode: str | None, zones: tuple[str, ...]
) -> None:
    assert zones_of_postcode(postcode, MOBILE, LONDON) == zones


@pytest.mark.parametrize(
    ("postcode", "zones"),
    [
        ("00501", (EAST,)),
        ("00901", ("America/Puerto_Rico",)),
        ("02134", (EAST,)),
        ("09012", ()),
        ("32501", (CENTRAL,)),
        ("32401", (EAST, CENTRAL)),
        ("33101", (EAST,)),
        ("34012", ()),
        ("37201", (CENTRAL,)),
        ("37402", (EAST, CENTRAL)),
        ("46201", (EAST,)),
        ("46402", (CENTRAL,)),
        ("49801", (EAST, CENTRAL)),
        ("60601", (CENTRAL,)),
        ("67735", (CENTRAL, MOUNTAIN)),
        ("77001", (CENTRAL,)),
        ("79901", (CENTRAL, MOUNTAIN)),
        ("80202", (MOUNTAIN,)),
        ("83501", (MOUNTAIN, PACIFIC)),
        ("85001", ("America/Phoenix",)),
        ("86503", ("America/Phoenix", MOUNTAIN)),
        ("90210", (PACIFIC,)),
        ("96799", ("Pacific/Honolulu", "Pacific/Pago_Pago")),
        ("96950", ("Pacific/Palau", "Pacific/Guam", "Pacific/Majuro")),
        ("97914", (MOUNTAIN, PACIFIC)),
        ("99501", ("America/Anchorage", "America/Adak")),
        ("99950", ("America/Anchorage",)),
        ("CF10 1AA", (LONDON,)),
    ],
)
def test_five_digits_are_a_zip_code_where_number_or_campaign_are_american(
    postcode: str, zones: tuple[str, ...]
) -> None:
    assert zones_of_postcode(postcode, AMERICAN, LONDON) == zones
    assert zones_of_postcode(postcode, MOBILE, "America/Detroit") == zones


_CODES = st.one_of(
    st.integers(0, 99_999).map("{:05}".format),
    st.from_regex(r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}", fullmatch=True),
    st.from_regex(r"[A-Z]\d[A-Z] \d[A-Z]\d", fullmatch=True),
    st.text(max_size=12),
)


@given(_CODES, st.sampled_from([MOBILE, AMERICAN]))
def test_every_code_is_of_zones_that_there_are(code: str, number: str) -> None:
    assert all(is_zone(zone) for zone in zones_of_postcode(code, number, LONDON))


@given(_CODES, st.integers(0, 15 * 365 * 24 * 60).map(lambda minutes: START + dt.timedelta(minutes=minutes)))
def test_a_postcode_only_ever_adds_quiet(code: str, now: dt.datetime) -> None:
    home = zones_of_postcode(code, AMERICAN, LONDON)
    without, with_it = quiet_until(now, HOURS, (LONDON,)), quiet_until(now, HOURS, (LONDON, *home))
    assert (with_it is None) == (not is_quiet(now, HOURS, (LONDON, *home)))
    if without is not None:
        assert with_it is not None
        assert with_it >= without
