"""Coordinators' pages in a real browser: nothing for axe to find, nothing sticks out, figures renew."""

from __future__ import annotations

import datetime as dt
import io
import os
import uuid
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from dialer.domain import first_wave
from dialer.domain.access import Role
from dialer.domain.circular import Audience
from dialer.domain.timetable import Milestone
from dialer.services.accounts.account_saving import AccountChanges
from dialer.services.accounts.accounts import NewAccount, change_account, create_account
from dialer.services.accounts.join_links import NewJoinLink, create_join_link
from dialer.services.accounts.organisations import system_actor
from dialer.services.accounts.teams import create_team
from dialer.services.accounts.volunteers import NewVolunteer, create_volunteer
from dialer.services.calling.campaigns import change_campaign, get_campaign
from dialer.services.calling.help_requests import ask_for_help
from dialer.services.calling.sessions import pause_session, start_session
from dialer.services.context import Context
from dialer.services.exporting.exports import start_export
from dialer.services.exporting.run import run_export
from dialer.services.exporting.tables import Wanted
from dialer.services.gotv.elections import change_election
from dialer.services.gotv.mark_review import MarkSearch, list_marks
from dialer.services.gotv.teller_sheets import NewSheet, add_sheet, key_sheet
from dialer.services.gotv.timetable import enter_date
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.views import NewMark
from dialer.services.messaging.blasts import create_blast
from dialer.services.messaging.conversations import ConversationSearch, list_conversations
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.launching import launch_blast, pause_blast
from dialer.services.messaging.planning import plan_chunk
from dialer.services.messaging.sender_settings import NewSender, add_sender
from dialer.services.messaging.volunteer_texts import VolunteerText, text_volunteer
from dialer.services.messaging.wave_minding import mind_first_waves
from dialer.services.organising.circulars import NewCircular, send_circular
from dialer.services.paging import Page as Some
from dialer.services.people.audiences import create_audience
from dialer.services.people.contacts import create_contact
from dialer.services.people.import_run import run_import
from dialer.services.people.import_undo import undo_import
from dialer.services.people.import_undo_run import run_undo
from dialer.services.people.imports import start_import
from dialer.services.people.lists import create_list
from dialer.services.people.suppression_imports import BarringOptions, start_suppression_import
from dialer.services.people.suppression_run import run_suppression_import
from dialer.services.people.suppressions import NewSuppression, add_suppression
from dialer.store.models.first_waves import FirstWaveText
from dialer.store.models.messaging import Message
from tests.browser.conftest import DESK, PHONE, Open, axe_faults, sign_in, sizes, tap
from tests.conftest import SetClock
from tests.people import Person
from tests.web.phone_bank import PhoneBank

# Where screenshots go; looked at by people, compared by nobody.
PICTURES = os.environ.get("DIALER_SCREENSHOTS")
MESSY = b"Name,Phone\nOwen Hughes,4.47E+11\nGrace Okafor,07700 900106\n"
OPEN_REGISTER = b"Elector Number,Forename,Surname,Opt Out\nKA1-1,Nia,Rees,Y\n"
HEADLESS = b"07700900123,Owen Hughes\n07700900124,Grace Okafor\n"


