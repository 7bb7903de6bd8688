"""A script read out to nobody: with the values of somebody made up, and walked through step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from dialer.domain.script import filled
from dialer.services.calling.views import ScriptView
from dialer.services.context import Context

SOMEBODY: Final = {
    "first_name": "Siân",
    "last_name": "Prydderch",
    "postcode": "MV3 4QT",
    "constituency": "Marsh Vale",
    "polling_district": "KA1",
    "polling_station": "Aber Marsh Village Hall",
}


def rehearsed(ctx: Context, script: ScriptView) -> ScriptView:
    """The script with its placeholders filled for somebody made up, in the actor's own name."""
    values = {**SOMEBODY, "caller_name": ctx.actor.name, "opt_out_url": f"{ctx.public_url}/o/EXAMPLE"}
    return replace(script, script=filled(script.script, values))


def step_numbers(script: ScriptView) -> Mapping[str, int]:
    """The number of each step, as the page counts them."""
    return {node.id: number for number, node in enumerate(script.nodes, start=1)}
