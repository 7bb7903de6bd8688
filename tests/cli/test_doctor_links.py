"""Whether the domains of short links lead here."""

from __future__ import annotations

import socket

from flask import Flask

from dialer.cli.doctor_links import check_domains
from tests.towns import Town
from tests.web.served import served


def test_each_domain_is_asked_whether_a_dialer_is_behind_it(town: Town, app: Flask) -> None:
    with socket.socket() as nobody, served(app) as here:
        nobody.bind(("127.0.0.1", 0))
        lost = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        found = list(check_domains([here, lost, town.url]))
    assert [ok for ok, _, _ in found] == [True, False, False]
    assert "can't be reached" in found[1][1]
    assert "somewhere else" in found[2][1]
    assert ["links.domains" in remedy for _, _, remedy in found] == [False, True, True]
