"""Lists and imports over HTTP: from upload to report, and everything that is no list."""

from __future__ import annotations

import base64
import csv
import io
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from dialer.services.context import Context
from dialer.services.people.import_preview import preview_import
from dialer.services.people.import_run import resume_imports, run_import
from dialer.services.people.import_undo_run import run_undo
from dialer.web.api.fields import parse_id
from tests.conftest import Caller
from tests.people import Person
from tests.samples import MESSY, messy_expected

LIST = b"First name,Surname,Phone,Email\nAnn,Lee,07700 900001,\nBob,Roe,12345,\n"


@pytest.fixture
def coordinator(api: Callable[[Person], Caller], carys: Person) -> Caller:
    return api(carys)


@pytest.fixture
def list_id(coordinator: Caller) -> str:
    return str(coordinator.post("/lists", json={"name": "Doorstep"}).get_json()["id"])


def upload(caller: Caller, list_id: str, data: bytes, options: Any = None) -> TestResponse:
    form: dict[str, Any] = {"file": (io.BytesIO(data), "list.csv")}
    if options is not None:
        form["options"] = options if isinstance(options, str) else json.dumps(options)
    return caller.post(f"/lists/{list_id}/imports", data=form)


def run(ctx: Context, import_id: str) -> None:
    found = parse_id(import_id)
    assert found is not None
    run_import(ctx, found, lambda: ctx.now)


def test_a_list_is_made_shown_changed_and_removed(coordinator: Caller) -> None:
    made = coordinator.post("/lists", json={"name": "Doorstep"})
    assert made.status_code == 201
    assert made.headers["Location"].endswith(f"/api/v1/lists/{made.get_json()['id']}")
    path = f"/lists/{made.get_json()['id']}"
    assert coordinator.get(path).get_json()["contact_count"] == 0
    changed = coordinator.patch(path, json={"register": "Poole 2026"})
    assert (changed.get_json()["register"], changed.get_json()["name"]) == ("Poole 2026", "Doorstep")
    assert [each["id"] for each in coordinator.get("/lists").get_json()["data"]] == [made.get_json()["id"]]
    assert coordinator.delete(path).status_code == 204
    assert coordinator.get(path).status_code == 404


@pytest.mark.parametrize(
    "body",
    [{}, {"name": " "}, {"name": 7}, {"name": "x", "extra": 1}, {"name": "x", "default_region": "gb"}],
)
def test_a_list_that_cannot_be_is_refused(coordinator: Caller, body: dict[str, Any]) -> None:
    assert coordinator.post("/lists", json=body).status_code == 422


