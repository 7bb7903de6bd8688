"""That more addresses look abandoned than are given up is told by doctor."""

from __future__ import annotations

from dialer.cli.doctor_bounces import found_kept


def test_addresses_that_are_kept_though_they_look_abandoned_are_told() -> None:
    assert list(found_kept(0)) == []
    [found] = found_kept(9_000)
    assert not found.ok
    assert "9,000 addresses" in found.detail
