"""Phone-bank sessions in a real browser, on a small phone and a desk, in both languages and themes."""

from __future__ import annotations

import datetime as dt

import pytest

from dialer.domain.event import Span
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.campaigns import CampaignFields, change_campaign
from dialer.services.context import Context
from dialer.services.organising.events import NewEvent, make_event
from dialer.services.organising.rsvps import RsvpForm, sign_up
from dialer.store.models.events import Rsvp
from tests.browser.conftest import DESK, PHONE, Open, axe_faults, follow, sign_in, sizes
from tests.people import Person
from tests.web.phone_bank import PhoneBank

SIZES = ((PHONE, "light"), (DESK, "dark"))


@pytest.mark.parametrize("language", ["en", "cy"])
def test_their_pages_fit_and_are_sound(
    open_browser: Open, ctx: Context, carys: Person, vic: Person, bank: PhoneBank, *, language: str
) -> None:
    change_campaign(ctx, bank.campaign_id, CampaignFields(senders=["+447700900001"]))
    start = ctx.now + dt.timedelta(days=2)
    span = Span(start, start + dt.timedelta(hours=2))
    full = make_event(
        ctx, NewEvent("phone_bank", "Ring round", "The hall", span, bank.campaign_id, capacity=1)
    )
    make_event(ctx, NewEvent("phone_bank", "Ring more", "Online", span, bank.campaign_id, weeks=2))
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    made = [
        sign_up(system, full.id, RsvpForm(name, f"07700 9001{name}", consent=True)) for name in ("31", "32")
    ]
    with ctx.unit() as unit:
        code = unit.session.get_one(Rsvp, (unit.organisation_id, made[0].id)).code
    volunteer = open_browser(PHONE, language=language)
    sign_in(volunteer, vic)
    volunteer.goto("/call/sessions")
    follow(volunteer, "[data-test=come] >> nth=1")
    volunteer.locator("[data-test=my-sessions]").wait_for()
    desk = open_browser(DESK, language=language)
    sign_in(desk, carys)
    faults: list[str] = []
    for page, path in (
        (volunteer, "/call/sessions"),
        (volunteer, "/practice/done"),
        (volunteer, f"/e/{code}"),
        (desk, f"/campaigns/{bank.campaign_id}/phone-sessions"),
        (desk, f"/phone-sessions/{full.id}"),
    ):
        page.goto(path)
        page.locator("h1").wait_for()
        for (width, height), theme in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=theme)
            faults += [f"{path} {width} px: {fault}" for fault in axe_faults(page)]
            if (wide := sizes(page)[0]) > width:
                faults.append(f"{path} is {wide} px wide at {width}")
    assert not faults, "\n".join(faults)