@pytest.fixture
def pages(ctx: Context, bank: PhoneBank, vic: Person, clock: SetClock) -> dict[str, str]:
    """The address of every kind of page, by what it is called in pictures."""
    created = create_list(ctx, {"name": "Marsh Vale register"})
    done = start_import(ctx, created.id, io.BytesIO(MESSY), "messy.csv", {})
    run_import(ctx, done.id, clock)
    asks = start_import(ctx, created.id, io.BytesIO(HEADLESS), "no-header.csv", {})
    waits = start_import(ctx, created.id, io.BytesIO(MESSY), "again.csv", {})
    scottish = start_import(ctx, created.id, io.BytesIO(OPEN_REGISTER), "scottish.csv", {}, held=True)
    run_export(ctx, start_export(ctx, Wanted("contacts"), "xlsx").id, clock)
    start_export(ctx, Wanted("calls"), "csv")
    link = create_join_link(ctx, bank.campaign_id, NewJoinLink())
    script = get_campaign(ctx, bank.campaign_id).script_id
    campaign = f"/campaigns/{bank.campaign_id}"
    return {
        "campaigns": "/campaigns",
        "campaign": campaign,
        "campaign-form": f"{campaign}/edit",
        "campaign-end": f"{campaign}/end",
        "campaign-copy": f"{campaign}/copy",
        "join-link": f"{campaign}/join-links/{link.code}",
        "join-link-new": f"{campaign}/join-links/new",
        "join-poster": f"{campaign}/join-links/{link.code}/poster",
        "lists": "/lists",
        "list": f"/lists/{created.id}",
        "import-done": f"/imports/{done.id}",
        "import-columns": f"/imports/{asks.id}",
        "import-open-register": f"/imports/{scottish.id}",
        "import-waits": f"/imports/{waits.id}",
        "find": f"/contacts?list_id={created.id}",
        "person": f"/contacts/{bank.people['Siân']}",
        "lift": f"/contacts/{bank.people['Siân']}/opt-outs/voice/lift",
        **_suppressions(ctx, clock),
        "exports": "/exports",
        "scripts": "/scripts",
        "script": f"/scripts/{script}",
        "script-versions": f"/scripts/{script}/versions",
        "script-version": f"/scripts/{script}/versions/1",
        "script-walk": f"/scripts/{script}/preview?went=hello:",
        "volunteers": "/volunteers",
        "volunteer": f"/volunteers/{vic.id}",
        **_teams(ctx, vic),
        "turnout": "/turnout",
        **_marks(ctx),
        "crosstab": "/turnout/crosstab?rows=ward&columns=answer:vote",
        **_elections(ctx, bank),
        "shifts": f"{campaign}/shifts",
        "shift-end": f"/shifts/{_shift_with_help(ctx, bank)}/end",
        "live": f"/live?campaign_id={bank.campaign_id}",
        "answering-machines": f"/campaigns/{bank.campaign_id}/answering-machines",
        "texts": "/blasts",
        "text-new": f"/blasts/new?campaign_id={bank.campaign_id}",
        **_audiences(ctx, str(created.id)),
        **_texts(ctx, bank),
        **_answers(ctx),
    }


def _elections(ctx: Context, bank: PhoneBank) -> dict[str, str]:
    """The one we are in, whose next deadline is near; a date of it put right by hand."""
    election_id = get_campaign(ctx, bank.campaign_id).election_id
    polling_on = ctx.now.date() + dt.timedelta(days=21)
    change_election(ctx, election_id, {"polling_on": polling_on, "kind": "local", "nation": "england"})
    enter_date(ctx, election_id, Milestone.POSTAL_DESPATCH, polling_on - dt.timedelta(days=16), None)
    return {
        "elections": "/elections",
        "postal-votes": f"/postal-votes?campaign_id={bank.campaign_id}",
        "election": f"/elections/{election_id}",
        "timetable": f"/elections/{election_id}/timetable",
        "milestone": f"/elections/{election_id}/timetable/postal_application",
        "milestone-by-hand": f"/elections/{election_id}/timetable/postal_despatch",
    }


def _shift_with_help(ctx: Context, bank: PhoneBank) -> uuid.UUID:
    """Somebody is on a shift, and asks for help."""
    shift = start_session(ctx, bank.campaign_id)
    ask_for_help(ctx, shift.id, "technical")
    return shift.id


def _marks(ctx: Context) -> dict[str, str]:
    """A mark that waits, since nobody has its number."""
    mark_turnout(ctx, [NewMark("KA1-999")])
    mark = list_marks(ctx, MarkSearch(), Some()).items[0]
    sheet = add_sheet(ctx, NewSheet("KA1", ctx.now - dt.timedelta(hours=2), ctx.now, "Harbour Library"))
    key_sheet(ctx, sheet.id, ["12", "KA1-998"])
    return {
        "marks": "/turnout/marks",
        "mark": f"/turnout/marks/{mark.id}",
        "sheets": "/turnout/sheets",
        "sheet": f"/turnout/sheets/{sheet.id}",
    }


