import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest

from dialer.settings import SPECS, Settings, SettingsError, completed, load_settings
from dialer.settings.keeping import DATABASE_ADDRESS, write_private


def test_defaults_are_those_of_a_simulated_carrier(tmp_path):
    settings = load_settings({}, tmp_path)
    assert settings.data_dir == tmp_path / "var"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert (settings.demo, settings.phones_allow_fictional, settings.voice_calls_per_second) == (
        True,
        True,
        100,
    )
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)


def test_a_real_carrier_has_other_defaults_and_no_demo(tmp_path):
    account = {"DIALER_TWILIO_ACCOUNT_SID": "AC1", "DIALER_TWILIO_AUTH_TOKEN": "secret"}
    settings = load_settings({"DIALER_CARRIER": "twilio", **account}, tmp_path)
    assert (settings.demo, settings.phones_allow_fictional) == (False, False)
    assert (settings.messaging_settle_s, settings.voice_calls_per_second) == (120, 1)
    assert load_settings({"DIALER_CARRIER": "twilio", "DIALER_DEMO": "1", **account}, tmp_path).demo is True


def test_a_real_carrier_needs_its_account(tmp_path):
    with pytest.raises(SettingsError, match="DIALER_TWILIO_ACCOUNT_SID and DIALER_TWILIO_AUTH_TOKEN"):
        load_settings({"DIALER_CARRIER": "twilio"}, tmp_path)


def test_the_environment_overrides_the_file(tmp_path):
    (tmp_path / "config.toml").write_text(
        'bind = "127.0.0.1:9000"\nworkers = 3\n[phones]\nallowed_countries = ["GB", "ie"]\n'
    )
    settings = load_settings(
        {
            "DIALER_BIND": "[::1]:9001",
            "DIALER_PUBLIC_RATE": "",
            "DIALER_PRICES": "US.10dlc=0.0079, GB = 0.04",
        },
        tmp_path,
    )
    assert (settings.host, settings.port, settings.workers) == ("::1", 9001, 3)
    assert settings.phones_allowed_countries == ("GB", "IE")
    assert settings.messaging_prices == (("US.10dlc", Decimal("0.0079")), ("GB", Decimal("0.04")))
    assert settings.public_rate == 60, "an empty variable is one that isn't set"


def test_every_fault_is_named_at_once_in_one_line(tmp_path):
    (tmp_path / "mine.toml").write_text('colour = "red"\nworkers = "2"\ndemo = 1\n[voice]\nspeed = 1\n')
    environ = {"DIALER_CONFIG": "mine.toml", "DIALER_BIND": "8000", "DIALER_WORKRES": "2", "PATH": "/bin"}
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, tmp_path)
    said = str(caught.value)
    assert "\n" not in said
    for name in ("unknown key colour", "mine.toml: workers", "mine.toml: demo", "voice.speed", "DIALER_BIND"):
        assert name in said
    assert "unknown variable DIALER_WORKRES" in said
    assert len(caught.value.problems) == 6


@pytest.mark.parametrize(
    "prices", ["GB", "GB=1,GB=2", "US.pigeon=1", "gb=1", "GB=0.00001", "GB=-1", "GB=100"]
)
def test_what_is_no_price_is_refused(tmp_path, prices):
    with pytest.raises(SettingsError, match="DIALER_PRICES: each price once"):
        load_settings({"DIALER_PRICES": prices}, tmp_path)


@pytest.mark.parametrize("text", ["= 3", "\xff\xfe"])
def test_a_file_that_is_not_toml_is_named(tmp_path, text):
    (tmp_path / "config.toml").write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"config\.toml: not TOML"):
        load_settings({}, tmp_path)


def test_a_named_file_must_be_there(tmp_path):
    with pytest.raises(SettingsError, match=r"there is no file other\.toml"):
        load_settings({"DIALER_CONFIG": "other.toml"}, tmp_path)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DIALER_BIND", "localhost"),
        ("DIALER_BIND", "127.0.0.1:0"),
        ("DIALER_BIND", "127.0.0.1:70000"),
        ("DIALER_PUBLIC_URL", "phones.example.org"),
        ("DIALER_PUBLIC_URL", "https://phones.example.org?x=1"),
        ("DIALER_DATABASE_URL", "sqlite:///x.db"),
        ("DIALER_DATABASE_URL", "postgresql://host:not-a-port/db"),
        ("DIALER_DATABASE_URL", "postgresql:"),
        ("DIALER_PUBLIC_URL", "https://phones.example.org:port"),
        ("DIALER_REDIS_URL", "redis://host:many/0"),
        ("DIALER_REDIS_URL", "127.0.0.1:6379"),
        ("DIALER_SECRET_KEY", "short"),
        ("DIALER_CARRIER", "pigeon"),
        ("DIALER_WORKERS", "0"),
        ("DIALER_WORKERS", "two"),
        ("DIALER_PUBLIC_RATE", "-1"),
        ("DIALER_DEMO", "maybe"),
        ("DIALER_LOG_LEVEL", "loud"),
        ("DIALER_CALLS_PER_SECOND", "fast"),
        ("DIALER_ALLOWED_COUNTRIES", "Britain"),
    ],
)
def test_a_wrong_value_is_refused_with_the_name_of_its_variable(tmp_path, variable, value):
    with pytest.raises(SettingsError, match=variable):
        load_settings({variable: value}, tmp_path)


def test_a_wrong_secret_is_not_repeated(tmp_path):
    with pytest.raises(SettingsError) as caught:
        load_settings({"DIALER_SECRET_KEY": "hunter2"}, tmp_path)
    assert "hunter2" not in str(caught.value)


def test_postgresql_urls_are_taken_in_every_usual_writing(tmp_path):
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        settings = load_settings({"DIALER_DATABASE_URL": f"{scheme}://u:p@db/dialer"}, tmp_path)
        assert settings.database_url == "postgresql+psycopg://u:p@db/dialer"


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    settings = Settings(data_dir=tmp_path / "new folder")
    first, second = completed(settings), completed(settings)
    assert len(first.secret_key) >= 48
    assert first.secret_key == second.secret_key
    assert (tmp_path / "new folder" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_the_address_of_an_embedded_database_is_found_but_never_overrides(tmp_path):
    settings = Settings(data_dir=tmp_path)
    assert completed(settings).database_url == ""
    write_private(settings.run_dir / DATABASE_ADDRESS, "postgresql+psycopg://x@/dialer")
    assert completed(settings).database_url == "postgresql+psycopg://x@/dialer"
    other = dataclasses.replace(settings, database_url="postgresql+psycopg://elsewhere/x")
    assert completed(other).database_url == "postgresql+psycopg://elsewhere/x"


def test_keys_and_variables_are_unique_and_each_default_is_a_value_of_its_kind():
    specs = list(SPECS.values())
    assert len({spec.key for spec in specs}) == len({spec.variable for spec in specs}) == len(specs)
    for spec in specs:
        for default in (spec.default, spec.live_default):
            if isinstance(default, bool | int | float):
                assert spec.parse(default, False) == default, spec.key


def test_the_data_folder_may_be_named_from_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings({"DIALER_DATA_DIR": "~/dialer data"}, Path("/")).data_dir == tmp_path / "dialer data"
