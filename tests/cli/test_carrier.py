"""Where the simulated town is found, and when it isn't started."""

from __future__ import annotations

import re
import socket
import stat
from pathlib import Path

import pytest

import dialer.services.demo
from dialer.cli import main
from dialer.cli.carrier import SEED, settle_carrier_address
from dialer.cli.doctor_carrier import check_carrier
from dialer.settings import Settings, completed, load_settings, runs_town
from dialer.settings.keeping import CARRIER_ADDRESS, write_private
from dialer.supervisor.children import application
from dialer.town.opting_out import keyword
from dialer.town.people import Person, Shares
from dialer.town.sayings import STOP, YES
from tests.towns import ACCOUNT_SID, AUTH_TOKEN, Town

LIVE = {
    "DIALER_CARRIER": "twilio",
    "DIALER_TWILIO_ACCOUNT_SID": ACCOUNT_SID,
    "DIALER_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
}


def kept(data_dir, **environ: str) -> Settings:
    """The settings of an installation there."""
    return completed(load_settings({"DIALER_DATA_DIR": str(data_dir), **environ}, data_dir))


def test_the_account_in_the_town_is_made_up_once_and_kept_for_us_alone(tmp_path):
    settings = kept(tmp_path)
    assert settings.twilio_account_sid.startswith("AC")
    assert len(settings.twilio_account_sid) == 34
    assert settings.twilio_auth_token
    assert kept(tmp_path) == settings
    assert stat.S_IMODE((tmp_path / "carrier_account").stat().st_mode) == 0o600


def test_the_town_is_where_it_was(tmp_path):
    address = settle_carrier_address(kept(tmp_path))
    assert settle_carrier_address(kept(tmp_path)) == address
    assert kept(tmp_path).twilio_api_base_url == address
    assert runs_town(kept(tmp_path))


def test_it_moves_when_its_port_is_taken(tmp_path):
    address = settle_carrier_address(kept(tmp_path))
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(address.rpartition(":")[2])))
        other.listen()
        assert settle_carrier_address(kept(tmp_path)) != address


def test_with_twilio_there_is_no_town_and_nothing_is_made_up(tmp_path):
    settings = kept(tmp_path, **LIVE)
    assert not runs_town(settings)
    assert settings.twilio_api_base_url == "https://api.twilio.com"
    assert not (tmp_path / "carrier_account").exists()


def test_with_an_address_of_the_operators_there_is_no_town(tmp_path):
    settings = kept(tmp_path, DIALER_TWILIO_API_BASE_URL="http://127.0.0.1:4010")
    assert not runs_town(settings)
    assert settings.twilio_api_base_url == "http://127.0.0.1:4010"
    assert settings.twilio_account_sid.startswith("AC")


@pytest.mark.parametrize(
    ("environ", "started"),
    [({}, True), (LIVE, False), ({"DIALER_TWILIO_API_BASE_URL": "http://127.0.0.1:4010"}, False)],
)
def test_the_town_is_started_only_where_it_is_the_carrier(tmp_path, environ, started):
    names = {child.name for child in application(kept(tmp_path, **environ))}
    assert ("carrier" in names) is started


def test_the_command_refuses_in_plain_words_where_another_carrier_is_named(at_home, monkeypatch, capsys):
    monkeypatch.setenv("DIALER_TWILIO_API_BASE_URL", "http://127.0.0.1:4010")
    assert main(["carrier"]) == 1
    assert "another carrier" in capsys.readouterr().err


def test_the_command_refuses_where_a_town_is_open_already(at_home, capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        write_private(at_home.run_dir / CARRIER_ADDRESS, f"http://127.0.0.1:{other.getsockname()[1]}")
        assert main(["carrier"]) == 1
    assert "answers" in capsys.readouterr().err


def test_the_demos_people_do_a_bit_of_everything():
    table = Path(dialer.services.demo.__file__).with_name("town.csv").read_text(encoding="utf-8")
    numbers = {f"+44{number.replace(' ', '')}" for number in re.findall(r"\b0(7700 ?900 ?[0-9]{3})\b", table)}
    people = [Person(number, SEED, Shares()) for number in numbers]
    replies = {person.texting(0).reply for person in people if not person.refused()}
    stops = replies & set(STOP)
    assert {keyword(reply) for reply in stops} == {"STOP", None}, "as a keyword, and in words"
    assert replies & set(YES)
    assert any(person.refused() for person in people)
    assert {person.texting(0).outcome for person in people} >= {"delivered", "undelivered"}
    answers = {person.phone(0).answer for person in people}
    assert answers >= {"answers", "hangs_up", "screens", "machine", "no_answer", "busy"}


@pytest.mark.parametrize(("token", "ok"), [(AUTH_TOKEN, True), ("another-secret-altogether", False)])
def test_the_doctor_asks_the_carrier_for_our_account(town: Town, tmp_path, token, ok):
    settings = Settings(
        data_dir=tmp_path,
        twilio_api_base_url=town.url,
        twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=token,
    )
    [finding] = check_carrier(settings)
    assert finding.ok is ok, finding


def test_the_doctor_says_when_nobody_answers(tmp_path):
    [finding] = check_carrier(Settings(data_dir=tmp_path, twilio_api_base_url="http://127.0.0.1:9"))
    assert not finding.ok
    assert "DIALER_TWILIO_API_BASE_URL" in finding.remedy