def test_from_upload_to_report(coordinator: Caller, list_id: str, ctx: Context) -> None:
    answer = upload(coordinator, list_id, MESSY.read_bytes())
    assert answer.status_code == 202
    started = answer.get_json()
    assert (started["state"], started["encoding"], started["delimiter"]) == ("queued", "utf-8", ",")
    assert started["mapping"]["Tel no."] == "phone"
    run(ctx, started["id"])
    done = coordinator.get(f"/imports/{started['id']}").get_json()
    expected = messy_expected()
    assert (done["state"], done["counts"], done["progress"]) == ("completed", expected["counts"], 1.0)
    seen, path = [], f"/imports/{started['id']}/rejected?limit=50"
    cursor = ""
    while cursor is not None:
        page = coordinator.get(path + cursor).get_json()
        seen += [[issue["line"], issue["outcome"], issue["reason"]] for issue in page["data"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert seen == expected["issues"]
    assert coordinator.get(f"/lists/{list_id}").get_json()["contact_count"] == 4937


@pytest.mark.parametrize("line", ["-1", "x", "2147483648", "9" * 60])
def test_a_cursor_of_no_line_that_there_can_be_is_refused(
    coordinator: Caller, list_id: str, line: str
) -> None:
    done = upload(coordinator, list_id, b"First name,Phone\nAnn,07700900001\n").get_json()
    cursor = base64.urlsafe_b64encode(json.dumps([line]).encode()).decode().rstrip("=")
    for what in ("rejected", "rows"):
        assert coordinator.get(f"/imports/{done['id']}/{what}?cursor={cursor}").status_code == 422


def test_the_report_as_csv_has_the_rows_own_columns(coordinator: Caller, list_id: str, ctx: Context) -> None:
    started = upload(coordinator, list_id, LIST).get_json()
    run(ctx, started["id"])
    report = coordinator.get(f"/imports/{started['id']}/rejected", headers={"Accept": "text/csv"})
    assert report.mimetype == "text/csv"
    header, row = csv.reader(io.StringIO(report.get_data(as_text=True)))
    assert header == ["First name", "Surname", "Phone", "Email", "line", "outcome", "reason", "detail"]
    assert row[:7] == ["Bob", "Roe", "12345", "", "3", "rejected", "invalid_phone"]


def test_two_phones_wait_for_a_choice(coordinator: Caller, list_id: str, ctx: Context) -> None:
    data = b"Name,Phone,Telephone\nAnn Lee,07700 900001,07700 900002\n"
    waiting = upload(coordinator, list_id, data).get_json()
    assert (waiting["state"], waiting["question"]) == ("needs_mapping", "two_phones")
    path = f"/imports/{waiting['id']}/mapping"
    assert coordinator.post(path, json={"mapping": {"Fax": "phone"}}).status_code == 422
    assert coordinator.post(path, json={"mapping": {"Phone": "fax"}}).status_code == 422
    chosen = coordinator.post(path, json={"mapping": {"Phone": "phone", "Telephone": "phone"}})
    assert (chosen.status_code, chosen.get_json()["state"]) == (200, "queued")
    again = coordinator.post(path, json={"mapping": {"Phone": "phone"}})
    assert (again.status_code, again.get_json()["state"]) == (409, "queued")
    run(ctx, waiting["id"])
    assert coordinator.get(f"/imports/{waiting['id']}").get_json()["counts"]["created"] == 1


def test_two_columns_are_never_one_field_in_silence(coordinator: Caller, list_id: str, ctx: Context) -> None:
    data = b"Name,Ring me,Email,Work email\nAnn Lee,07700 900001,a@example.org,b@example.org\n"
    started = upload(coordinator, list_id, data).get_json()
    assert started["mapping"] == {
        "Name": "full_name",
        "Ring me": "phone",
        "Email": "email",
        "Work email": "custom.Work email",
    }
    run(ctx, started["id"])
    done = coordinator.get(f"/imports/{started['id']}").get_json()
    told = {warning["code"]: warning["columns"] for warning in done["warnings"]}
    assert told == {"second_columns": ["“Work email” (email)"], "guessed_columns": ["“Ring me” (phone)"]}
    assert done["counts"]["created"] == 1


def test_one_field_for_two_columns_is_refused(coordinator: Caller, list_id: str) -> None:
    data = b"Name,Phone,Email,Work email\nAnn Lee,07700 900001,a@example.org,b@example.org\n"
    refused = upload(coordinator, list_id, data, {"mapping": {"Email": "email", "Work email": "email"}})
    assert refused.status_code == 422
    pointers = {error["pointer"] for error in refused.get_json()["errors"]}
    assert pointers == {"/options/mapping/Email", "/options/mapping/Work email"}
    chosen = upload(coordinator, list_id, data, {"mapping": {"Work email": "email"}}).get_json()
    assert chosen["mapping"]["Email"] == "custom.Email"
    assert chosen["warnings"] == []


STRANGE = b"Alpha,Beta,Gamma\nAnn,Lee,07700 900001\n"
CHOSEN = {"Alpha": "first_name", "Beta": "last_name", "Gamma": "phone"}


def test_a_mapping_is_remembered_by_its_headers(coordinator: Caller, list_id: str, ctx: Context) -> None:
    waiting = upload(coordinator, list_id, STRANGE).get_json()
    assert (waiting["state"], waiting["mapping_source"]) == ("needs_mapping", "recognised")
    body = {"mapping": CHOSEN, "has_header": True}
    given = coordinator.post(f"/imports/{waiting['id']}/mapping", json=body).get_json()
    assert (given["state"], given["mapping_source"]) == ("queued", "given")
    again = b"A title\n\nALPHA;b\xc3\xaata ; Gamma.\nBob;Roe;07700 900002\n"
    other = coordinator.post("/lists", json={"name": "Other"}).get_json()["id"]
    known = upload(coordinator, other, again).get_json()
    assert (known["state"], known["mapping_source"]) == ("queued", "remembered")
    assert known["mapping"] == {"ALPHA": "first_name", "bêta": "last_name", "Gamma.": "phone"}
    run(ctx, known["id"])
    assert coordinator.get(f"/imports/{known['id']}").get_json()["counts"]["created"] == 1
    preview = coordinator.post(f"/lists/{other}/imports/preview", data={"file": (io.BytesIO(again), "l.csv")})
    shown = preview.get_json()
    assert (shown["mapping_source"], shown["header_row"]) == ("remembered", 3)
    assert [(each["field"], each["confidence"]) for each in shown["columns"]][-1] == ("phone", 1.0)


def test_other_headers_and_lists_without_any_are_not_taken_for_known(
    coordinator: Caller, list_id: str
) -> None:
    upload(coordinator, list_id, STRANGE, {"mapping": CHOSEN})
    for data in (b"Beta,Alpha,Gamma\nLee,Ann,07700 900001\n", b"Alpha,Beta\nAnn,07700 900001\n"):
        assert upload(coordinator, list_id, data).get_json()["mapping_source"] == "recognised"
    told = upload(coordinator, list_id, STRANGE, {"has_header": False}).get_json()
    assert (told["state"], told["mapping_source"]) == ("needs_mapping", "recognised")
    nameless = {"mapping": {"0": "full_name", "1": "phone"}, "has_header": False}
    upload(coordinator, list_id, b"Ann Lee,07700 900001\n", nameless)
    assert len(coordinator.get("/import-mappings").get_json()["data"]) == 1


def test_a_mapping_is_overridden_and_forgotten(
    coordinator: Caller, list_id: str, api: Callable[[Person], Caller], vic: Person
) -> None:
    upload(coordinator, list_id, STRANGE, {"mapping": CHOSEN})
    upload(coordinator, list_id, STRANGE, {"mapping": {**CHOSEN, "Alpha": "last_name", "Beta": "notes"}})
    (kept,) = coordinator.get("/import-mappings").get_json()["data"]
    assert kept["headers"] == ["Alpha", "Beta", "Gamma"]
    assert kept["mapping"] == {"Alpha": "last_name", "Beta": "notes", "Gamma": "phone"}
    path = f"/import-mappings/{kept['id']}"
    assert api(vic).get("/import-mappings").status_code == 403
    assert api(vic).delete(path).status_code == 403
    assert coordinator.delete(path).status_code == 204
    assert coordinator.delete(path).status_code == 404
    assert upload(coordinator, list_id, STRANGE).get_json()["state"] == "needs_mapping"


def test_mended_rows_go_by_the_mapping_of_their_list(coordinator: Caller, list_id: str, ctx: Context) -> None:
    data = STRANGE + b"Bob,Roe,12345\n"
    started = upload(coordinator, list_id, data, {"mapping": CHOSEN}).get_json()
    run(ctx, started["id"])
    report = coordinator.get(f"/imports/{started['id']}/rejected", headers={"Accept": "text/csv"})
    mended = upload(coordinator, list_id, report.get_data().replace(b"12345", b"07700 900002")).get_json()
    assert (mended["state"], mended["mapping_source"]) == ("queued", "remembered")
    assert {mended["mapping"][name] for name in ("line", "outcome", "reason", "detail")} == {"ignore"}
    run(ctx, mended["id"])
    assert coordinator.get(f"/imports/{mended['id']}").get_json()["counts"]["created"] == 1


def test_a_list_without_header_is_mapped_by_number(coordinator: Caller, list_id: str, ctx: Context) -> None:
    data = b"Ann,Lee,07700 900001\nBob,Roe,07700 900002\n"
    waiting = upload(coordinator, list_id, data).get_json()
    assert (waiting["state"], waiting["question"]) == ("needs_mapping", "header")
    mapping = {"0": "first_name", "1": "last_name", "2": "phone"}
    body = {"mapping": mapping, "has_header": False}
    assert coordinator.post(f"/imports/{waiting['id']}/mapping", json=body).status_code == 200
    run(ctx, waiting["id"])
    assert coordinator.get(f"/imports/{waiting['id']}").get_json()["counts"]["created"] == 2


def test_an_import_is_cancelled_once(coordinator: Caller, list_id: str, ctx: Context) -> None:
    started = upload(coordinator, list_id, LIST).get_json()
    path = f"/imports/{started['id']}/cancel"
    assert coordinator.post(path).get_json()["state"] == "cancelled"
    assert coordinator.post(path).status_code == 200
    run(ctx, started["id"])
    assert coordinator.get(f"/imports/{started['id']}").get_json()["counts"]["rows"] == 0
    assert resume_imports(ctx) == 0
    done = upload(coordinator, list_id, LIST).get_json()
    run(ctx, done["id"])
    refused = coordinator.post(f"/imports/{done['id']}/cancel")
    assert (refused.status_code, refused.get_json()["state"]) == (409, "completed")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 100,
        b"Name,Phone\nAnn,\x0007700900001\n",
        b"%PDF-1.7\n" + b"x" * 100,
        b"PK\x03\x04" + bytes(200),
        b"\n\n,,,\n",
        bytes(range(1, 32)) * 40,
        "Name,Phone\nAnn,07700900001\n".encode("utf-32"),
        "Name,Phone\nAnn,07700900001\n".encode("utf-16-le"),
        b",".join(b"h%d" % n for n in range(600)) + b"\n",
    ],
)
def test_what_is_no_list_is_refused_and_nothing_is_kept(
    coordinator: Caller, list_id: str, ctx: Context, data: bytes
) -> None:
    refused = upload(coordinator, list_id, data)
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    assert refused.get_json()["type"].endswith("/problems/unreadable-file")
    assert not coordinator.get(f"/lists/{list_id}/imports").get_json()["data"]
    assert not list((ctx.data_dir / "imports").iterdir())


