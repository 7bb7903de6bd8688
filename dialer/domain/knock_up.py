"""Knock-up: reminding supporters to vote, by which means and in which order (contract §9)."""

from __future__ import annotations

import enum


class Channel(enum.StrEnum):
    """By which means somebody is reminded."""

    DOORSTEP = "doorstep"
    VOICE = "voice"
    SMS = "sms"


class Order(enum.StrEnum):
    """Who comes first. `attempts`: fewest attempts, then most support, then by walk; `walk`: road by road."""

    ATTEMPTS = "attempts"
    WALK = "walk"
