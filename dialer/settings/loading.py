"""Reading `config.toml` and the environment into values, with everything that is wrong said at once."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dialer.settings.kinds import Parse

PREFIX = "DIALER_"
CONFIG_VARIABLE = "DIALER_CONFIG"
NOT_SETTINGS = (CONFIG_VARIABLE, "DIALER_REFERENCE_DIR", "DIALER_TEST_")
"""How variables of ours begin that say where to look, not what to do: the file, and things for tests."""


class SettingsError(Exception):
    """The configuration can't be used; the message is one line that names each fault."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problems))


@dataclass(frozen=True, slots=True)
class Spec:
    """One setting: where it is found, what it may be, and its defaults with either carrier."""

    key: str
    variable: str
    parse: Parse
    default: object
    live_default: object
    about: str


def setting(
    key: str, variable: str, parse: Parse, default: object, about: str, *, live: object = None
) -> Any:
    """A dataclass field that holds a setting; `live` is its default with the real carrier, if another."""
    spec = Spec(key, variable, parse, default, default if live is None else live, about)
    return field(default=default, metadata={"setting": spec})


def read_settings(specs: Mapping[str, Spec], environ: Mapping[str, str], cwd: Path) -> dict[str, Any]:
    """The value of each setting that was given, by field name. Raises SettingsError naming every fault."""
    problems: list[str] = []
    table, source = _read_file(environ, cwd, problems)
    problems += _unknown(specs, table, source, environ)
    values: dict[str, Any] = {}
    for name, spec in specs.items():
        given = _given(spec, table, source, environ)
        if given is None:
            continue
        raw, where, from_text = given
        try:
            values[name] = spec.parse(raw, from_text)
        except ValueError as error:
            problems.append(f"{where}: {error}")
    if problems:
        raise SettingsError(problems)
    return values


def _read_file(environ: Mapping[str, str], cwd: Path, problems: list[str]) -> tuple[dict[str, object], str]:
    """The file's keys, those of tables with their table's name and a dot in front."""
    named = environ.get(CONFIG_VARIABLE)
    path = cwd / (named or "config.toml")
    try:
        return dict(_flatten(tomllib.loads(path.read_text(encoding="utf-8")))), path.name
    except FileNotFoundError:
        if named:
            problems.append(f"{CONFIG_VARIABLE}: there is no file {named}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path.name}: not TOML ({error})")
    except OSError as error:
        problems.append(f"{path.name}: can't be read ({error.strerror})")
    return {}, path.name


def _flatten(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _unknown(
    specs: Mapping[str, Spec], table: Mapping[str, object], source: str, environ: Mapping[str, str]
) -> Iterator[str]:
    keys = {spec.key for spec in specs.values()}
    variables = {spec.variable for spec in specs.values()}
    yield from (f"{source}: unknown key {key}" for key in sorted(table.keys() - keys))
    ours = {name for name in environ if name.startswith(PREFIX) and not name.startswith(NOT_SETTINGS)}
    yield from (f"unknown variable {name}" for name in sorted(ours - variables))


def _given(
    spec: Spec, table: Mapping[str, object], source: str, environ: Mapping[str, str]
) -> tuple[object, str, bool] | None:
    """The raw value, the name to blame and whether it is text; what is empty isn't set."""
    if environ.get(spec.variable):
        return environ[spec.variable], spec.variable, True
    if table.get(spec.key, "") != "":
        return table[spec.key], f"{source}: {spec.key}", False
    return None
