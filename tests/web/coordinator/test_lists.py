"""From a file to people: columns chosen, rows rejected, mended and brought in again."""

from __future__ import annotations

import io
import uuid

import pytest

from dialer.services.context import Context
from dialer.services.people.import_run import run_import
from dialer.services.people.import_undo_run import run_undo
from dialer.services.people.lists import list_tags
from tests.conftest import SetClock
from tests.services.people import importing
from tests.web.coordinator.conftest import PEOPLE
from tests.web.reader import Page, Reader


def _address_before(page: Page, ending: str) -> str:
    """The address of the page's own thing, as the form whose address ends like this names it."""
    return next(form.action for form in page.forms if form.action.endswith(ending)).removesuffix(ending)


def _figures(page: Page) -> dict[str, str]:
    names = ("created", "updated", "unchanged", "duplicates", "rejected", "rows")
    return {name: page.tests[f"stat-{name}"]["data-value"] for name in names}


def test_a_list_needs_a_name_and_a_country(desk: Reader) -> None:
    desk.open("/lists")
    assert desk.press("list-create", name="").status == 422
    page = desk.press("list-create", name="Marsh Vale", default_region="X1")
    assert page.status == 422
    assert "two capital letters" in page.text


def test_counts_and_rejects_are_shown_in_plain_words(new_list: Reader, bring_in) -> None:
    page = bring_in(PEOPLE)
    assert _figures(page) == {
        "created": "2",
        "updated": "0",
        "unchanged": "0",
        "duplicates": "0",
        "rejected": "2",
        "rows": "4",
    }
    rejects = page.words["import-rejects"]
    for words in (
        "Number damaged by a spreadsheet",
        "4.47E+11",
        "Email can’t be right",
        "Kept without the email",
        "No phone, email or elector number",
        "Left out",
    ):
        assert words in rejects
    assert page.tests["import-rejects"]["data-value"] == "2"


@pytest.mark.slow
def test_those_not_to_be_contacted_are_counted_and_stay_so(desk: Reader, new_list: Reader, bring_in) -> None:
    back = desk.open("/lists").html.partition('href="/lists/')[2].partition('"')[0]
    desk.open(f"/lists/{back}")
    head = "Name,Phone,Do not call,Do not text\n"
    people = ("Siân Prydderch,07700 900123,yes,", "Owen Hughes,07700 900124,x,yes", "Nia Rees,07700 900125,,")
    page = bring_in(head + "\n".join(people))
    assert (page.tests["stat-no-voice"]["data-value"], page.tests["stat-no-sms"]["data-value"]) == ("2", "1")
    assert "it stays that way whatever a file says" in page.words["import-counts"]
    desk.open(f"/lists/{back}")
    page = bring_in(head + "Siân Prydderch,07700 900123,no,no\nOwen Hughes,07700 900124,,")
    assert (page.tests["stat-no-voice"]["data-value"], page.tests["stat-no-sms"]["data-value"]) == ("2", "1")


def test_a_quote_that_nothing_closes_is_named_with_its_row(new_list: Reader, bring_in) -> None:
    page = bring_in('Name,Phone\nSiân Prydderch,07700 900123\n"Owen Hughes,07700 900124\n')
    assert "a quote that isn’t closed" in page.words["import-rejects"]
    assert '"Owen Hughes,07700 900124' in page.words["import-rejects"]


@pytest.mark.slow
def test_rows_are_mended_and_brought_in_again(new_list: Reader, bring_in) -> None:
    page = bring_in(PEOPLE)
    report = new_list.client.get(page.tests["import-report"]["href"])
    assert report.mimetype == "text/csv"
    text = report.get_data().decode("utf-8-sig")
    assert text.splitlines()[0] == "Name,Phone,Email,line,outcome,reason,detail"
    mended = text.replace("4.47E+11", "07700 900124").replace("n/a", "07700 900126")
    page = bring_in(mended.replace("not an email", "nasima@example.org"), "mended.csv")
    assert _figures(page) == {
        "created": "2",
        "updated": "1",
        "unchanged": "0",
        "duplicates": "0",
        "rejected": "0",
        "rows": "3",
    }
    assert "Nothing to mend" in page.words["import-rejects"]


def test_a_file_of_nothing_but_headers_is_said_to_be_one(new_list: Reader, bring_in) -> None:
    page = bring_in("Name,Phone\n", "empty.csv")
    assert "has no rows" in page.text
    assert "Every row could be used" not in page.text


