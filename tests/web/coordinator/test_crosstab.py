"""Cross tables on their page: chosen, drawn, counted, taken away."""

from __future__ import annotations

import csv
import io
import re
import uuid
from urllib.parse import urlencode

import openpyxl
import pytest

from dialer.domain.crosstab import Dimension
from dialer.services.calling.campaigns import change_campaign
from dialer.services.calling.scripts import ScriptFields, create_script
from dialer.services.context import Context
from dialer.services.people.contacts import change_contact
from dialer.store.queries import crosstab as queries
from dialer.web.coordinator.crosstab_shown import BARS_MOST, DIMENSION
from tests.phone_bank import Voter, landline, running_campaign
from tests.web.coordinator.conftest import record_pledge
from tests.web.phone_bank import SCRIPT, PhoneBank
from tests.web.reader import Reader

FORMULA = '=HYPERLINK("https://example.org")'


@pytest.fixture
def told(ctx: Context, bank: PhoneBank, phone: Reader) -> PhoneBank:
    """Siân, who is in a district with a strange name, has pledged to Vic."""
    change_contact(ctx, bank.people["Siân"], {"polling_district": FORMULA})
    record_pledge(phone)
    return bank


def test_what_is_chosen_is_counted_and_drawn(desk: Reader, told: PhoneBank) -> None:
    page = desk.open("/turnout/crosstab?rows=answer:vote&columns=disposition")
    assert page.tests["stat-people"]["data-value"] == "9"
    assert "Yes, definitely" in page.words["crosstab"]
    assert "Not called yet" in page.words["crosstab"]
    assert 'aria-label="Yes, definitely, 1: We talked 1"' in page.html
    assert "small-cells" in page.tests, "one person stands in a cell"
    page = desk.open("/turnout/crosstab?rows=answer:vote&columns=disposition&known=yes")
    assert page.tests["stat-people"]["data-value"] == "1"
    assert "100" in page.words["crosstab"]


def test_the_questions_of_an_earlier_script_stand_by_its_name(
    desk: Reader, told: PhoneBank, ctx: Context
) -> None:
    script = create_script(ctx, ScriptFields("The last days", SCRIPT))
    change_campaign(ctx, told.campaign_id, {"script_id": script.id})
    page = desk.open("/turnout/crosstab?rows=answer:vote&columns=disposition")
    assert "Yes, definitely" not in page.words["crosstab"], "nobody was asked by the new one yet"
    (earlier,) = re.findall(r'value="(answer:[^:"]{36}:vote)">([^<]*)<', page.html)[:1]
    assert earlier[1] == "Answer: Can we count on your vote for Aled Rees on Thursday 7 May? · Evening calls"
    assert "Yes, definitely" in desk.open(f"/turnout/crosstab?rows={earlier[0]}").words["crosstab"]


def test_rows_and_columns_turn_round_and_shares_with_them(desk: Reader, told: PhoneBank) -> None:
    path = f"/turnout/crosstab?campaign_id={told.campaign_id}&rows=support&columns=volunteer"
    page = desk.open(f"{path}&known=yes")
    assert "Support by who called last" in page.text
    assert "rows=volunteer&amp;columns=support" in page.html
    assert "Vic" in page.words["crosstab"]
    assert desk.open(f"{path}&shares=columns").status == 200


@pytest.mark.parametrize("rows", ["tag", "list", "team"])
def test_groups_that_overlap_are_no_bars(desk: Reader, told: PhoneBank, rows: str) -> None:
    page = desk.open(f"/turnout/crosstab?rows=support&columns={rows}")
    assert "Somebody may stand in several groups" in page.text
    assert "bars" not in page.tests
    assert "bars" in desk.open(f"/turnout/crosstab?rows={rows}&columns=support").tests


def test_only_the_largest_rows_are_drawn(desk: Reader, ctx: Context) -> None:
    voters = [Voter(f"Voter{nth}", [landline(nth)]) for nth in range(BARS_MOST + 2)]
    running_campaign(ctx, voters)
    for nth, voter in enumerate(voters):
        change_contact(ctx, voter.id, {"ward": f"Ward {nth:02d}"})
    page = desk.open("/turnout/crosstab?rows=ward&columns=support")
    assert page.words["bars"].count("Ward") == BARS_MOST
    assert page.words["crosstab"].count("Ward") == BARS_MOST + 3
    assert "The others stand in the table." in page.text


def test_the_table_goes_away_as_a_file_that_runs_nothing(desk: Reader, told: PhoneBank) -> None:
    asked = f"campaign_id={told.campaign_id}&known=yes"
    answer = desk.client.get(f"/turnout/crosstab.csv?{asked}")
    assert list(csv.reader(answer.text.splitlines())) == [
        ["Polling district by support", "1 · Strong for us", "All"],
        [f"'{FORMULA}", "1", "1"],
        ["All", "1", "1"],
    ]
    book = openpyxl.load_workbook(io.BytesIO(desk.client.get(f"/turnout/crosstab.xlsx?{asked}").data))
    cell = book.worksheets[0]["A2"]
    assert (cell.value, cell.data_type) == (FORMULA, "s")
    assert book.worksheets[0]["B2"].value == 1, "a number, to reckon with"


def test_every_split_has_words(desk: Reader, told: PhoneBank) -> None:
    assert set(DIMENSION) == set(Dimension) - {Dimension.ANSWER}
    for each in DIMENSION:
        assert str(DIMENSION[each]) in desk.open(f"/turnout/crosstab?rows={each}&columns=support").text


def test_what_takes_too_long_is_said_with_the_form_still_there(
    desk: Reader, told: PhoneBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "_statement", lambda _wanted: "SELECT pg_sleep(5)")
    monkeypatch.setattr(queries, "COUNTED_WITHIN_S", 0.1)
    page = desk.open("/turnout/crosstab?rows=ward")
    assert (page.status, "crosstab-count" in page.buttons) == (503, True)
    assert "too many to count" in page.words["crosstab-late"]


def test_nothing_is_counted_before_one_asks(
    desk: Reader, told: PhoneBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "_statement", lambda _wanted: "SELECT no_such_thing")
    page = desk.open(f"/turnout/crosstab?campaign_id={told.campaign_id}")
    assert (page.status, "crosstab" in page.tests, "crosstab-csv" in page.tests) == (200, False, False)
    assert "press “Count”" in page.words["crosstab-asks"]
    monkeypatch.undo()
    asks = page.buttons["crosstab-count"].form.fields
    assert "stat-people" in desk.open(f"/turnout/crosstab?{urlencode(asks)}").tests


def test_without_a_campaign_it_says_what_to_do(desk: Reader) -> None:
    assert "No campaign yet" in desk.open("/turnout/crosstab").text
    assert desk.open("/turnout/crosstab.csv").status == 404
    assert desk.open(f"/turnout/crosstab?campaign_id={uuid.uuid4()}").status == 404


def test_nonsense_asks_for_the_usual_table(desk: Reader, told: PhoneBank) -> None:
    page = desk.open("/turnout/crosstab?rows=answer:nothing&columns=x&support=9&voted=perhaps")
    assert "Polling district by support" in page.text
