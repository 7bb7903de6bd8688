"""The address of web, of which only one program can be the owner."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

import pytest

from dialer.settings import Settings
from dialer.supervisor.address import CannotStartError, bound, open_to_all
from tests.supervisor.conftest import free_address


@pytest.fixture
def somewhere(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, bind=free_address())


def test_nobody_is_let_in_before_it_is_opened(somewhere: Settings) -> None:
    with contextlib.closing(bound(somewhere)) as listener:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((somewhere.host, somewhere.port), 2)
        open_to_all(listener, somewhere)
        socket.create_connection((somewhere.host, somewhere.port), 2).close()


def test_who_finds_it_open_is_told_in_plain_words(somewhere: Settings) -> None:
    with contextlib.closing(bound(somewhere)) as listener:
        open_to_all(listener, somewhere)
        with pytest.raises(CannotStartError, match=f"{somewhere.bind} is taken by another program"):
            bound(somewhere)


def test_who_only_finds_out_when_it_is_opened_is_told_likewise(somewhere: Settings) -> None:
    with contextlib.closing(bound(somewhere)) as first, contextlib.closing(bound(somewhere)) as second:
        open_to_all(first, somewhere)
        with pytest.raises(CannotStartError, match="taken by another program; stop what uses it"):
            open_to_all(second, somewhere)