def _teams(ctx: Context, vic: Person) -> dict[str, str]:
    """A tree of long names, an organiser of it, and a volunteer in it who was written to."""
    wales = create_team(ctx, "Wales and the Marches", "region")
    marsh = create_team(ctx, "Aber-Marsh-upon-Severnside", "local", wales.id)
    circle = create_team(ctx, "Students", "circle", marsh.id)
    olwen = create_account(ctx, NewAccount("Olwen Pugh", Role.ORGANISER, team_ids=[wales.id, marsh.id])).id
    known = AccountChanges(phone="07700 900321", email="vic@example.org", team_ids=[circle.id])
    change_account(ctx, vic.id, known)
    add_sender(ctx, NewSender("+447700900188"))
    text_volunteer(ctx, VolunteerText(vic.id, "Can you do another hour?"))
    create_volunteer(ctx, NewVolunteer("Ann-without-a-number", [], team_ids=[marsh.id]))
    to_all = NewCircular(Audience.TEAM, wales.id, "The hall opens at five today.", expected=1)
    circular = send_circular(ctx, to_all).id
    return {
        "circulars": "/circulars",
        "circular": f"/circulars/{circular}",
        "circular-new": f"/circulars/new?audience=team&of={wales.id}",
        "teams": "/teams",
        "team": f"/teams/{marsh.id}",
        "team-delete": f"/teams/{circle.id}/delete",
        "accounts": "/accounts",
        "account": f"/accounts/{olwen}",
        "account-role": f"/accounts/{olwen}/role?role=coordinator",
        "volunteers-of-team": f"/volunteers?team_id={wales.id}",
    }


def _audiences(ctx: Context, list_id: str) -> dict[str, str]:
    """One with every kind of field in its composer, and one that is shown in words."""
    every: list[dict[str, Any]] = [
        {"any": [{"lists": [list_id]}, {"tags": ["member"]}, {"not": {"support": [1, None]}}]},
        {"has": "mobile"},
        {"field": {"name": "ward", "is": ["Bryn", "Coed"]}},
        {"field": {"name": "custom.shoe size", "filled": True}},
        {"called": {"within_s": 86_400}},
        {"random": {"share": 0.1, "seed": "autumn"}},
    ]
    whole = create_audience(ctx, {"name": "Supporters not called", "filter": {"all": every}})
    inner = {"all": [{"voted": True}, {"not": {"any": [{"audience": str(whole.id)}, {"pledged": True}]}}]}
    deep = create_audience(ctx, {"name": "The others", "filter": {"not": {"any": [inner, {"replied": {}}]}}})
    return {
        "audiences": "/audiences",
        "audience-new": "/audiences/new",
        "audience": f"/audiences/{whole.id}",
        "audience-words": f"/audiences/{deep.id}",
        "audience-away": f"/audiences/{deep.id}/delete",
    }


def _suppressions(ctx: Context, clock: SetClock) -> dict[str, str]:
    """A register that is out of date, with a line that can't be read, and a number barred by hand."""
    options: BarringOptions = {"reason": "tps", "dated": ctx.now.date() - dt.timedelta(days=40)}
    done = start_suppression_import(ctx, io.BytesIO(b"07700900106\nnonsense\n"), "tps.txt", options)
    run_suppression_import(ctx, done.id, clock)
    waits = start_suppression_import(ctx, io.BytesIO(b"07700900106\n"), "again.txt", options)
    gone = start_suppression_import(ctx, io.BytesIO(b"07700900106\n07700900107\n"), "wrong.txt", options)
    run_suppression_import(ctx, gone.id, clock)
    undo_import(ctx, gone.id, force=True)
    run_undo(ctx, gone.id, clock)
    barred, _ = add_suppression(ctx, NewSuppression(["sms"], "complaint", "07700 900108"))
    return {
        "suppressions": "/suppressions",
        "suppression-done": f"/suppressions/imports/{done.id}",
        "suppression-waits": f"/suppressions/imports/{waits.id}",
        "suppression-undone": f"/suppressions/imports/{gone.id}",
        "suppression-lift": f"/suppressions/{barred.id}/lift",
    }


