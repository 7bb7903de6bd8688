"""Numbers and dates as a workbook's formats show them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.importing.workbook.date_format import Calendar
from dialer.domain.importing.workbook.number_format import BUILTIN, number_format, plain

NEWEST = dt.date(2026, 11, 22)


def show(number: str, code: str, *, day_first: bool = True, from_1904: bool = False) -> str:
    form = number_format(code, day_first)
    if form is None:
        return plain(Decimal(number))
    if form.is_date:
        return Calendar(from_1904, day_first, NEWEST).show(Decimal(number), form)
    return form.show(Decimal(number))


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        ("7700900123", "General", "7700900123"),
        ("7700900123.0", "General", "7700900123"),
        ("7.700900123E9", "General", "7700900123"),
        ("447700900123", "@", "447700900123"),
        ("0.1", "General", "0.1"),
        ("0.30000000000000004", "General", "0.3"),
        ("-12.50", "General", "-12.5"),
        ("12345678901234567890", "General", "1.23456789012346E+19"),
        ("7700900123", "00000000000", "07700900123"),
        ("7700900123", "00000 000000", "07700 900123"),
        ("2025550123", "(###) ###\\-####", "(202) 555-0123"),
        ("2025550123", "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "(202) 555-0123"),
        ("5550123", "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "555-0123"),
        ("7700900123", '"+44 "0', "+44 7700900123"),
        ("7700900123", "#,##0", "7700900123"),
        ("7700900123", "0.00", "7700900123.00"),
        ("0.5", "0%", "50%"),
        ("0.1234", "0.00%", "12.34%"),
        ("1234.5", "#,##0.00", "1,234.50"),
        ("-1234.5", "#,##0.00;(#,##0.00)", "(1,234.50)"),
        ("1234.5", '"£"#,##0.00', "£1,234.50"),
        ("1234.5", "[$£-809]#,##0.00;[Red]-[$£-809]#,##0.00", "£1,234.50"),
        ("0", '0;-0;"none"', "none"),
        ("1234567", "0,", "1235"),
        ("2.5", "0", "3"),
        ("-0.4", "0", "0"),
        ("5", "???", "  5"),
        ("7", "0.##", "7."),
        ("447000000000", "0.00E+00", "4.47E+11"),
        ("447700900123", "0.00E+00", "447700900123"),
        ("0.75", "# ?/?", "0.75"),
    ],
)
def test_numbers_as_shown(number: str, code: str, shown: str) -> None:
    assert show(number, code) == shown


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        ("46150", "dd/mm/yyyy", "08/05/2026"),
        ("46150", "yyyy\\-mm\\-dd", "2026-05-08"),
        ("46150", "d mmmm yyyy", "8 May 2026"),
        ("46150", "[$-F800]dddd\\,\\ d\\ mmmm\\ yyyy", "2026-05-08"),  # else nobody could read it
        ("46150", "mm/dd/yyyy", "2026-05-08"),  # else it would be the fifth of August
        ("46150", "mmm-yy", "2026-05-08"),
        ("46150.3125", "dd/mm/yyyy hh:mm", "08/05/2026 07:30"),
        ("46150.8125", "dd/mm/yyyy h:mm AM/PM", "08/05/2026 7:30 PM"),
        ("46150.3125", "mm/dd/yyyy hh:mm", "2026-05-08 07:30:00"),
        ("0.3125", "h:mm", "7:30"),
        ("0.3125", "hh:mm:ss", "07:30:00"),
        ("1.25", "[h]:mm", "30:00"),
        ("0.5003", "mm:ss.0", "00:25.9"),
        ("10959", "dd/mm/yy", "01/01/30"),
        ("47119", "dd/mm/yy", "2029-01-01"),  # of two digits the year would be 1929
        ("1", "dd/mm/yyyy", "01/01/1900"),
        ("60", "dd/mm/yyyy", "60"),
        ("-5", "dd/mm/yyyy", "-5"),
        ("9999999", "dd/mm/yyyy", "9999999"),
    ],
)
def test_dates_as_shown(number: str, code: str, shown: str) -> None:
    assert show(number, code) == shown


def test_a_short_date_is_written_as_its_country_does() -> None:
    assert show("46150", BUILTIN[14]) == "08/05/2026"
    assert show("46150", BUILTIN[14], day_first=False) == "5/8/2026"
    assert show("44688", BUILTIN[14], from_1904=True) == "08/05/2026"


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_whole_numbers_keep_all_their_digits(number: int) -> None:
    assert plain(Decimal(number)) == str(number)
    assert plain(Decimal(repr(float(number)))) == str(number)


@given(
    st.decimals(allow_nan=False, allow_infinity=False),
    st.text('0#?,.;%-+E[]<>"\\_* hmsdy/AMP@ae1', max_size=20),
)
def test_any_format_shows_any_number_as_something(number: Decimal, code: str) -> None:
    if abs(number.adjusted()) < 300:
        assert isinstance(show(str(number), code[:255]), str)