def test_columns_are_asked_for_where_nobody_can_tell(
    new_list: Reader, bring_in, ctx: Context, clock: SetClock
) -> None:
    page = bring_in("07700900123,Siân Prydderch\n07700900124,Owen Hughes\n")
    assert "The first row doesn’t name the columns." in page.words["why-mapping"]
    assert "07700900123 · 07700900124" in page.text
    form = next(form for form in page.forms if form.action.endswith("/mapping"))
    refused = new_list.client.post(form.action, data={**form.fields, "column-0": "ignore"})
    assert refused.status_code == 422
    assert "Choose the column that holds the phone" in refused.text
    import_id = uuid.UUID(form.action.split("/")[2])
    taken = {**form.fields, "column-0": "phone", "column-1": "full_name"}
    assert new_list.client.post(form.action, data=taken).status_code == 303
    run_import(ctx, import_id, clock)
    assert _figures(new_list.open(f"/imports/{import_id}"))["created"] == "2"


@pytest.mark.parametrize(
    ("content", "name"), [(b"", "empty.csv"), (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "photo.csv")]
)
def test_what_is_no_list_is_refused_with_nothing_kept(
    new_list: Reader, bring_in, content: bytes, name: str
) -> None:
    page = bring_in(content, name)
    assert page.status == 422
    assert "flash" in page.tests
    assert "None yet." in page.text


def test_no_file_at_all_is_said(new_list: Reader) -> None:
    page = new_list.press("upload-send")
    assert page.status == 422
    assert "Choose a file first." in page.text


def test_progress_sends_the_page_on_when_it_is_done(new_list: Reader, ctx: Context, clock: SetClock) -> None:
    new_list.press("upload-send", file=(io.BytesIO(PEOPLE.encode()), "people.csv"))
    page = new_list.press("import-start")
    path = _address_before(page, "/cancel")
    assert "Waiting its turn." in new_list.client.get(f"{path}/progress").text
    run_import(ctx, uuid.UUID(path.rsplit("/", 1)[1]), clock)
    assert new_list.client.get(f"{path}/progress").headers["HX-Redirect"] == path


def test_an_import_is_stopped(new_list: Reader) -> None:
    new_list.press("upload-send", file=(io.BytesIO(PEOPLE.encode()), "people.csv"))
    new_list.press("import-start")
    page = new_list.press("import-cancel")
    assert "What was brought in before stays" in page.words["import-cancelled"]
    assert "stopped before its first row" in page.text
    assert "has no rows" not in page.text


@pytest.mark.slow
def test_a_file_says_who_stands_in_it_twice_and_is_undone(
    desk: Reader, new_list: Reader, bring_in, ctx: Context, clock: SetClock
) -> None:
    page = bring_in("Name,Phone\nSiân Prydderch,07700 900123\nOwen Hughes,07700 900124\n07700,\n" * 2)
    assert "Row 6 is the same person as row 2: the same number and name" in page.words["import-duplicates"]
    path = _address_before(page, "/undo")
    page = desk.press("import-undo")
    assert ("import-progress" in page.tests, "import-cancel" in page.buttons) == (True, False)
    run_undo(ctx, uuid.UUID(path.rsplit("/", 1)[1]), clock)
    page = desk.open(path)
    assert (page.tests["undo-people"]["data-value"], "import-undo" in page.tests) == ("2", False)
    assert ("Nothing of it is left to mend" in page.text, "import-rejects" in page.tests) == (True, False)


def test_a_list_is_renamed_and_taken_away(new_list: Reader) -> None:
    path = next(form.action for form in new_list.page.forms if form.action.endswith("/imports")).removesuffix(
        "/imports"
    )
    form = next(form for form in new_list.page.forms if form.action == path)
    new_list.client.post(path, data={**form.fields, "name": "Marsh Vale, May"})
    assert "Marsh Vale, May" in new_list.open("/lists").text
    new_list.open(f"{path}/delete")
    assert "The list is gone." in new_list.press("confirm").text
    assert new_list.open(path).status == 404


def test_a_list_that_a_running_campaign_uses_stays(desk: Reader, bank, ctx: Context) -> None:
    page = desk.open("/lists")
    path = next(part for part in desk.client.get("/lists").text.split('"') if part.startswith("/lists/"))
    desk.open(f"{path}/delete")
    page = desk.press("confirm")
    assert "A running campaign uses this list." in page.words["flash"]


def test_a_list_says_which_tags_its_people_have_and_leads_to_audiences(
    new_list: Reader, ctx: Context
) -> None:
    path = next(form.action for form in new_list.page.forms if form.action.endswith("/imports"))
    path = path.removesuffix("/imports")
    list_id = uuid.UUID(path.split("/")[2])
    assert "list-tags" not in new_list.open(path).tests
    rows = ["Name,Phone,Tags", "Ann,07700 900001,member; poster", "Bob,07700 900002,member"]
    importing.bring_in(ctx, "\n".join(rows), list_id)
    page = new_list.open(path)
    assert page.tests["tag-count"]["data-value"] == "1"  # of the last
    assert list_tags(ctx, list_id) == ([("member", 2), ("poster", 1)], True)
    composer = new_list.open(f"/audiences/new?list_id={list_id}&tag=poster")
    assert (composer.status, "poster" in composer.html) == (200, True)
