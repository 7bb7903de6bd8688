"""Scripts that come and go as files."""

from __future__ import annotations

import json
from typing import Any

from dialer.domain.script import Script
from dialer.domain.script_file import FORMAT, FORMAT_VERSION, FileFault, file_faults
from dialer.services.calling.script_rows import node_from_json, node_to_json
from dialer.services.calling.scripts import ScriptFields
from dialer.services.calling.views import ScriptView


def script_file(script: ScriptView) -> dict[str, Any]:
    """A version as it is written into a file; `POST /scripts` takes it as it is."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": script.name,
        "language": script.language,
        "start": script.start,
        "nodes": [node_to_json(node) for node in script.nodes],
    }


def read_script_file(data: bytes) -> ScriptFields | list[FileFault]:
    """The script that a file holds, unfinished as it may be; else what keeps it from being read."""
    try:
        held = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return [FileFault("no_script")]
    if faults := file_faults(held):
        return faults
    nodes = tuple(node_from_json(node) for node in held["nodes"])
    return ScriptFields(held["name"], Script(held["start"], nodes), held.get("language") or "en")
