"""What logs say, and what they never say."""

from __future__ import annotations

import json
import logging

import pytest

from dialer.logs import configure_logs, get_logger


@pytest.fixture(autouse=True)
def logs_as_they_were():
    """Give back to other tests the log that they know."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = before


def logged(capsys) -> list[dict[str, object]]:
    """The lines on standard error, as objects."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_one_object_with_its_moment_level_and_process(capsys):
    configure_logs("INFO", "worker")
    get_logger("dialer.here").info("import finished", rows=3)
    (line,) = logged(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "import finished",
        "rows": 3,
        "level": "info",
        "logger": "dialer.here",
        "process": "worker",
    }


def test_an_error_is_told_by_its_kind_and_place_without_its_words(capsys):
    configure_logs("INFO", "worker")
    try:
        int("Siân Hughes, +447700900123")
    except ValueError:
        get_logger("dialer.here").exception("job failed")
        logging.getLogger("library").exception("it broke")
    for line in logged(capsys):
        assert line["error"] == "builtins.ValueError"
        assert any("test_logs.py" in frame for frame in line["trace"])
        assert "Siân" not in json.dumps(line, ensure_ascii=False)
        assert "447700900123" not in json.dumps(line)


def test_lines_of_libraries_that_tell_arguments_are_left_out(capsys):
    configure_logs("INFO", "worker")
    logging.getLogger("rq.worker").info("jobs.run_import('…')")
    logging.getLogger("sqlalchemy.engine").info("SELECT …")
    logging.getLogger("gunicorn.error").warning("said by a library")
    assert [line["event"] for line in logged(capsys)] == ["said by a library"]
