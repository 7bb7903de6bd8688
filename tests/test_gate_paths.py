"""No text and no call goes out on a way that nobody has looked at: the ways are read from the code itself.

What the gate says on each of them, for each reason, stands in `tests/services/messaging/test_gate_table.py`
and `tests/services/calling/test_ring_gate_table.py`. A new way, or a new purpose, belongs there first.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final, TypeGuard

import pytest

from dialer.carrier.port import Carrier
from dialer.domain.message import EVIDENT, PURPOSES
from tests.source import (
    Place,
    asks,
    built,
    function_at,
    modules_with,
    nodes_of,
    spoken_of,
    value_of,
    way_past,
)

GATES: Final = {"judge", "refusal", "refusals", "line_refusal", "transfer_refusal", "supervisor_refusal"}
"""`store.queries.message_gate.judge` is the one statement for texts, `calling.ring_gate.refusal` the one
question for calls, and `refusals` the same for many. `line_refusal` is asked about a volunteer's own phone,
which they have shown to be theirs, `supervisor_refusal` about a coordinator’s, `transfer_refusal` about a
third party to whom somebody is put through.
"""

TICKETS: Final = ("OutboundMessage", "Passed", "OutboundCall", "Bridge")
"""What wires are handed, and nothing else: whoever has one has been through a gate."""

WRITTEN_BY: Final = {
    "dialer.store.queries.message_rows:copy_messages": {"blast"},
    "dialer.services.messaging.test_sends:send_test": {"test"},
    "dialer.services.messaging.written:write_once": {"reply", "single"},
    "dialer.services.accounts.phones:_send": {"code"},
    "dialer.services.accounts.link_letters:send_link": {"sign_in"},
    "dialer.services.organising.telling:_queue": {"event"},
    "dialer.services.messaging.automatic_answers:_send": {"help", "stop_confirmation"},
}
"""Who writes texts down, and what for. A new one is looked at, and its purpose has its column in the table
of what the gate says, before it is put here.
"""
NOBODY_YET: Final[set[str]] = set()

PASSED_ON: Final = {
    ("dialer.store.queries.blast_ends", ":state"): "skipped or cancelled, at the end of a blast",
    ("dialer.store.queries.carrier_events", "v.state"): "what a carrier's word proves",
}
"""Statements that write a state which isn't in them."""

SAYING: Final = {"Say", "Redirect", "Hangup", "Pause", "Gather", "Play"}
"""What TwiML does on a call that there is already."""

NETWORKS: Final = frozenset({"twilio", "aiohttp", "requests", "httpx", "urllib3", "smtplib"})
"""Not `http.client`: by that `dialer doctor` and the supervisor ask our own web whether it is well."""


def test_wires_are_begun_in_three_places_with_what_a_gate_gave() -> None:
    begin = {name for name, method in vars(Carrier).items() if "Outbound" in str(_annotations(method))}
    assert begin == {"begin_messages", "send_messages", "place_call", "begin_calls"}
    found = {str(place) for name in begin for place in spoken_of(name) if place.module != "workers.jobs"}
    assert {one for one in found if not one.startswith("dialer.carrier")} == {
        "dialer.services.messaging.wires:Wires.begin",
        "dialer.services.calling.placing:place_next",
        "workers.pacer:PacerProcess._hand_over",
    }


def _annotations(method: object) -> list[object]:
    return list(inspect.signature(method).parameters.values()) if inspect.isfunction(method) else []


@pytest.mark.parametrize("ticket", TICKETS)
def test_what_a_wire_is_handed_is_made_by_a_gate_alone(ticket: str) -> None:
    makers = [place for place, _ in built(ticket)]
    assert makers
    for maker in makers:
        assert way_past(maker, GATES) is None, f"{maker} makes {ticket} on a way past the gate"


@pytest.mark.slow
def test_a_way_past_the_gate_is_found() -> None:
    past = way_past(Place("dialer.services.messaging.outgoing", "queue_text"), GATES)
    assert past, "whoever has a text written down doesn't ask: who sends it does"
    assert not any(asks(place, GATES) for place in past)


def test_phones_ring_by_twiml_only_where_a_bridge_was_made() -> None:
    verbs = {(str(place), _first(call)) for place, call in built("element")}
    ringing = {(place, verb) for place, verb in verbs if verb not in SAYING}
    joined = "dialer.web.webhooks.voice:_joined"
    through = ("dialer.web.webhooks.transferred:_between", "dialer.web.webhooks.transferred:_to_volunteer")
    attend = "dialer.web.webhooks.supervisors:_attend"
    brought = "dialer.web.webhooks.roomed:_room"  # the two who talk already: nobody is rung by it
    rooms = (
        "dialer.web.webhooks.lines:let_in",
        "dialer.web.webhooks.dialled:_room",
        *through,
        attend,
        brought,
    )
    into_room = {(room, verb) for room in rooms for verb in ("Dial", "Conference")}
    assert ringing == {(joined, "Dial"), (joined, "Number"), *into_room}
    given = function_at(Place("dialer.web.webhooks.voice", "_joined")).args.args
    assert "Bridge" in {ast.unparse(one.annotation) for one in given if one.annotation}


