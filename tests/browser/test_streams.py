"""Figures move while a page is looked at, by its stream alone; where none comes it asks."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.sessions import start_session
from dialer.services.context import Context
from dialer.services.messaging.blasts import create_blast
from dialer.services.messaging.launching import launch_blast, pause_blast
from dialer.settings import Settings
from dialer.store.models.messaging import Blast
from dialer.store.queries import counters
from dialer.store.session import UnitFactory
from tests.browser.conftest import DESK, Open, sign_in
from tests.conftest import SetClock
from tests.live import live_beside
from tests.people import Person
from tests.web.phone_bank import PhoneBank


@pytest.fixture
def going(ctx: Context, bank: PhoneBank) -> uuid.UUID:
    """A text that is on its way."""
    list_ids = list(get_campaign(ctx, bank.campaign_id).list_ids)
    fields = {"name": "Polls are open", "body": "Polls are open. Stop: STOP", "list_ids": list_ids}
    return launch_blast(ctx, create_blast(ctx, bank.campaign_id, fields).id).id  # type: ignore[arg-type]


@pytest.fixture
def live(settings: Settings, units: UnitFactory, ctx: Context, clock: SetClock) -> Iterator[None]:
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    with live_beside(settings, units, lambda: system.at(clock())):
        yield


def _sent(ctx: Context, bank: PhoneBank, blast_id: uuid.UUID, count: int) -> None:
    with ctx.unit() as unit:
        counters.bump(unit, "blast", blast_id, "sent", count)
        counters.bump(unit, "blast", blast_id, "accepted", count)
        counters.bump(unit, "campaign", bank.campaign_id, "message_sent", count)


def _listening(page: Page, address: str) -> None:
    """Open a page that hears its stream, and may ask for nothing more."""
    with page.expect_response("**/live/stream*") as answer:
        page.goto(address)
    assert answer.value.status == 200
    page.wait_for_timeout(300)  # the state of the moment, which the page shows already


@pytest.mark.usefixtures("live")
def test_figures_move_by_the_stream_alone(
    open_browser: Open, carys: Person, ctx: Context, bank: PhoneBank, going: uuid.UUID
) -> None:
    _sent(ctx, bank, going, 1)
    page = open_browser(DESK)
    sign_in(page, carys)
    for part in ("**/progress?*", "**/board"):
        page.route(part, lambda route: route.abort())
    for address, name, before in (
        (f"/blasts/{going}", "stat-sent", 1),
        (f"/live?campaign_id={bank.campaign_id}", "stat-messages-sent", 1201),
    ):
        _listening(page, address)
        figure = page.locator(f"[data-test={name}]")
        expect(figure).to_have_attribute("data-value", str(before))
        _sent(ctx, bank, going, 1200)
        expect(figure).to_have_attribute("data-value", str(before + 1200), timeout=2_000)
        expect(figure.locator(".fig")).to_have_text(f"{before + 1200:,}")
    _listening(page, f"/campaigns/{bank.campaign_id}")
    start_session(ctx, bank.campaign_id)
    expect(page.locator("[data-test=stat-sessions_now]")).to_have_attribute("data-value", "1", timeout=2_000)


@pytest.mark.usefixtures("live")
def test_what_stands_beside_a_figure_moves_with_it(
    open_browser: Open, carys: Person, ctx: Context, bank: PhoneBank, going: uuid.UUID
) -> None:
    with ctx.unit() as unit:
        unit.session.execute(update(Blast).where(Blast.id == going).values(total=40))
    _sent(ctx, bank, going, 30)
    page = open_browser(DESK)
    sign_in(page, carys)
    page.route("**/progress?*", lambda route: route.abort())
    _listening(page, f"/blasts/{going}")
    with ctx.unit() as unit:
        counters.bump(unit, "blast", going, "accepted", 10)
        counters.bump(unit, "blast", going, "sent", -21)
        counters.bump(unit, "blast", going, "delivered", 31)
    delivered = page.locator("[data-test=stat-delivered]")
    expect(delivered).to_have_attribute("data-value", "31", timeout=2_000)
    expect(delivered.locator(".mean")).to_have_text("78\u00a0% so far")
    expect(page.locator("#how-far")).to_have_text("40 of 40 are on their way.")
    page.unroute("**/progress?*")
    with ctx.unit() as unit:
        counters.bump(unit, "blast", going, "sent", -9)
        counters.bump(unit, "blast", going, "failed", 9)
    failed = page.locator("[data-test=stat-failed] .mean")
    expect(failed).to_have_text("phone off, or no such number", timeout=3_000)


@pytest.mark.usefixtures("live")
def test_a_pause_by_somebody_else_is_seen_at_once(
    open_browser: Open, carys: Person, ctx: Context, going: uuid.UUID
) -> None:
    page = open_browser(DESK)
    sign_in(page, carys)
    _listening(page, f"/blasts/{going}")
    pause_blast(ctx, going)
    page.locator("[data-test=blast-progress][data-state=paused]").wait_for(timeout=3_000)


def test_where_no_stream_comes_the_page_asks(
    open_browser: Open, carys: Person, ctx: Context, bank: PhoneBank, going: uuid.UUID
) -> None:
    page = open_browser(DESK)
    sign_in(page, carys)
    page.goto(f"/blasts/{going}")
    _sent(ctx, bank, going, 2)
    expect(page.locator("[data-test=stat-sent]")).to_have_attribute("data-value", "2")
    _sent(ctx, bank, going, 2)
    expect(page.locator("[data-test=stat-sent]")).to_have_attribute("data-value", "4")
