"""Do not contact: looked up, added, brought in and lifted without a script."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from dataclasses import replace

import pytest

from dialer.cli.doctor import check_registers
from dialer.services.context import Context
from dialer.services.people.import_undo_run import run_undo
from dialer.services.people.registers import unfit_for_campaign, unfit_registers
from dialer.services.people.suppression_imports import BarringOptions, start_suppression_import
from dialer.services.people.suppression_run import run_suppression_import
from dialer.settings import Settings
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Campaign
from tests.web.phone_bank import HOUSEHOLD, PhoneBank
from tests.web.reader import Reader


def test_a_number_is_barred_found_and_lifted(desk: Reader) -> None:
    desk.open("/suppressions")
    page = desk.press("bar", place="07700 900177", reason="complaint", note="rang the office")
    assert "Saved" in page.text
    page = desk.press("look-up", q="+44 7700 900177")
    for words in ("Complained", "rang the office", "Carys"):
        assert words in page.text
    assert page.html.count("/lift") == 2
    lift = page.html.split('class="act" href="')[1].split('"')[0]
    desk.open(lift)
    assert desk.press("confirm").status == 422
    assert "Lifted" in desk.press("confirm", reason="A mistake").text
    assert "Complained" not in desk.press("look-up", q="07700900177").text.split("Registers")[0]


def test_a_register_is_brought_in_and_its_age_shown(
    desk: Reader, ctx: Context, bank: PhoneBank, settings: Settings
) -> None:
    assert "it was never brought in" in desk.open("/suppressions").text
    data = io.BytesIO(b"07700900123\nnonsense\n")
    page = desk.press("import-start", file=(data, "tps.txt"), listed="tps", dated="2026-01-01")
    path = next(form.action for form in page.forms if form.action.endswith("/cancel")).removesuffix("/cancel")
    run_suppression_import(ctx, uuid.UUID(path.rsplit("/", 1)[1]), lambda: ctx.now)
    page = desk.open(path)
    assert page.tests["stat-created"]["data-value"] == "1"
    assert "nonsense" in page.text
    page = desk.open("/suppressions")
    assert "which is older than 28 days" in page.text
    assert "days old" in page.text
    for path in (f"/live?campaign_id={bank.campaign_id}", f"/campaigns/{bank.campaign_id}"):
        page = desk.open(path)
        assert "Calls go out with TPS of" in page.text
        assert "Calls go out without CTPS: it was never brought in" in page.text
        assert "/suppressions#bring-in" in page.html
    found = list(check_registers(settings))
    assert ["TPS: its list is of 2026-01-01" in found[0].detail, "CTPS: it was never" in found[1].detail] == [
        True
    ] * 2
    assert not any(one.ok for one in found)
    assert all("/suppressions" in one.remedy for one in found)


@pytest.mark.slow
def test_a_campaign_warns_before_it_starts_and_no_longer_with_lists_of_this_month(
    desk: Reader, ctx: Context, bank: PhoneBank
) -> None:
    with ctx.unit() as unit:
        unit.session.get_one(Campaign, (unit.organisation_id, bank.campaign_id)).state = "draft"
    page = f"/campaigns/{bank.campaign_id}"
    assert [one.register for one in unfit_for_campaign(ctx, bank.campaign_id)] == ["tps", "ctps"]
    assert "register-warning" in desk.open(page).html
    assert "Calling has started" in desk.press("campaign-start").text
    for register in ("tps", "ctps"):
        options = BarringOptions(reason=register)
        started = start_suppression_import(ctx, io.BytesIO(b"07700900123\n"), "list.txt", options)
        run_suppression_import(ctx, started.id, lambda: ctx.now)
    assert "register-warning" not in desk.open(page).html
    live = desk.open("/live")
    assert "register-warning" not in live.html
    assert "Yes. Ring until 9 pm." in live.text


def test_the_demo_and_other_countries_need_no_preference_registers(ctx: Context, bank: PhoneBank) -> None:
    elsewhere = replace(ctx, phones=replace(ctx.phones, allowed_countries=frozenset({"US"})))
    assert unfit_for_campaign(elsewhere, bank.campaign_id) == []
    with ctx.unit() as unit:
        unit.session.get_one(Organisation, unit.organisation_id).demo = True
    assert unfit_for_campaign(ctx, bank.campaign_id) == unfit_registers(ctx) == []


def test_mistakes_are_told_at_their_field(desk: Reader) -> None:
    desk.open("/suppressions")
    page = desk.press("look-up", q="12")
    assert page.status == 422
    assert "can’t read that as a phone number or an email address" in page.text
    assert desk.press("bar", place="nonsense", reason="manual").status == 422
    assert desk.press("bar", place="07700 900177", reason="").status == 422
    assert desk.press("import-start").status == 422
    data = (io.BytesIO(b"red\n"), "x.txt")
    assert "no numbers" in desk.press("import-start", file=data, listed="manual").text


def test_a_person_shows_why_they_cannot_be_called(desk: Reader, bank: PhoneBank) -> None:
    desk.open("/suppressions")
    person = f"/contacts/{bank.people['Siân']}"
    assert "On the TPS register" not in desk.open(person).text
    desk.open("/suppressions")
    desk.press("bar", place=HOUSEHOLD, reason="tps")
    assert "On the TPS register" in desk.open(person).text


def test_a_list_of_tps_must_say_of_which_day_it_is(desk: Reader) -> None:
    desk.open("/suppressions")
    answer = desk.press("import-start", file=(io.BytesIO(b"07700900123\n"), "tps.txt"), listed="tps")
    assert answer.status == 422
    assert "may be relied on for 28 days" in answer.text


@pytest.mark.usefixtures("bank")
def test_a_list_is_undone_once_it_is_said_whom_that_lets_be_called(desk: Reader, ctx: Context) -> None:
    desk.open("/suppressions")
    data = io.BytesIO(HOUSEHOLD.encode() + b"\n")
    page = desk.press("import-start", file=(data, "tps.txt"), listed="tps", dated="2026-01-01")
    path = next(form.action for form in page.forms if form.action.endswith("/cancel")).removesuffix("/cancel")
    import_id = uuid.UUID(path.rsplit("/", 1)[1])
    run_suppression_import(ctx, import_id, lambda: ctx.now)
    desk.open(path)
    assert "people could be called or texted again" in desk.press("import-undo").text
    page = desk.press("import-undo", force="on")
    assert "0 entries taken away so far" in page.text
    run_undo(ctx, import_id, lambda: ctx.now)
    assert desk.open(path).tests["undo-suppressions"]["data-value"] == "1"


def test_a_whole_list_that_lifted_nobody_says_why(desk: Reader, ctx: Context) -> None:
    for rows, dated, words in (
        (b"07700900001\n07700900002\n07700900003\n", "2026-05-02", ""),
        (b"07700900001\n", "2026-05-01", "older than the last one of its register"),
        (
            b"07700900001\n07700900002\n07700900003\nnonsense\n",
            "2026-05-03",
            "1 rows of this list couldn’t be read",
        ),
        (b"07700900001\n", "2026-05-04", "less than half of the"),
    ):
        options = BarringOptions(reason="tps", replace=True, dated=dt.date.fromisoformat(dated))
        view = start_suppression_import(ctx, io.BytesIO(rows), "tps.txt", options)
        run_suppression_import(ctx, view.id, lambda: ctx.now)
        page = desk.open(f"/suppressions/imports/{view.id}")
        assert words in page.text
        assert ("nothing was lifted" in page.text) == bool(words)
