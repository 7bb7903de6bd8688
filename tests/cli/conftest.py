"""The command line at home in the test's own installation."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dialer.settings import Settings


@pytest.fixture
def at_home(
    settings: Settings, units: object, queue_client: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Settings:
    """An environment that names the test's own database and queue, which are empty before and after."""
    for name in [name for name in os.environ if name.startswith("DIALER_") and "TEST" not in name]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIALER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DIALER_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("DIALER_REDIS_URL", settings.redis_url)
    return settings
