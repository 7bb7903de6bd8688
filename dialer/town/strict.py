"""Reading what the control surface is told: known names and right types, or a complaint."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class ComplaintError(Exception):
    """What was asked for can't be done; the message says why."""


def changed(value: T, given: Mapping[str, object]) -> T:
    """The dataclass with the given fields replaced. Raises ComplaintError at a wrong name or type."""
    hints = typing.get_type_hints(type(value))
    changes: dict[str, Any] = {}
    for name, raw in given.items():
        if name not in hints:
            raise ComplaintError(f"unknown: {name}; known are {', '.join(sorted(hints))}")
        changes[name] = _read(hints[name], raw, name)
    return dataclasses.replace(value, **changes)  # type: ignore[type-var]  # every value here is a dataclass


def _read(kind: Any, raw: object, name: str) -> object:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in {typing.Union, types.UnionType}:
        return None if raw is None else _read(inner[0], raw, name)
    if origin is tuple and isinstance(raw, list):
        return tuple(_read(inner[0], each, name) for each in raw)
    if origin is dict and isinstance(raw, dict):
        return {str(key): _read(inner[1], each, name) for key, each in raw.items()}
    if origin is typing.Literal and raw in inner:
        return raw
    return _plain(kind, raw, name)


def _plain(kind: Any, raw: object, name: str) -> object:
    if kind is float and isinstance(raw, int | float) and not isinstance(raw, bool) and raw >= 0:
        return float(raw)
    if isinstance(kind, type) and isinstance(raw, kind) and (kind is bool or not isinstance(raw, bool)):
        return raw
    raise ComplaintError(f"{name}: {_said(kind)} expected")


def _said(kind: Any) -> str:
    if typing.get_origin(kind) is typing.Literal:
        return f"one of {', '.join(map(str, typing.get_args(kind)))}"
    return getattr(kind, "__name__", str(kind))
