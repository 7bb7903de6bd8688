"""Knock-up in a real browser: sheets on A4, the walk on a small phone, the page of the committee room."""

from __future__ import annotations

import re

import pytest

from dialer.services.context import Context
from dialer.services.gotv.record import record_support
from dialer.services.gotv.walks import print_walks
from dialer.store.models.calling import CampaignList
from dialer.store.models.people import ListMember
from tests.browser.conftest import DESK, PHONE, Open, axe_faults, sign_in, sizes
from tests.people import Person
from tests.services.gotv.electors import election_id, make_electors
from tests.web.phone_bank import PhoneBank

ROADS = ("Capel Road", "Stryd yr Eglwys", "Harbour Terrace")


@pytest.fixture
def promised(ctx: Context, bank: PhoneBank) -> int:
    """How many have promised in district KA1: 128 in three roads, some in houses with a name."""
    people = [
        *(f"{number} {ROADS[0]}" for number in range(1, 89)),
        *(f"Flat {number}, 14a {ROADS[1]}" for number in range(1, 31)),
        *(f"{house} Cottage, {ROADS[2]}" for house in "ABCDEFGHIJ"),
    ]
    with ctx.unit() as unit:
        list_id = unit.session.query(CampaignList.list_id).filter_by(campaign_id=bank.campaign_id).scalar()
    for nth, address in enumerate(people):
        (contact,) = make_electors(
            ctx,
            f"KA1-{nth}",
            polling_district="KA1",
            address=address,
            polling_station="Village Hall, Marsh Lane",
            last_name="Prydderch-Featherstonehaugh",
            needs_lift=nth % 7 == 0,
            language="cy" if nth % 5 == 0 else None,
        )
        with ctx.unit() as unit:
            mine = {"organisation_id": unit.organisation_id, "contact_id": contact}
            unit.session.add(ListMember(**mine, list_id=list_id))
            who = {"contact_id": contact, "election_id": election_id(ctx), "source": "door", "at": ctx.now}
            record_support(unit, support=1, voting_method=None, **who)  # type: ignore[arg-type]
    return len(people)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_each_sheet_is_one_page_of_a4(
    open_browser: Open, ctx: Context, carys: Person, bank: PhoneBank, promised: int, *, language: str
) -> None:
    desk = open_browser(DESK, language=language)
    sign_in(desk, carys)
    desk.goto(f"/knock-up/print?campaign_id={bank.campaign_id}&polling_district=KA1")
    sheets = desk.locator("[data-test=sheet]").count()
    assert desk.locator(".tick").count() == 5 * promised
    assert sheets == 3, "44 people of one side of a road stand on one"
    assert axe_faults(desk) == []
    paper = desk.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == sheets


@pytest.mark.usefixtures("promised")
@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_page_and_the_walk_fit_and_are_sound(
    open_browser: Open,
    ctx: Context,
    carys: Person,
    vic: Person,
    bank: PhoneBank,
    *,
    language: str,
) -> None:
    sheet = print_walks(ctx, bank.campaign_id, "KA1").sheets[0]
    desk = open_browser(DESK, language=language)
    sign_in(desk, carys)
    volunteer = open_browser(PHONE, language=language)
    sign_in(volunteer, vic)
    faults = []
    for page, path in (
        (desk, f"/knock-up?campaign_id={bank.campaign_id}"),
        (desk, f"/knock-up?campaign_id={bank.campaign_id}&channel=voice"),
        (volunteer, f"/knock-up/walks/{sheet.walk.code}"),
    ):
        page.goto(path)
        page.locator("h1").wait_for()
        if page is volunteer:
            page.locator("details summary").first.click()
        for width, height in (PHONE, DESK):
            page.set_viewport_size({"width": width, "height": height})
            faults += [f"{path} {width} px: {fault}" for fault in axe_faults(page)]
            assert sizes(page)[0] <= width, path
    assert faults == []
