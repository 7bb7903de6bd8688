"""Recordings through the town: announced, made, fetched, encrypted, heard, deleted; never against a no."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select, update

from dialer.carrier.recording_port import Recordings
from dialer.services.calling.recording_keeping import delete_old, sweep_folder
from dialer.services.calling.recording_work import due_long, due_short, mind
from dialer.services.calling.recordings import erase_recordings_of, stop
from dialer.services.calling.vault import Vault, vault_of
from dialer.store.models.accounts import AuditEntry
from dialer.store.models.calls import Call
from dialer.store.models.recordings import Recording
from dialer.town.voice import twiml
from dialer.town.voice.verbs import Say
from dialer.web.webhooks import spoken
from tests.conftest import Caller
from tests.people import Person
from tests.phone_bank import Voter, add_voters
from tests.web.reader import Reader
from tests.web.webhooks.test_dialled_answers import Exchange, exchange, people  # noqa: F401 -- fixtures
from tests.web.webhooks.test_ring_me import (  # noqa: F401 -- fixtures
    GWEN,
    Booth,
    booth,
    caller,
    campaign_id,
    gwen,
    street,
)

SECRET = "a secret of the installation"
TALK_S = 61
STEP_S = 5
COARSE_S = 20
"""Where nothing is to be seen but what becomes of it in the end."""


@dataclass
class Studio:
    """Vic's booth in a campaign that records, and a coordinator."""

    booth: Booth
    coordinator: Caller
    vault: Vault

    def switch(self, **fields: object) -> Any:
        path = f"/campaigns/{self.booth.campaign_id}/recording"
        return self.coordinator.patch(path, json=fields)

    def work(self) -> None:
        """What the jobs do, as long as something is due."""
        ctx = self.booth.system()
        while due := [*due_short(ctx), *due_long(ctx)]:
            for recording_id in due:
                mind(ctx, self.booth.carrier, self.vault, recording_id)

    def pass_by(self, seconds: int, step_s: int = STEP_S) -> None:
        for _ in range(0, seconds, step_s):
            self.booth.advance(step_s)
            self.booth.look()
            self.work()

    def talk(self) -> None:
        """Vic and Gwen talk with each other."""
        self.booth.ring()
        assert self.booth.place()
        self.pass_by(15)  # rung, answered, told, and put through

    def listed(self, **query: object) -> list[dict[str, Any]]:
        return list(self.coordinator.get("/recordings", query_string=query).json["data"])

    @property
    def row(self) -> dict[str, Any]:
        (found,) = self.listed(campaign_id=self.booth.campaign_id)
        return found

    def at_carrier(self) -> list[dict[str, Any]]:
        return list(self.booth.town.request("GET", "/ledger/recordings")[1]["recordings"])

    def files(self) -> list[bytes]:
        return [path.read_bytes() for path in self.vault.folder.glob("*")]

    def audio(self, **headers: str) -> Any:
        return self.coordinator.get(f"/recordings/{self.row['id']}/audio", headers=headers)

    def audited(self) -> list[str]:
        with self.booth.units.read() as unit:
            found = unit.session.scalars(select(AuditEntry.action).order_by(AuditEntry.at, AuditEntry.id))
            return [action for action in found if "recording" in action]


@pytest.fixture
def studio(booth: Booth, api: Callable[[Person], Caller], carys: Person, settings) -> Studio:  # noqa: F811
    vault = vault_of(booth.system(), settings.secret_key)
    studio = Studio(booth, api(carys), vault)
    made = studio.switch(recording=True, lawful_use=True)
    assert made.status_code == 200, made.text
    return studio


def heard_by(studio: Studio, number: str) -> list[tuple[str, str]]:
    (call,) = [one for one in studio.booth.town.calls() if one["to"] == number]
    return [(each["kind"], each["what"]) for each in call["sounds"]]


