"""First texts with a picture, pressed one by one: over HTTP, and through the town to somebody's phone."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import pytest

from dialer.carrier.port import Carrier
from dialer.domain.phone import PhonePolicy
from dialer.services.context import Context
from dialer.services.messaging.carrier_events import apply_statuses
from dialer.services.messaging.planning import plan_chunk
from dialer.services.messaging.sending import send_due
from dialer.services.messaging.tools import Tools
from dialer.settings import Settings
from dialer.store.models import new_id
from tests.carriers import Unmetered, wires
from tests.conftest import Caller, SetClock
from tests.people import Person, join_campaign
from tests.pictures import png
from tests.texting import add_people, campaign, listed
from tests.towns import Town

AMERICAN, GRACE, GWEN = "+12025550100", "+12025550123", "+447700900123"
PHONES = PhonePolicy(allowed_countries=frozenset({"GB", "US"}), allow_fictional=True)
TEXT = "Hi {first_name|there}, it is {caller_name|a neighbour}. Vote! Reply STOP to opt out"


@dataclass(frozen=True)
class Hands:
    """A coordinator, and somebody who presses for texts of a campaign."""

    desk: Caller
    presses: Caller
    campaign_id: str


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The same, where people in the United States are texted too."""
    return dataclasses.replace(settings, phones_allowed_countries=("GB", "US"))


@pytest.fixture
def work(
    system: Callable[[], Context], carrier: Carrier, clock: SetClock, told: None
) -> Callable[[str], None]:
    """What workers do with a blast, while the town's webhooks and fetches come to the app."""

    def at_it(blast_id: str) -> None:
        ctx = dataclasses.replace(system(), phones=PHONES)
        while plan_chunk(ctx, uuid.UUID(blast_id)):
            pass
        send_due(ctx, Tools(carrier, Unmetered(), clock, lambda: 0.5), wires())
        apply_statuses(system(), carrier)

    return at_it


@pytest.fixture
def hands(api: Callable[[Person], Caller], carys: Person, vic: Person, ctx: Context) -> Hands:
    """Carys, and Vic, who presses, in a campaign."""
    of = campaign(ctx, senders=[AMERICAN]).id
    join_campaign(vic.units, vic, of)
    return Hands(api(carys), api(vic), str(of))


def test_a_press_sends_one_with_its_picture_where_networks_take_it(
    hands: Hands, work: Callable[[str], None], ctx: Context, town: Town, clock: SetClock
) -> None:
    town.account(senders=[AMERICAN])
    clock.forward(hours=5)  # a decent hour on both sides of the Atlantic
    town.set_now(clock.now)
    who = [new_id(), new_id()]
    add_people(ctx, [(who[0], [GRACE]), (who[1], [GWEN])])
    desk, hand, of = hands.desk, hands.presses, hands.campaign_id
    poster = desk.post("/pictures", data={"file": (BytesIO(png()), "p.png"), "name": "Poster"}).json
    body = {"campaign_id": of, "name": "First", "body": TEXT, "list_ids": [str(listed(ctx, who))]}
    made = desk.post("/blasts", json={**body, "mode": "by_hand", "picture_id": poster["id"]}).json
    launched = desk.post(f"/blasts/{made['id']}/launch")
    assert launched.status_code == 202, launched.text
    work(made["id"])
    assert town.texts("outbound-api") == [], "nobody has pressed"
    batch = hand.post(f"/blasts/{made['id']}/batch").json["texts"]
    path = f"/p/{poster['url'].rsplit('/', 1)[1]}"
    words = "Hi Gwen, it is Vic. Vote! Reply STOP to opt out"
    shown = {(one["picture_path"], one["body"].replace(poster["url"], "LINK")) for one in batch}
    assert shown == {(path, words), (None, f"{words}\nLINK")}
    for one in batch:
        assert hand.post(f"/first-texts/{one['id']}/press").status_code == 200
        clock.forward(seconds=1)
    work(made["id"])
    town.advance(120)
    work(made["id"])
    phones = {one["to"]: one for one in town.texts("outbound-api")}
    assert phones[GRACE]["media_urls"] == [poster["url"]]
    assert (phones[GWEN]["media_urls"], poster["url"] in phones[GWEN]["body"]) == ([], True)
    assert {one["status"] for one in phones.values()} == {"delivered"}
    assert town.accepted_by_number() == {GRACE: 1, GWEN: 1}
    texts = desk.get(f"/messages?blast_id={made['id']}").json["data"]
    assert {(one["to"], one["picture_path"], one["state"]) for one in texts} == {
        (GRACE, path, "delivered"),
        (GWEN, None, "delivered"),
    }