def _texts(ctx: Context, bank: PhoneBank) -> dict[str, str]:
    """A draft with everything to mind, one that nobody gets, and one on its way."""
    list_ids = list(get_campaign(ctx, bank.campaign_id).list_ids)
    change_campaign(ctx, bank.campaign_id, {"senders": ["+447700900001"]})
    body = "It’s Bethan, {first_name|there}. Polls are open until 10. Stop: STOP"
    draft, empty, going, paused = (
        create_blast(ctx, bank.campaign_id, {"name": name, "body": body, "list_ids": ids})
        for name, ids in (("Draft", list_ids), ("Nobody", []), ("Going", list_ids), ("Paused", list_ids))
    )
    launch_blast(ctx, going.id)
    launch_blast(ctx, paused.id)
    pause_blast(ctx, paused.id)
    return {
        "text-first-wave": f"/blasts/{_held(ctx, bank)}",
        "text-like": f"/blasts/new?like={paused.id}",
        "text-draft": f"/blasts/{draft.id}",
        "text-nobody": f"/blasts/{empty.id}",
        "text-going": f"/blasts/{going.id}",
        "text-paused": f"/blasts/{paused.id}",
        "text-comparison": f"/blasts/{going.id}/comparison",
        "text-cancel": f"/blasts/{going.id}/cancel",
    }


def _held(ctx: Context, bank: PhoneBank) -> uuid.UUID:
    """One whose first wave has gone, of which all failed, and that would have gone on by itself."""
    ours = ctx.as_actor(system_actor(ctx.organisation_id))
    list_ids = list(get_campaign(ctx, bank.campaign_id).list_ids)
    words = {"name": "A few first", "body": "It is Bethan. Stop: STOP", "list_ids": list_ids}
    wave = create_blast(ctx, bank.campaign_id, words).id  # type: ignore[arg-type]
    launch_blast(ctx, wave, first_wave=first_wave.Wanted(2, 900))
    plan_chunk(ours, wave)
    with ctx.unit() as unit:
        drawn = select(FirstWaveText.message_id).where(FirstWaveText.blast_id == wave)
        failed = {"state": "undelivered", "error_code": 30003}
        unit.session.execute(update(Message).where(Message.id.in_(drawn)).values(failed))
    mind_first_waves(ours)
    return wave


def _answers(ctx: Context) -> dict[str, str]:
    """Three people have written to us; one may have meant stop."""
    ours = ctx.as_actor(system_actor(ctx.organisation_id))
    for number, body in (("+447700900104", "Diolch!"), ("+447700900105", "STOP"), ("+447700900103", "st op")):
        receive(ours, InboundText(uuid.uuid4().hex, number, "+447700900001", body, ctx.now))
    found = list_conversations(ctx, ConversationSearch(), Some(9)).items
    by_state = {one.state: f"/inbox/{one.id}" for one in found}
    return {
        "inbox": "/inbox",
        "inbox-closed": "/inbox?state=closed",
        **{f"talk-{state}": address for state, address in by_state.items()},
    }


def _look(page: Page, name: str, about: str) -> list[str]:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"board-{name}-{about}.png"), full_page=True)
    wide, _ = sizes(page)
    room = page.viewport_size["width"] if page.viewport_size else 0
    outside = [f"{name} {about}: {wide} px wide"] if wide > room else []
    return outside + [f"{name} {about}: {fault}" for fault in axe_faults(page)]


@pytest.mark.parametrize(
    "look",
    [(DESK, False, "en"), (PHONE, True, "en"), (PHONE, False, "cy"), (DESK, True, "cy")],
)
def test_every_page_is_sound(
    open_browser: Open, carys: Person, pages: dict[str, str], look: tuple[tuple[int, int], bool, str]
):
    size, dark, language = look
    page = open_browser(size, language=language, dark=dark)
    sign_in(page, carys)
    faults: list[str] = []
    for name, address in pages.items():
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, name
        faults += _look(page, name, f"{language}-{size[0]}-{'dark' if dark else 'light'}")
    assert not faults, "\n".join(faults)


def test_the_count_of_an_audience_follows_what_is_typed(open_browser: Open, carys: Person, ctx: Context):
    create_contact(ctx, {"first_name": "Siân"})
    page = open_browser(PHONE)
    sign_in(page, carys)
    page.goto("/audiences/new")
    page.select_option("[name=g-0-new]", "field")
    page.click("[data-test=add-condition]")
    assert page.locator("[data-test=audience-count]").count() == 0
    page.select_option("[name=g-0-r-0-name]", "first_name")
    page.fill("[name=g-0-r-0-text]", "siân")
    page.wait_for_selector("[data-test=audience-count][data-value='1']")
    assert "have the first name “siân”" in page.inner_text("[data-test=audience-sentence]")
    assert page.input_value("[name=g-0-r-0-text]") == "siân"


