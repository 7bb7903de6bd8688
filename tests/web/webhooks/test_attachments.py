"""What comes with texts, through the town: fetched, kept sealed, shown to whoever may read it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from sqlalchemy import select, update

from dialer.carrier.port import Carrier
from dialer.domain import attachment as rules
from dialer.domain.access import Role
from dialer.domain.attachment import NO_PICTURE, sort_out
from dialer.domain.carrier_policy import MessagingPolicy
from dialer.services.calling.campaigns import CampaignFields, create_campaign
from dialer.services.context import Context
from dialer.services.messaging import attachment_fetching
from dialer.services.messaging.attachment_fetching import due_attachments, mind_attachment
from dialer.services.messaging.attachments import delete_old_attachments
from dialer.services.messaging.inbound import Attachment as Came
from dialer.services.messaging.inbound import InboundText, receive
from dialer.settings import Settings
from dialer.store.models.accounts import AuditEntry
from dialer.store.models.attachments import Attachment
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.session import UnitFactory
from tests.conftest import Caller, SetClock
from tests.people import Person, make_person
from tests.phone_bank import mobile
from tests.pictures import exif, jpeg, png
from tests.towns import Town
from tests.web.reader import Reader
from tests.web.webhooks.conftest import SENDER

SIAN = mobile(123)
TEXT_SID = "MM" + "1" * 32


@dataclass
class Post:
    """Texts with something in them, the worker that fetches it, and the browsers of those who read."""

    town: Town
    app: Flask
    carrier: Carrier
    settings: Settings
    system: Callable[[], Context]
    units: UnitFactory
    organisation_id: uuid.UUID
    clock: SetClock

    def arrive(self, *kinds: str, number: str = SIAN) -> None:
        self.town._told("/texts", {"from": number, "to": SENDER, "body": "", "media": list(kinds)})

    def work(self) -> None:
        """What the job does: until nothing is due."""
        while due := due_attachments(self.system()):
            for one in due:
                mind_attachment(self.system(), self.carrier, self.settings.secret_key, one)

    def rows(self) -> Sequence[Attachment]:
        with self.units.begin(self.organisation_id) as unit:
            query = select(Attachment).order_by(Attachment.message_id, Attachment.nth)
            found = unit.session.scalars(query).all()
            assert all(row.data is None or row.data for row in found)
            return found

    def talk(self) -> Conversation:
        with self.units.begin(self.organisation_id) as unit:
            return unit.session.scalars(select(Conversation)).one()

    def give_to(self, person: Person | None, campaign_id: uuid.UUID) -> None:
        assigned = person.id if person else None
        with self.units.begin(self.organisation_id) as unit:
            unit.session.execute(
                update(Conversation).values(
                    assigned_to=assigned, campaign_id=campaign_id, held_until=self.clock() if person else None
                )
            )
            unit.session.execute(update(Message).values(campaign_id=campaign_id))

    def reader(self, person: Person) -> Reader:
        made = Reader(self.app.test_client())
        made.sign_in(person.token, to="/healthz")
        return made


@pytest.fixture
def bench(  # noqa: PLR0917 - all that meets here
    town: Town,
    app: Flask,
    carrier: Carrier,
    settings: Settings,
    system: Callable[[], Context],
    units: UnitFactory,
    organisation_id: uuid.UUID,
    clock: SetClock,
    told: None,
) -> Post:
    return Post(town, app, carrier, settings, system, units, organisation_id, clock)


def _addresses(html: str) -> list[str]:
    return re.findall(r'(?:src|href)="([^"]*/brought/[^"]+)"', html)


def test_a_picture_is_fetched_and_shown_behind_a_press_to_whoever_may_read_it(
    bench: Post, carys: Person, ctx: Context, units: UnitFactory
) -> None:
    campaign_id = create_campaign(ctx, CampaignFields(name="Doors", kind="text_blast")).id
    vic, wil = (
        make_person(units, ctx.organisation_id, Role.VOLUNTEER, name, campaign_ids=(campaign_id,))
        for name in ("Vic Two", "Wil Rees")
    )
    bench.arrive("image/jpeg", "image/svg+xml")
    desk = bench.reader(carys)
    place = f"/inbox/{bench.talk().id}"
    page = desk.open(place)
    assert page.words["not-here"].startswith("It is on its way to us.")
    bench.work()
    picture, drawing = bench.rows()
    assert (picture.content_type, drawing.content_type) == ("image/jpeg", NO_PICTURE)
    assert all(row.state == "kept" and row.settled_at for row in (picture, drawing))
    (sid,) = (text["sid"] for text in bench.town.texts("inbound"))
    assert bench.carrier.attachments.of_text(sid) == [], "forgotten there"
    page = desk.open(place)
    assert page.words["picture"].startswith("Show the picture")
    shown, file = _addresses(page.html)
    before = page.html[: page.html.index(shown)]
    assert before.rindex("<details") > before.rfind("</details>"), "it is behind the press"
    answer = desk.client.get(shown)
    assert (answer.mimetype, answer.data[:2]) == ("image/jpeg", b"\xff\xd8")
    assert "Content-Disposition" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "script-src" in answer.headers["Content-Security-Policy"]
    answer = desk.client.get(file)
    assert (answer.mimetype, answer.headers["Content-Disposition"]) == (
        NO_PICTURE,
        'attachment; filename="from-a-text.bin"',
    )
    bench.give_to(vic, campaign_id)
    of_vic, of_wil = bench.reader(vic), bench.reader(wil)
    page = of_vic.open(f"/texts/{bench.talk().id}")
    shown, _ = _addresses(page.html)
    assert "picture" in page.tests
    assert of_vic.client.get(shown).mimetype == "image/jpeg"
    assert of_wil.client.get(shown).status_code == 404
    bench.give_to(wil, campaign_id)
    assert of_vic.client.get(shown).status_code == 404


def test_it_is_fetched_later_and_what_never_comes_is_counted_and_said(
    bench: Post, carys: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.arrive("image/png")
    bench.town.faults(fetch_error=1.0)
    bench.work()
    (row,) = bench.rows()
    assert (row.state, row.attempts, row.due_at > bench.clock()) == ("waiting", 1, True)
    bench.town.faults()
    bench.clock.forward(minutes=1)
    bench.work()
    assert bench.rows()[0].content_type == "image/png"
    desk = bench.reader(carys)
    assert "never-came" not in desk.open("/inbox").tests

    monkeypatch.setattr(attachment_fetching, "SIZE_MOST", 10)
    bench.arrive("image/png")
    bench.work()
    bench.arrive("image/gif")
    bench.town.faults(fetch_error=1.0)
    bench.clock.forward(days=4)
    bench.work()
    nowhere = Came("ME" + "0" * 32, "image/png")
    system = bench.system()
    bench.town.faults()
    receive(system, InboundText(TEXT_SID, SIAN, SENDER, "", system.now, attachments=(nowhere,)))
    receive(system, InboundText("MM1/../../x", SIAN, SENDER, "", system.now, attachments=(nowhere,)))
    bench.work()
    assert [row.why for row in bench.rows()] == [
        None,
        rules.TOO_LARGE,
        rules.NOT_FETCHED,
        rules.GONE,
        rules.GONE,
    ]
    desk = bench.reader(carys)
    assert "4 things that came with texts" in desk.open("/inbox").words["never-came"]
    page = desk.open(f"/inbox/{bench.talk().id}")
    assert "too large" in page.text
    assert "hasn’t got it" in page.text


def test_an_opening_is_audited_once_by_whoever_it_was(bench: Post, carys: Person, ctx: Context) -> None:
    bench.arrive("image/jpeg")
    bench.work()
    (row,) = bench.rows()
    desk = bench.reader(carys)
    desk.open(f"/inbox/{bench.talk().id}")
    assert _openings(bench) == [], "looking at the conversation opens nothing"
    (shown,) = _addresses(desk.page.html)
    for _ in range(3):
        assert desk.client.get(shown).status_code == 200
    assert _openings(bench) == [(carys.id, row.id)]
    bench.clock.forward(minutes=6)
    desk.client.get(shown)
    assert _openings(bench) == [(carys.id, row.id)] * 2


def _openings(bench: Post) -> list[tuple[uuid.UUID | None, uuid.UUID]]:
    with bench.units.begin(bench.organisation_id) as unit:
        query = select(AuditEntry).where(AuditEntry.action == "attachment.opened").order_by(AuditEntry.id)
        return [(one.actor_id, uuid.UUID(one.object_id)) for one in unit.session.scalars(query)]


def test_it_is_had_through_the_api_too(
    bench: Post,
    api: Callable[[Person], Caller],
    carys: Person,
    units: UnitFactory,
    organisation_id: uuid.UUID,
) -> None:
    bench.arrive("image/png", "text/vcard")
    caller = api(carys)
    (text,) = caller.get("/messages?direction=inbound").json["data"]
    at = f"/messages/{text['id']}/attachments"
    waits = caller.get(f"{at}/0")
    assert (waits.status_code, waits.json["state"]) == (409, "waiting")
    bench.work()
    picture, card = caller.get(f"{at}/0"), caller.get(f"{at}/1")
    assert (picture.mimetype, picture.data[:4]) == ("image/png", b"\x89PNG")
    assert picture.headers["Cache-Control"] == "no-store"
    assert (card.mimetype, "attachment" in card.headers["Content-Disposition"]) == (NO_PICTURE, True)
    assert [caller.get(f"{at}/{nth}").status_code for nth in ("2", "-1", "x", "99", "999")] == [404] * 5
    assert caller.get(f"/messages/{uuid.uuid4()}/attachments/0").status_code == 404
    olwen = make_person(units, organisation_id, Role.ORGANISER, "Olwen", campaign_ids=())
    assert api(olwen).get(f"{at}/0").status_code == 404
    teller = make_person(units, organisation_id, Role.TELLER, "Tegid")
    assert api(teller).get(f"{at}/0").status_code == 403


def test_what_had_its_time_is_deleted_and_says_what_it_was(
    bench: Post, api: Callable[[Person], Caller], carys: Person
) -> None:
    bench.arrive("image/jpeg", "text/vcard")
    bench.work()
    bench.clock.forward(days=364)
    assert delete_old_attachments(bench.system()) == 0
    bench.clock.forward(days=2)
    endless = replace(bench.system(), messaging=MessagingPolicy(attachment_days=0))
    assert delete_old_attachments(endless) == 0
    assert (delete_old_attachments(bench.system()), delete_old_attachments(bench.system())) == (2, 0)
    rows = bench.rows()
    assert {(row.state, row.why, row.data, row.wrapped_key) for row in rows} == {
        ("deleted", rules.RETENTION, None, None)
    }
    assert all(row.deleted_at == bench.clock() and row.size for row in rows)
    page = bench.reader(carys).open(f"/inbox/{bench.talk().id}")
    assert "A picture was here (1 kB), until its time was over." in page.text
    assert "Something that is no text was here" in page.text
    caller = api(carys)
    (text,) = caller.get("/messages?direction=inbound").json["data"]
    gone = caller.get(f"/messages/{text['id']}/attachments/0")
    assert (gone.status_code, gone.json["state"]) == (409, "deleted")


def test_what_was_read_from_the_list_is_named_by_the_carrier(bench: Post) -> None:
    """A text whose webhook never came says how many things came with it, and not which."""
    bench.arrive("image/png", "image/jpeg")
    with bench.units.begin(bench.organisation_id) as unit:
        unit.session.execute(update(Attachment).values(sid=""))
    bench.work()
    kept = bench.rows()
    assert [row.content_type for row in kept] == ["image/png", "image/jpeg"]
    assert len({row.sid for row in kept}) == 2


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (jpeg(exif("<", 6)), "image/jpeg"),
        (png(), "image/png"),
        (png()[:-9], NO_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", NO_PICTURE),
        (b"<html>", NO_PICTURE),
        (b"", NO_PICTURE),
    ],
)
def test_a_picture_is_one_by_its_bytes_and_does_not_tell_where_it_was_taken(data: bytes, kind: str) -> None:
    found = sort_out(data)
    assert found.content_type == kind
    assert b"51.4816N" not in found.data
