"""Lists in and tables out at the command line."""

from __future__ import annotations

import csv
import io
import json
import uuid

import pytest

from dialer.cli import main
from tests.workbooks import xlsx

PEOPLE = """First name,Last name,Phone,Polling district,Support
Siân,Hughes,07700 900123,PW1,1
Gareth,Hughes,01632 960001 / 07700 900124,PW1,
=cmd,Smith,07700 900125,PW2,3
Nobody,Known,none,PW2,
"""


@pytest.fixture
def people(at_home, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    return path


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_import_waits_and_prints_the_counts(people, capsys):
    assert main(["import", str(people), "--list", "Porthwen", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["state"] == "completed"
    assert said["counts"] == {
        "rows": 4,
        "created": 3,
        "updated": 0,
        "unchanged": 0,
        "duplicates": 0,
        "rejected": 1,
    }


def test_the_same_list_again_goes_into_the_same_list_and_changes_nothing(people, capsys):
    main(["import", str(people), "--list", "Porthwen", "--json"])
    main(["import", str(people), "--list", "Porthwen", "--json"])
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["list_id"] == second["list_id"]
    assert second["counts"]["unchanged"] == 3


def test_a_mapping_says_which_column_is_which(people, capsys):
    people.write_text("Who,Line A,Line B\nSiân,07700 900123,07700 900124\n")
    assert main(["import", str(people), "--list", "Porthwen"]) == 1
    assert "--mapping" in capsys.readouterr().err
    mapping = '{"Who": "first_name", "Line A": "phone", "Line B": "phone"}'
    assert main(["import", str(people), "--list", "Porthwen", "--mapping", mapping]) == 0
    assert "1 created" in capsys.readouterr().out


@pytest.mark.slow
def test_a_workbook_is_read_by_the_sheet_that_is_named(at_home, tmp_path, capsys):
    people = [["Name", "Mobile"], ["Ann", 7700900001]]
    path = tmp_path / "people.xlsx"
    path.write_bytes(xlsx({"June": people, "July": [*people, ["Bob", 7700900002]]}))
    assert main(["import", str(path), "--list", "Porthwen", "--sheet", "July"]) == 0
    assert "2 created" in capsys.readouterr().out
    assert main(["import", str(path), "--list", "Porthwen", "--sheet", "August"]) == 1
    assert "no such sheet" in capsys.readouterr().err


def test_what_is_no_list_is_refused_in_words(people, capsys):
    people.write_bytes(b"%PDF-1.7\0\1\2")
    assert main(["import", str(people), "--list", "Porthwen"]) == 1
    assert "Nothing was brought in" in capsys.readouterr().err


def test_a_file_is_only_tried(people, capsys):
    assert main(["import", str(people), "--list", "Porthwen", "--dry-run"]) == 0
    assert "only tried: nothing was changed" in capsys.readouterr().out
    assert main(["import", str(people), "--list", "Porthwen", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["dry_run"], told["counts"]["created"], told["counts"]["unchanged"]) == (False, 3, 0)


@pytest.mark.parametrize(
    "arguments",
    [["nowhere.csv", "--list", "x"], ["people.csv"], ["people.csv", "--list", "x", "--mapping", "phone"]],
)
def test_wrong_usage_of_import(people, arguments):
    with pytest.raises(SystemExit) as stopped:
        main(["import", *arguments])
    assert stopped.value.code == 2


def test_contacts_come_out_as_an_import_reads_them(people, capsys, tmp_path):
    main(["import", str(people), "--list", "Porthwen", "--json"])
    capsys.readouterr()
    assert main(["export", "contacts"]) == 0
    out = capsys.readouterr().out
    gareth = next(row for row in rows_of(out) if row["first_name"] == "Gareth")
    assert (gareth["phone"], gareth["phone_2"]) == ("+441632960001", "+447700900124")
    assert "'=cmd" in out, "a spreadsheet doesn't run what somebody wrote into a name"
    (tmp_path / "again.csv").write_text(out)
    assert main(["import", str(tmp_path / "again.csv"), "--list", "Porthwen", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["unchanged"] == 3


@pytest.mark.parametrize("of", ["xlsx", "jsonl"])
def test_other_formats_come_out_as_well(people, capfdbinary, of):
    main(["import", str(people), "--list", "Porthwen", "--json"])
    capfdbinary.readouterr()
    assert main(["export", "contacts", "--format", of]) == 0
    assert capfdbinary.readouterr().out.startswith(b"PK" if of == "xlsx" else b'{"id": ')


def test_pledges_go_into_a_file_that_nobody_else_reads(people, capsys, tmp_path):
    main(["import", str(people), "--list", "Porthwen", "--json"])
    capsys.readouterr()
    path = tmp_path / "pledges.csv"
    assert main(["export", "pledges", "--json", "-o", str(path)]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 2
    assert {row["support"] for row in rows_of(path.read_text())} == {"1", "3"}
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kind", ["turnout", "results"])
def test_an_empty_table_is_a_header(at_home, capsys, kind):
    assert main(["export", kind]) == 0
    out = capsys.readouterr().out
    assert out.startswith(("contact_id,", "id,"))
    assert rows_of(out) == []


def test_a_campaign_that_is_not_there(at_home, capsys):
    assert main(["export", "results", "--campaign", str(uuid.uuid4())]) == 1
    assert "There is no campaign with this id" in capsys.readouterr().err


def test_json_and_a_table_do_not_share_standard_output(at_home, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["export", "contacts", "--json"])
    assert stopped.value.code == 2