def test_a_trial_says_that_it_is_one_and_is_brought_in_by_one_call(
    coordinator: Caller, list_id: str, ctx: Context
) -> None:
    tried = upload(coordinator, list_id, LIST, {"dry_run": True}).get_json()
    assert (tried["dry_run"], tried["trial_of"]) == (True, None)
    early = coordinator.post(f"/imports/{tried['id']}/apply")
    assert (early.status_code, early.get_json()["state"]) == (409, "queued")
    run(ctx, tried["id"])
    assert coordinator.get("/contacts").get_json()["data"] == []
    answer = coordinator.post(f"/imports/{tried['id']}/apply")
    started = answer.get_json()
    assert (answer.status_code, started["dry_run"]) == (202, False)
    assert answer.headers["Location"].endswith(f"/imports/{started['id']}")
    run(ctx, started["id"])
    done, over = (coordinator.get(f"/imports/{each['id']}").get_json() for each in (started, tried))
    assert (done["state"], done["counts"], over["trial_of"]) == ("completed", over["counts"], done["id"])
    assert done["counts"] == {
        "rows": 2,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "duplicates": 0,
        "rejected": 1,
    }


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ("{", 400),
        ("[]", 422),
        ('{"on_match":"perhaps"}', 422),
        ('{"unknown":1}', 422),
        ('{"mapping":{"Phone":"fax"}}', 422),
        ('{"mapping":{"Fax":"phone"}}', 422),
        ('{"default_region":"ZZ"}', 422),
        ('{"election_id":"00000000-0000-7000-8000-000000000000"}', 404),
        ('{"tags":["a\\u0000b"]}', 400),
        ('{"has_header":"yes"}', 422),
        ('{"dry_run":"yes"}', 422),
    ],
)
def test_options_that_cannot_be_are_refused(
    coordinator: Caller, list_id: str, options: str, status: int
) -> None:
    refused = upload(coordinator, list_id, LIST, options)
    assert refused.status_code == status
    assert refused.mimetype == "application/problem+json"