def _first(call: ast.Call) -> object:
    return call.args[0].value if isinstance(call.args[0], ast.Constant) else "?"


def test_only_the_carrier_speaks_to_networks() -> None:
    users = {
        module
        for network in NETWORKS
        for module in modules_with(network)
        for _, node in nodes_of(module)
        if _imports(node, network)
    }
    assert {one for one in users if not one.startswith("dialer.carrier")} == set()


def _imports(node: ast.AST, network: str) -> bool:
    match node:
        case ast.Import(names):
            return any(f"{one.name}.".startswith(f"{network}.") for one in names)
        case ast.ImportFrom(module=str(module)):
            return f"{module}.".startswith(f"{network}.")
    return False


def test_one_statement_makes_a_text_sending() -> None:
    written = set(_states_written())
    assert {module for module, state in written if "'sending'" in state} == {
        "dialer.store.queries.message_gate"
    }
    passed_on = {(module, state) for module, state in written if "'" not in state}
    assert passed_on == set(PASSED_ON)
    assert "sending" not in EVIDENT
    by_objects = [place for module in modules_with("sending") for place in _set_on_objects(module)]
    assert by_objects == []
    assert {str(place) for place in spoken_of("judge")} == {"dialer.services.messaging.gate:to_the_wire"}


def _statements(module: str) -> Iterator[str]:
    """Every string of a module, the parts of a formatted one as one."""
    for _, node in nodes_of(module):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


_UPDATES: Final = re.compile(r"UPDATE\s+message\b(.*?)(?=\bFROM\b|\bWHERE\b|\bRETURNING\b|\Z)", re.DOTALL)


def _states_written() -> Iterator[tuple[str, str]]:
    """What statements make of the state of texts, with the module they are in."""
    for module in modules_with("message"):
        for told in (told for one in _statements(module) for told in _UPDATES.findall(one)):
            for state in re.findall(r"\sstate\s*=\s*([^,]*)", told):
                yield module, " ".join(state.split())


def _set_on_objects(module: str) -> list[str]:
    """Where `sending` is given to something called `state`."""
    return [str(place) for place, node in nodes_of(module) if _gives_state(node) and _is_sending(node.value)]


def _gives_state(node: ast.AST) -> TypeGuard[ast.keyword | ast.Assign]:
    if isinstance(node, ast.Assign):
        return "state" in ast.unparse(node.targets[0])
    return isinstance(node, ast.keyword) and node.arg == "state"


def _is_sending(value: ast.AST) -> bool:
    return any(isinstance(one, ast.Constant) and one.value == "sending" for one in ast.walk(value))


def test_whoever_writes_a_text_down_is_known_with_what_it_is_for() -> None:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for place, purposes in _writers():
        found[str(place)] |= purposes
    assert found == WRITTEN_BY
    assert set().union(*WRITTEN_BY.values()) | NOBODY_YET == set(PURPOSES)


def _writers() -> Iterator[tuple[Place, set[str]]]:
    """Whoever has an outbound text written down, by `queue_text` or by statement, and for what."""
    for place, call in built("queue_text"):
        yield place, value_of(place, call, "purpose")
    made = [one for one in [*built("Message"), *built("insert")] if _is_of_texts(one[1])]
    for place, call in made:
        if place.name != "queue_text" and value_of(place, call, "direction") != {"inbound"}:
            yield place, value_of(place, call, "purpose")
    for module in modules_with("message"):
        if any(re.search(r"(COPY|INSERT\s+INTO)\s+message\b", one) for one in _statements(module)):
            yield Place(module, "copy_messages"), set(_statements(module)) & set(PURPOSES)


def _is_of_texts(call: ast.Call) -> bool:
    return ast.unparse(call.func).endswith("Message") or _is_of(call, "Message")


def _is_of(call: ast.Call, table: str) -> bool:
    return any(ast.unparse(one) == table for one in call.args)


def test_calls_are_written_down_where_the_gate_was_asked() -> None:
    rows = {
        place
        for place, call in built("Call")
        if not place.module.startswith("dialer.domain") and value_of(place, call, "direction") != {"inbound"}
    }
    assert {str(place) for place in rows} == {"dialer.services.calling.call_rows:call_to_place"}
    places = {place for place, _ in built("call_to_place")}
    assert {str(place) for place in places} == {
        "dialer.services.calling.ringing:ring_me_call",
        "dialer.services.calling.lines:ring_volunteer",
        "dialer.services.calling.transfers:_begin",
        "dialer.services.calling.supervising:_ring",
    }
    assert all(way_past(place, GATES) is None for place in places)
    many = {place for place, call in built("insert") if _is_of(call, "Call") and not _rang_us(place)}
    assert {str(place) for place in many} == {"dialer.services.calling.dial_claims:_take"}
    assert all(way_past(place, {"first_callable"}) is None for place in many), "as for who is called by hand"


def _rang_us(place: Place) -> bool:
    """Legs that come to us by themselves: somebody rang one of our numbers, or a page opened its own."""
    opened = "dialer.services.calling.call_rows:call_opened"
    return str(place) == opened or place.module == "dialer.services.calling.inbound_line"