@pytest.mark.slow
def test_it_is_off_until_a_coordinator_says_that_it_is_lawful(booth: Booth, api, carys, vic, settings):  # noqa: F811
    studio = Studio(booth, api(carys), vault_of(booth.system(), settings.secret_key))
    path = f"/campaigns/{booth.campaign_id}/recording"
    assert studio.coordinator.get(path).json["recording"] is False
    refused = studio.switch(recording=True)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/lawful_use")
    assert api(vic).patch(path, json={"recording": True, "lawful_use": True}).status_code == 403
    assert studio.switch(retention_days=366).status_code == 422
    studio.talk()
    studio.pass_by(80, COARSE_S)
    assert studio.listed() == studio.at_carrier() == []
    assert heard_by(studio, GWEN)[0][0] != "say"
    on = studio.switch(recording=True, retention_days=7, lawful_use=True).json
    assert (on["recording"], on["retention_days"], on["lawful_use_by"]) == (True, 7, str(carys.id))
    assert studio.audited() == ["campaign.recording"]


def test_a_call_is_announced_recorded_fetched_encrypted_heard_and_forgotten_at_the_carrier(studio: Studio):
    studio.talk()
    sounds = heard_by(studio, GWEN)
    assert sounds[0] == ("say", "This call is recorded.")
    assert sounds[1][0] == "people"
    (made,) = studio.at_carrier()
    assert (made["status"], made["call_sid"]) == ("in-progress", studio.booth.town.calls()[0]["sid"])
    assert (studio.row["state"], studio.row["at_carrier"]) == ("recording", True)
    assert studio.audio().status_code == 409
    studio.pass_by(80, COARSE_S)
    row = studio.row
    assert (row["state"], row["at_carrier"], row["why"], row["trouble"]) == ("kept", False, None, None)
    assert row["seconds"] >= TALK_S - 2
    assert studio.at_carrier()[0]["deleted_at"], "the carrier forgets it"
    (file,) = studio.files()
    whole = studio.audio()
    assert (whole.status_code, whole.mimetype) == (200, "audio/mpeg")
    assert whole.headers["Cache-Control"] == "no-store"
    assert made["sid"].encode() in whole.data
    assert made["sid"].encode() not in file, "it lies there encrypted"
    part = studio.audio(Range="bytes=100-199")
    assert (part.status_code, part.data) == (206, whole.data[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{row['size']}"
    assert studio.audio(Range="bytes=-50").data == whole.data[-50:]
    assert studio.audio(Range=f"bytes={row['size']}-").status_code == 416
    assert studio.audited() == ["campaign.recording", "recording.listened"], "pieces are one listening"
    call = studio.coordinator.get(f"/calls/{row['call_id']}").json
    assert call["recording_id"] == row["id"]
    assert studio.booth.vic.get(f"/calls/{row['call_id']}").json["recording_id"] is None
    assert studio.booth.vic.get(f"/recordings/{row['id']}/audio").status_code == 403
    assert studio.listed(contact_id=studio.booth.contact_id) == studio.listed(call_id=row["call_id"]) == [row]
    assert studio.listed(contact_id=uuid.uuid4()) == []
    out_of_reach(studio, narrowed_elsewhere(studio), row["id"])


def narrowed_elsewhere(studio: Studio) -> Caller:
    """A coordinator's token for another campaign alone."""
    carys, client = studio.coordinator.person, studio.coordinator.client
    other = studio.coordinator.post("/campaigns", json={"name": "Elsewhere", "kind": "phone_bank"}).json["id"]
    wanted = {"role": "coordinator", "name": "Elsewhere", "campaign_ids": [other]}
    secret = studio.coordinator.post("/tokens", json=wanted).json["token"]
    return Caller(client, Person(carys.id, carys.organisation_id, secret, carys.units))


def out_of_reach(studio: Studio, other: Caller, recording_id: str) -> None:
    campaign, path = f"/campaigns/{studio.booth.campaign_id}", f"/recordings/{recording_id}"
    assert other.get("/recordings").json["data"] == []
    asked = [
        other.get("/recordings", query_string={"campaign_id": str(studio.booth.campaign_id)}),
        other.get(path),
        other.get(f"{path}/audio"),
        other.delete(path, query_string={"reason": "mine"}),
        other.get(f"{campaign}/recording"),
        other.patch(f"{campaign}/recording", json={"retention_days": 1}),
        other.get(f"/calls/{studio.row['call_id']}"),
    ]
    assert [answer.status_code for answer in asked] == [404] * 7
    assert studio.row["state"] == "kept"


def test_whoever_objects_is_recorded_no_longer_and_nothing_is_left(studio: Studio):
    studio.talk()
    path = f"/assignments/{studio.booth.assignment}/recording"
    assert studio.booth.vic.post(path, json={"on": True}).status_code == 422
    assert studio.booth.vic.post(path, json={"on": False}).json == {"on": False, "deleted": True}
    assert studio.booth.vic.post(path, json={"on": False}).json == {"on": False, "deleted": False}
    studio.work()
    (made,) = studio.at_carrier()
    assert made["status"] == "processing", "ended at once"
    studio.pass_by(10)
    assert studio.at_carrier()[0]["deleted_at"]
    assert studio.files() == []
    gone = studio.row
    assert (gone["state"], gone["why"], gone["at_carrier"]) == ("deleted", "objection", False)
    assert studio.audited()[-1] == "recording.objected_to"
    again(studio)
    assert len(studio.at_carrier()) == 1, "and is not begun again, nor when they are rung once more"
    assert ("say", "This call is recorded.") not in heard_last(studio)


def again(studio: Studio) -> None:
    """The line is lost, and Vic rings Gwen again."""
    for call in studio.booth.town.calls():
        studio.booth.carrier.end_call(call["sid"])
    studio.pass_by(15)
    studio.booth.ring()
    assert studio.booth.place()
    studio.pass_by(15)


def heard_last(studio: Studio) -> list[tuple[str, str]]:
    call = [one for one in studio.booth.town.calls() if one["to"] == GWEN][-1]
    assert call["sounds"]
    return [(each["kind"], each["what"]) for each in call["sounds"]]


class Meanwhile:
    """The carrier's recordings; while it begins one, something else happens."""

    def __init__(self, recordings: Recordings, deed: Callable[[], object]) -> None:
        self._recordings = recordings
        self._deed = deed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._recordings, name)

    def start(self, *args: str) -> Any:
        made = self._recordings.start(*args)
        self._deed()
        return made


def test_a_talk_that_goes_on_elsewhere_while_it_is_begun_is_recorded_no_longer(studio: Studio, monkeypatch):
    def put_through() -> None:
        ctx = studio.booth.system()
        with ctx.unit() as unit:
            stop(ctx, unit, unit.session.scalars(select(Recording.call_id)).one())

    carrier = studio.booth.carrier
    monkeypatch.setattr(type(carrier), "recordings", Meanwhile(carrier.recordings, put_through))
    studio.talk()
    (made,) = studio.at_carrier()
    assert made["status"] != "in-progress", "not a minute later"


@pytest.mark.slow
def test_the_volunteers_page_says_so_and_stops_it(studio: Studio, app, vic: Person):
    studio.talk()
    page = Reader(app.test_client())
    page.sign_in(vic.token)
    assert "This call is recorded." in page.open("/call").text
    stopped = page.press("stop-recording")
    assert "The call isn’t recorded any more." in stopped.text
    assert "stop-recording" not in stopped.tests
    assert studio.row["why"] == "objection"


@pytest.mark.slow
def test_whoever_objects_afterwards_is_heeded_too(studio: Studio, app, vic: Person):
    kept(studio)
    page = Reader(app.test_client())
    page.sign_in(vic.token)
    assert "This call was recorded." in page.open("/call").text
    assert "stop-recording" not in page.press("stop-recording").tests
    studio.work()
    assert (studio.row["why"], studio.files()) == ("objection", [])


@pytest.mark.slow
@pytest.mark.parametrize(
    "faults",
    [
        {"lost_callback": 1.0},
        {"doubled_callback": 1.0, "reordered_callback": 1.0},
        {"lost_reply": 1.0},
        {"error_after": 1.0},
        {"late_callback": 1.0, "late_s": 90},
    ],
)
def test_whatever_is_lost_late_or_doubled_it_is_kept_once(studio: Studio, faults: dict[str, object]):
    studio.booth.ring()
    assert studio.booth.place()
    studio.booth.advance(3)
    studio.booth.town.faults(**faults)
    studio.pass_by(20)
    if not faults.keys() & {"lost_callback", "late_callback"}:
        studio.booth.town.faults()
    studio.pass_by(200, COARSE_S)
    assert studio.row["state"] == "kept", studio.row
    assert len(studio.files()) == 1
    assert [bool(one["deleted_at"]) for one in studio.at_carrier()] == [True]


@pytest.mark.slow
def test_a_carrier_that_is_away_while_it_is_fetched_is_asked_again_and_that_is_shown(studio: Studio):
    studio.talk()
    studio.booth.town.faults(fetch_error=1.0)
    studio.pass_by(80, COARSE_S)
    assert (studio.row["state"], studio.row["trouble"]) == ("fetching", "carrier_away")
    assert studio.files() == []
    studio.booth.town.faults()
    studio.pass_by(60, COARSE_S)
    assert (studio.row["state"], studio.row["trouble"]) == ("kept", None)


class FullVault(Vault):
    """A disk without room."""

    def keep(self, *_: object) -> Any:
        raise OSError(28, "No space left on device")


@pytest.mark.slow
def test_a_full_disk_loses_nothing(studio: Studio):
    studio.talk()
    room = studio.vault
    studio.vault = FullVault(room.folder, room.secret_key)
    studio.pass_by(80, COARSE_S)
    assert (studio.row["state"], studio.row["trouble"]) == ("fetching", "disk_full")
    assert not studio.at_carrier()[0]["deleted_at"]
    studio.vault = room
    studio.pass_by(60, COARSE_S)
    assert studio.row["state"] == "kept"


@pytest.mark.slow
def test_what_was_begun_twice_is_left_nowhere(studio: Studio):
    studio.talk()
    call_sid = studio.at_carrier()[0]["call_sid"]
    studio.booth.carrier.recordings.start(call_sid, "http://localhost/told")
    studio.pass_by(80, COARSE_S)
    assert (studio.row["state"], studio.row["at_carrier"]) == ("kept", False)
    assert [bool(one["deleted_at"]) for one in studio.at_carrier()] == [True, True]


class Silent(Meanwhile):
    """The carrier's recordings, whose sound never comes."""

    def fetch(self, *_: object) -> bool:
        return False


@pytest.mark.slow
@pytest.mark.parametrize(("days", "ends"), [(4, ("lost", "gone")), (29, ("deleted", "retention"))])
def test_what_never_comes_is_not_left_at_the_carrier_for_ever(
    studio: Studio, monkeypatch, days: int, ends: tuple[str, str]
):
    studio.talk()
    carrier = studio.booth.carrier
    monkeypatch.setattr(type(carrier), "recordings", Silent(carrier.recordings, bool))
    studio.pass_by(80, COARSE_S)
    assert (studio.row["state"], studio.row["trouble"]) == ("fetching", "not_ready")
    studio.booth.clock.forward(seconds=days * 86_400)
    assert delete_old(studio.booth.system()) == (days > 28)
    studio.work()
    assert (studio.row["state"], studio.row["why"]) == ends
    assert not studio.row["at_carrier"]
    assert studio.at_carrier()[0]["deleted_at"]


def kept(studio: Studio) -> dict[str, Any]:
    studio.talk()
    studio.pass_by(80, COARSE_S)
    assert studio.row["state"] == "kept"
    return studio.row


@pytest.mark.slow
def test_a_changed_file_is_refused(studio: Studio):
    row = kept(studio)
    path = studio.vault.path(uuid.UUID(row["id"]))
    file = path.read_bytes()
    path.write_bytes(file[:200] + bytes([file[200] ^ 1]) + file[201:])
    assert studio.audio().status_code == 404
    path.unlink()
    assert studio.audio().status_code == 404


@pytest.mark.slow
def test_its_time_is_over_when_the_campaign_says_so_now(studio: Studio):
    row = kept(studio)
    assert row["deletes_at"][:10] == "2026-06-04", "28 days"
    assert delete_old(studio.booth.system()) == 0
    studio.switch(retention_days=1)
    assert studio.row["deletes_at"][:10] == "2026-05-08"
    studio.booth.clock.forward(seconds=86_500)
    assert delete_old(studio.booth.system()) == 1
    assert studio.audio().status_code == 409
    studio.work()
    assert studio.files() == []
    assert (studio.row["state"], studio.row["why"], studio.row["seconds"]) == (
        "deleted",
        "retention",
        row["seconds"],
    )
    assert delete_old(studio.booth.system()) == 0


@pytest.mark.slow
def test_what_a_coordinator_deletes_is_gone_with_its_key(studio: Studio):
    row = kept(studio)
    path = f"/recordings/{row['id']}"
    assert studio.coordinator.delete(path).status_code == 422, "without a reason"
    for _ in range(2):
        assert studio.coordinator.delete(path, query_string={"reason": "asked for"}).status_code == 204
    with studio.booth.units.read() as unit:
        assert unit.session.scalars(select(Recording.wrapped_key)).one() is None
    assert studio.audited().count("recording.deleted") == 1
    studio.work()
    assert studio.files() == []


@pytest.mark.slow
@pytest.mark.parametrize("for_another", [False, True])
def test_it_is_erased_with_the_person(studio: Studio, for_another: bool):
    row, gwen = kept(studio), studio.booth.contact_id  # noqa: F811
    ctx = studio.booth.system()
    if for_another:
        call_was_for_another(studio, row)
    with ctx.unit() as unit:
        assert erase_recordings_of(ctx, unit, [uuid.uuid4()]) == 0
        assert erase_recordings_of(ctx, unit, [gwen]) == 1
    studio.work()
    assert (studio.row["why"], studio.files()) == ("erased", [])


def call_was_for_another(studio: Studio, row: dict[str, Any]) -> None:
    """Tom was rung, and it was Gwen who spoke with Vic."""
    path = f"/assignments/{studio.booth.assignment}/result"
    assert studio.booth.vic.post(path, json={"disposition": "contacted"}).status_code == 200
    tom = Voter("Tom", [])
    add_voters(studio.booth.ctx, [tom])
    with studio.booth.system().unit() as unit:
        unit.session.execute(update(Call).where(Call.id == row["call_id"]).values(contact_id=tom.id))


@pytest.mark.slow
def test_what_was_recorded_of_a_machine_goes_when_the_volunteer_says_so(studio: Studio):
    kept(studio)
    result = {"disposition": "answering_machine"}
    said = studio.booth.vic.post(f"/assignments/{studio.booth.assignment}/result", json=result)
    assert said.status_code == 200
    studio.work()
    assert (studio.row["why"], studio.files()) == ("machine", [])


@pytest.mark.slow
def test_what_a_killed_process_left_is_swept_away(studio: Studio):
    row = kept(studio)
    lost = studio.vault.path(uuid.uuid4())
    lost.write_bytes(b"nobody has its key")
    part = studio.vault.folder / "x.sealed.part"
    part.write_bytes(b"half")
    studio.booth.clock.forward(seconds=86_400 * 3650)
    assert sweep_folder(studio.booth.system()) == 2
    assert [path.name for path in studio.vault.folder.iterdir()] == [f"{uuid.UUID(row['id']).hex}.sealed"]


def test_in_a_dialled_campaign_the_first_words_say_so_and_nobody_waits_longer(
    exchange: Exchange,  # noqa: F811
    api,
    carys: Person,
    units,
):
    on = {"recording": True, "lawful_use": True}
    assert api(carys).patch(f"/campaigns/{exchange.room.campaign_id}/recording", json=on).status_code == 200
    exchange.sit_down()
    call_id = exchange.dial()
    heard = exchange.answers(call_id)
    said, dial = twiml.read(heard).verbs
    assert isinstance(said, Say)
    assert said.text == "This call is recorded."
    assert said.lasts_s < 2
    assert dial.conference is not None  # type: ignore[union-attr]
    assert exchange.answers(call_id) == heard
    with units.read() as unit:
        row = unit.session.scalars(select(Recording)).one()
    assert (row.state, row.call_id, row.due_at > exchange.clock.now) == ("wanted", call_id, True)


def test_the_sentence_is_short_in_welsh_too(app):
    with app.test_request_context():
        for language in ("en", "cy"):
            (said,) = twiml.read(spoken.document(spoken.say(spoken.RECORDED, language))).verbs
            assert isinstance(said, Say)
            assert said.lasts_s < 2, said
