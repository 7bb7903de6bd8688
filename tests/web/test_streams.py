"""Figures as they change: over real HTTP, a real unix socket and a real Valkey, `live` in a thread beside."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dialer.domain.access import Role
from dialer.services.accounts.tokens import delete_token, list_tokens
from dialer.services.calling.pause_all import pause_all
from dialer.services.calling.sessions import end_session, start_session
from dialer.services.context import Context
from dialer.services.messaging.launching import cancel_blast, pause_blast
from dialer.services.paging import Page
from dialer.settings import Settings
from dialer.store.queries import counters
from dialer.store.session import UnitFactory
from dialer.web.streams import house, listeners
from dialer.web.streams.house import House
from tests import texting
from tests.conftest import Caller, SetClock
from tests.live import Stream, live_beside
from tests.people import Person, join_campaign, make_person
from tests.web.served import served

BUMPS = 100

Listen = Callable[..., Stream]
Api = Callable[[Person], Caller]


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def live(settings: Settings, units: UnitFactory, ctx: Context, clock: SetClock) -> Iterator[House]:
    with live_beside(settings, units, lambda: texting.system(ctx).at(clock()), most=4, most_of_one=3) as made:
        yield made


@pytest.fixture
def listen(site: str, live: House, carys: Person) -> Iterator[Listen]:
    """Somebody who listens: `listen("blast:…", last_id="…", person=vic)`."""
    opened: list[Stream] = []

    def begin(*topics: str, person: Person = carys, last_id: str = "", small: bool = False) -> Stream:
        headers = {"Authorization": f"Bearer {person.token}", "Last-Event-ID": last_id}
        opened.append(Stream(site, f"/api/v1/stream?topics={','.join(topics)}", headers, small))
        return opened[-1]

    yield begin
    for stream in opened:
        stream.socket.close()


@pytest.fixture
def desk(api: Api, carys: Person) -> Caller:
    return api(carys)


@pytest.fixture
def blast(ctx: Context, clock: SetClock) -> str:
    """A launched text to three people, by its topic."""
    return f"blast:{texting.Blasting(ctx, clock).launch(texting.people(ctx, 3)).id}"


def _id(topic: str) -> uuid.UUID:
    return uuid.UUID(topic.partition(":")[2])


def _bump(ctx: Context, topic: str, by: int = 1) -> None:
    with ctx.unit() as unit:
        counters.bump(unit, topic.partition(":")[0], _id(topic), "sent", by)


def test_it_shows_what_rest_answers_and_then_each_change_within_a_second(
    listen: Listen, desk: Caller, vic: Person, ctx: Context, context_of: Callable[..., Context]
) -> None:
    campaign_id = texting.campaign(ctx).id
    join_campaign(vic.units, vic, campaign_id)
    stream = listen(f"campaign:{campaign_id}")
    status, headers = stream.head()
    assert (status, headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
    assert {"Content-Security-Policy", "X-Request-Id", "Date"} <= headers.keys()
    first = stream.event()
    assert first is not None
    assert (first.name, first.data) == ("stats", desk.get(f"/campaigns/{campaign_id}/stats").json)
    began = time.monotonic()
    session = start_session(context_of(vic), campaign_id)
    changed = stream.event()
    assert changed is not None
    assert changed.at - began < 1
    assert changed.data["sessions_now"] == 1
    end_session(context_of(vic), session.id)
    ended = stream.event()
    assert ended is not None
    assert ended.data == desk.get(f"/campaigns/{campaign_id}/stats").json


@pytest.mark.slow
def test_a_text_tells_of_pauses_and_of_everything_paused(
    listen: Listen, api: Api, carys: Person, ctx: Context, blast: str
) -> None:
    stream = listen(blast)
    first = stream.event()
    assert first is not None
    assert (first.name, first.data) == ("progress", api(carys).get(f"/blasts/{_id(blast)}/progress").json)
    for change, field, value in (
        (lambda: pause_all(ctx, "a fault"), "waiting_reason", "organisation_paused"),
        (lambda: pause_blast(ctx, _id(blast)), "state", "paused"),
        (lambda: cancel_blast(ctx, _id(blast)), "state", "cancelled"),
    ):
        began = time.monotonic()
        change()
        event = stream.event()
        assert event is not None
        assert event.data[field] == value
        assert event.at - began < 1


@pytest.mark.slow
def test_who_comes_back_gets_what_differs_and_nothing_twice(
    listen: Listen, ctx: Context, blast: str, live: House
) -> None:
    campaign = f"campaign:{texting.campaign(ctx).id}"
    with listen(blast, campaign) as stream:
        events = [stream.event(), stream.event()]
        last = events[-1]
        assert last is not None
    with listen(campaign, blast, last_id=last.id) as stream:
        assert stream.event(0.4) is None, "nothing changed"
    _bump(ctx, blast)
    with listen(blast, campaign, last_id=last.id) as stream:
        event = stream.event()
        assert event is not None
        assert event.data["counts"]["sent"] == 1
        assert stream.event(0.4) is None
    deadline = time.monotonic() + 2
    while len(live) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (len(live), len(live.boards)) == (0, 0), "who went is forgotten"


def test_all_who_watch_cost_one_read(
    listen: Listen, ctx: Context, blast: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, read = [], house.read_board
    monkeypatch.setattr(house, "read_board", lambda *of: reads.append(of) or read(*of))
    streams = [listen(blast) for _ in range(3)]
    assert all(stream.event() for stream in streams)
    before = len(reads)
    _bump(ctx, blast)
    assert {event.data["counts"]["sent"] for stream in streams if (event := stream.event())} == {1}
    assert len(reads) - before <= 2, "one, and perhaps the slow look"


@pytest.mark.slow
def test_a_storm_comes_four_a_second_and_ends_with_the_last(listen: Listen, ctx: Context, blast: str) -> None:
    stream = listen(blast)
    first = stream.event()
    assert first is not None
    storm = threading.Thread(target=_storm, args=(ctx, blast))
    storm.start()
    found = [first]
    while found[-1].data["counts"]["sent"] != BUMPS:
        event = stream.event()
        assert event is not None
        found.append(event)
    storm.join()
    assert stream.event(0.4) is None
    assert 2 < len(found) <= 4 * (found[-1].at - first.at) + 1


def _storm(ctx: Context, topic: str) -> None:
    for _ in range(BUMPS):
        _bump(ctx, topic)
        time.sleep(0.01)


def test_what_may_not_be_seen_is_refused_before_it_begins(
    listen: Listen, ctx: Context, blast: str, vic: Person, units: UnitFactory
) -> None:
    campaign_id = texting.campaign(ctx).id
    observer = make_person(units, ctx.organisation_id, Role.OBSERVER, "Olwen")
    organiser = make_person(units, ctx.organisation_id, Role.ORGANISER, "Owain")
    join_campaign(units, organiser, campaign_id)
    for topics, person, status, slug in (
        (blast, vic, 403, "forbidden"),
        (blast, observer, 403, "forbidden"),
        (blast, organiser, 404, "not-found"),
        (f"campaign:{uuid.uuid4()}", organiser, 404, "not-found"),
        ("campaign:7", organiser, 404, "not-found"),
        ("list:7", organiser, 422, "validation-failed"),
        ("", organiser, 422, "validation-failed"),
        (",".join(f"blast:{number}" for number in range(21)), organiser, 422, "validation-failed"),
    ):
        stream = listen(topics, person=person)
        assert stream.head()[0] == status, (topics, person)
        assert stream.body()["type"].endswith(slug)
    assert listen(f"campaign:{campaign_id}", person=observer).head()[0] == 200


@pytest.mark.slow
def test_a_stream_ends_with_its_token_and_with_its_rights(
    listen: Listen, ctx: Context, units: UnitFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house, "RIGHTS_EVERY_S", 0.2)
    monkeypatch.setattr(house, "CHECKS_A_SECOND", 100)
    campaign_id = texting.campaign(ctx).id
    watcher = make_person(units, ctx.organisation_id, Role.OBSERVER, "Olwen")
    stays, ends = listen(f"campaign:{campaign_id}"), listen(f"campaign:{campaign_id}", person=watcher)
    assert stays.event() is not None
    assert ends.event() is not None
    token = next(one for one in list_tokens(ctx, Page(100)).items if one.role == "observer")
    delete_token(ctx, token.id)
    assert ends.has_ended()
    assert stays.event(0.3) is None
    assert not stays.has_ended(0.1)


def test_there_is_an_end_to_how_many(listen: Listen, ctx: Context, units: UnitFactory) -> None:
    campaign = f"campaign:{texting.campaign(ctx).id}"
    for _ in range(3):
        assert listen(campaign).head()[0] == 200
    refused = listen(campaign)
    status, headers = refused.head()
    assert (status, headers["Retry-After"]) == (429, "5")
    assert refused.body()["type"].endswith("rate-limited")
    other = make_person(units, ctx.organisation_id, Role.OBSERVER, "Olwen")
    assert listen(campaign, person=other).head()[0] == 200
    full = listen(campaign, person=other)
    assert full.head()[0] == 503
    assert full.body()["type"].endswith("unavailable")


@pytest.mark.slow
def test_who_reads_nothing_is_dropped_and_holds_nobody_up(
    listen: Listen, ctx: Context, blast: str, live: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "STALLED_S", 0.3)
    monkeypatch.setattr(listeners, "COMMENT_EVERY_S", 0.0)
    monkeypatch.setattr(listeners, "_COMMENT", b":" + b" " * 100_000 + b"\n\n")
    monkeypatch.setattr(house, "TEND_EVERY_S", 0.05)
    asleep = listen(blast, small=True)
    deadline = time.monotonic() + 5
    while not len(live) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(live) == 1
    while len(live) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(live) == 0
    asleep.socket.close()


def test_without_live_it_is_unavailable_and_pages_say_so(
    client: FlaskClient, site: str, api: Api, carys: Person, ctx: Context
) -> None:
    path = f"/api/v1/stream?topics=campaign:{texting.campaign(ctx).id}"
    with Stream(site, path, {"Authorization": f"Bearer {carys.token}"}) as stream:
        status, headers = stream.head()
        assert (status, headers["Retry-After"]) == (503, "5")
    unable = api(carys).get(path.removeprefix("/api/v1"))
    assert unable.status_code == 503, "a server that doesn’t tell of its connection"
    assert api(carys).client.head(path, headers={"Authorization": f"Bearer {carys.token}"}).status_code == 200
    assert client.get(path.replace("/api/v1", "/live")).status_code == 303


def test_a_page_listens_with_its_cookie(
    site: str, live: House, client: FlaskClient, ctx: Context, carys: Person
) -> None:
    page = client.get("/login").text
    csrf = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    client.post("/login", data={"token": carys.token, "csrf_token": csrf})
    cookie = client.get_cookie("dialer_session")
    assert cookie is not None
    path = f"/live/stream?topics=campaign:{texting.campaign(ctx).id}"
    with Stream(site, path, {"Cookie": f"dialer_session={cookie.value}"}) as stream:
        assert stream.head()[0] == 200
        assert stream.event() is not None