def test_bodies_that_are_no_upload_are_refused(coordinator: Caller, list_id: str) -> None:
    path = f"/lists/{list_id}/imports"
    assert coordinator.post(path, json={}).status_code == 415
    assert coordinator.post(path, data=LIST, content_type="text/csv").status_code == 415
    assert coordinator.post(path, data=b"rubbish", content_type="multipart/form-data").status_code == 400
    broken = "multipart/form-data; boundary=x"
    assert coordinator.post(path, data=b"rubbish", content_type=broken).status_code == 400
    assert coordinator.post(path, data={"other": "x"}, content_type="multipart/form-data").status_code == 422


def test_strangers_and_volunteers_do_not_import(
    api: Callable[[Person], Caller], vic: Person, coordinator: Caller, list_id: str
) -> None:
    assert upload(api(vic), list_id, LIST).status_code == 403
    assert api(vic).get("/lists").status_code == 403
    nowhere = "00000000-0000-7000-8000-000000000000"
    assert upload(coordinator, nowhere, LIST).status_code == 404
    for path in (f"/imports/{nowhere}", f"/imports/{nowhere}/rejected", "/imports/rubbish"):
        assert coordinator.get(path).status_code == 404


def preview(caller: Caller, list_id: str, data: bytes, options: Any = None) -> TestResponse:
    form: dict[str, Any] = {"file": (io.BytesIO(data), "list.csv")}
    if options is not None:
        form["options"] = json.dumps(options)
    return caller.post(f"/lists/{list_id}/imports/preview", data=form)