def test_a_list_is_uploaded_and_its_page_moves_on_by_itself(
    open_browser: Open, carys: Person, ctx: Context, clock: SetClock, tmp_path: Path
):
    file = tmp_path / "people.csv"
    file.write_bytes(MESSY)
    page = open_browser(DESK)
    sign_in(page, carys)
    page.goto("/lists")
    page.fill("#name", "Marsh Vale")
    tap(page, "list-create")
    page.set_input_files("[data-test=upload]", file)
    page.locator("[data-test=import-facts]").wait_for()
    assert page.inner_text("[data-test=import-start]") == "Bring in 2 rows"
    tap(page, "import-start")
    page.locator("[data-test=import-progress]").wait_for()
    run_import(ctx, uuid.UUID(page.url.rsplit("/", 1)[1]), clock)
    page.locator("[data-test=import-counts]").wait_for()
    assert "Number damaged by a spreadsheet" in page.inner_text("[data-test=import-rejects]")


def test_the_live_board_renews_itself_and_keeps_what_was_open(
    open_browser: Open, carys: Person, ctx: Context, bank: PhoneBank
):
    page = open_browser(DESK)
    sign_in(page, carys)
    page.goto(f"/live?campaign_id={bank.campaign_id}")
    page.locator("#working summary").click()
    tap(page, "pause-all")
    page.locator("[data-test=flash]").wait_for()
    page.goto(f"/live?campaign_id={bank.campaign_id}")
    page.locator("#finish summary").click()
    with page.expect_response("**/board"):
        page.evaluate("htmx.ajax('GET', document.querySelector('#board').getAttribute('hx-get'), '#board')")
    page.wait_for_function("document.querySelector('#finish details').open")
    assert "Everything is paused" in page.inner_text("#lawful .verdict")


def test_keys_go_to_the_cards(open_browser: Open, carys: Person, bank: PhoneBank):
    page = open_browser(DESK)
    sign_in(page, carys)
    page.goto(f"/live?campaign_id={bank.campaign_id}")
    page.keyboard.press("g")
    page.keyboard.press("4")
    expect(page.locator("#help")).to_be_focused()


def test_a_script_is_written_without_a_script(open_browser: Open, carys: Person):
    page = open_browser(PHONE, script=False)
    sign_in(page, carys)
    page.goto("/scripts/new")
    page.fill("#name", "Polling day")
    page.fill("#node-0-text", "Hello {fist_name}")
    tap(page, "save")
    assert "Did you mean {first_name}?" in page.inner_text("[data-test=flash]")
    page.click("[data-test=flash] a")
    assert "#node-0-text" in page.url
    page.fill("#node-0-text", "Hello {first_name}")
    tap(page, "save")
    assert "The script is saved." in page.inner_text("[data-test=flash]")


def test_whoever_is_at_a_button_by_keyboard_stays_there_while_the_list_is_renewed(
    open_browser: Open, ctx: Context, carys: Person, bank: PhoneBank, clock: SetClock
) -> None:
    shift_id = _shift_with_help(ctx, bank)
    page = open_browser(DESK)
    sign_in(page, carys)
    page.goto(f"/campaigns/{bank.campaign_id}/shifts")
    for _ in range(2):  # the first is put on the page, and the page was as long as the second takes about it
        with page.expect_response("**/shifts/now"):
            pass
    button = page.locator("[data-test=help-done]")
    button.focus()
    page.evaluate("window.stoodAt = document.activeElement")
    age = page.locator("[data-ages]").first
    for minutes in (2, 4):
        clock.forward(minutes=2)
        expect(age).to_contain_text(f"for {minutes} minutes")
        assert page.evaluate("document.activeElement === window.stoodAt"), "nothing else was said"
    pause_session(ctx, shift_id)
    page.locator("[data-test=shift-resume]").wait_for()
    expect(button).to_be_focused()
    assert page.evaluate("!window.stoodAt.isConnected"), "another one, of the same name"