def test_a_preview_says_how_a_list_would_be_read_and_keeps_nothing(
    coordinator: Caller, list_id: str, ctx: Context
) -> None:
    data = "Voters of Aber Marsh\n\nEnw;Ffôn symudol;Shoe size\nSiân Lee;07700 900001;5\n".encode("cp1252")
    answer = preview(coordinator, list_id, data)
    assert answer.status_code == 200
    told = answer.get_json()
    assert (told["format"], told["encoding"], told["delimiter"]) == ("csv", "cp1252", ";")
    assert (told["header_row"], told["question"]) == (3, None)
    assert told["columns"] == [
        {"key": "Enw", "header": "Enw", "samples": ["Siân Lee"], "field": "full_name", "confidence": 1.0},
        {
            "key": "Ffôn symudol",
            "header": "Ffôn symudol",
            "samples": ["07700 900001"],
            "field": "phone",
            "confidence": 1.0,
        },
        {"key": "Shoe size", "header": "Shoe size", "samples": ["5"], "field": None, "confidence": 0.0},
    ]
    assert told["rows"] == [["Siân Lee", "07700 900001", "5"]]
    assert [warning["code"] for warning in told["warnings"]] == ["windows_1252"]
    assert coordinator.get(f"/lists/{list_id}/imports").get_json()["data"] == []
    assert not list((ctx.data_dir / "imports").glob("*"))


def test_a_preview_takes_a_mapping_and_says_what_must_be_chosen(coordinator: Caller, list_id: str) -> None:
    doubtful = preview(coordinator, list_id, b"Name,Phone,Telephone\nAnn,07700 900001,\n").get_json()
    assert (doubtful["question"], doubtful["columns"][1]["confidence"]) == ("two_phones", 0.5)
    chosen = preview(
        coordinator, list_id, b"Ann,07700 900001\n", {"mapping": {"1": "phone"}, "has_header": False}
    ).get_json()
    assert (chosen["header_row"], chosen["columns"][1]["field"]) == (None, "phone")
    assert chosen["rows"] == [["Ann", "07700 900001"]]


def test_a_preview_reads_only_the_head_and_says_so(list_id: str, ctx: Context) -> None:
    rows = b"Ann,07700 900001\n" * 300_000
    data = io.BytesIO(b"Name,Mobile\n" + rows + b"Si\xe2n,07700 900002\n")
    told = preview_import(ctx, uuid.UUID(list_id), data, {})
    assert (told.encoding, len(told.rows)) == ("utf-8", 20)
    assert [warning["code"] for warning in told.warnings] == ["only_head"]


def test_a_preview_is_refused_as_the_import_would_be(coordinator: Caller, list_id: str) -> None:
    refused = preview(coordinator, list_id, b"%PDF-1.7 ...")
    assert (refused.status_code, refused.get_json()["type"].rsplit("/", 1)[-1]) == (422, "unreadable-file")
    assert preview(coordinator, list_id, b"a\n", {"mapping": {"a": "fax"}}).status_code == 422


def test_letters_read_as_windows_1252_are_told_to_the_end(
    coordinator: Caller, list_id: str, ctx: Context
) -> None:
    data = "Name,Mobile,Postcode\nSiân,7700900001,CF10 1AA\n".encode("cp1252")
    started = upload(coordinator, list_id, data).get_json()
    run(ctx, started["id"])
    done = coordinator.get(f"/imports/{started['id']}").get_json()
    assert [warning["code"] for warning in done["warnings"]] == ["windows_1252", "mended_numbers"]


def test_rows_that_named_somebody_known_say_why(coordinator: Caller, list_id: str, ctx: Context) -> None:
    started = upload(coordinator, list_id, b"Name,Phone\nAnn,07700900001\nBob,07700900002\nAnn,07700900001\n")
    import_id = started.get_json()["id"]
    run(ctx, import_id)
    path = f"/imports/{import_id}/rows"
    page = coordinator.get(path, query_string={"outcome": "duplicate"}).get_json()
    person = page["data"][0].pop("contact_id")
    assert page == {
        "data": [{"row": 4, "outcome": "duplicate", "why": "phone_and_name", "first_row": 2}],
        "next_cursor": None,
    }
    assert coordinator.get(f"/contacts/{person}").get_json()["first_name"] == "Ann"
    assert coordinator.get(path, query_string={"outcome": "updated"}).get_json()["data"] == []
    run(ctx, upload(coordinator, list_id, b"Name,Phone\nAnn,07700900001\n").get_json()["id"])
    assert coordinator.get(path, query_string={"outcome": "created"}).status_code == 422
    seen = coordinator.get(path, query_string={"limit": 1}).get_json()
    assert (len(seen["data"]), seen["next_cursor"]) == (1, None)


def test_a_quote_that_is_never_closed_at_the_beginning_is_no_list(coordinator: Caller, list_id: str) -> None:
    refused = upload(coordinator, list_id, b'"Name,Mobile\nAnn,07700 900001\n')
    assert (refused.status_code, refused.get_json()["type"].rsplit("/", 1)[-1]) == (422, "unreadable-file")
    assert 'a quote (") that nothing closes, on line 1' in refused.get_json()["detail"]


def test_an_import_is_undone_over_http(coordinator: Caller, list_id: str, ctx: Context) -> None:
    waiting = upload(coordinator, list_id, LIST).get_json()
    path = f"/imports/{waiting['id']}/undo"
    early = coordinator.post(path)
    assert (early.status_code, early.get_json()["state"]) == (409, "queued")
    run(ctx, waiting["id"])
    assert coordinator.get(f"/imports/{waiting['id']}").get_json()["undo"] is None
    asked = coordinator.post(path)
    assert (asked.status_code, asked.get_json()["state"]) == (202, "undoing")
    assert coordinator.post(path, json={"force": True}).get_json()["undo"]["forced"] is False
    assert coordinator.post(path, json={"forced": True}).status_code == 422
    run_undo(ctx, uuid.UUID(waiting["id"]), lambda: ctx.now)
    undone = coordinator.get(f"/imports/{waiting['id']}").get_json()
    assert (undone["state"], undone["counts"]["created"]) == ("undone", 1)
    assert (undone["undo"]["taken"]["people"], undone["undo"]["stays"]["contacted"]) == (1, 0)
    assert undone["undo"]["finished_at"] is not None
    assert coordinator.get(f"/lists/{list_id}").get_json()["contact_count"] == 0
    assert coordinator.post(f"/imports/{waiting['id']}/cancel").get_json()["state"] == "undone"
