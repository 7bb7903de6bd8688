"""What an installation's processes take meanwhile: processor time and memory, by what they are for."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bench.installation import Installation
from dialer.processes import read_pid

EVERY_S: Final = 0.5
"""Looking more often would take a tenth of a processor from what is measured."""
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_KINDS: Final = (
    ("reading_process", "readers"),
    ("postgres: dialer", "database"),
    ("postgres", "database's housekeeping"),
)


def kind_of(command: str) -> str | None:
    """What a process is for, where its command line says so."""
    return next((kind for word, kind in _KINDS if word in command), None)


@dataclass(slots=True)
class Watch:
    """Looks at all processes of an installation, twice a second; a block of it is one measurement."""

    installation: Installation
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    peak_mib: dict[str, float] = field(default_factory=dict)
    _seen: dict[int, float] = field(default_factory=dict)
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._look(first=True)
        self._thread = threading.Thread(target=self._keep_looking, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._thread:
            self._thread.join()
        self._look()

    def _keep_looking(self) -> None:
        while not self._ended.wait(EVERY_S):
            self._look()

    def _look(self, *, first: bool = False) -> None:
        for pid, kind in processes_of(self.installation).items():
            with contextlib.suppress(OSError, IndexError):
                used = processor_s(pid)
                before = self._seen.get(pid, used if first else 0.0)
                self._seen[pid] = used
                self.seconds[kind] += used - before
                self.peak_mib[kind] = max(self.peak_mib.get(kind, 0.0), _resident_mib(pid))


def processor_s(pid: int) -> float:
    """Processor time of a process, with all its threads, those that have ended too."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def processes_of(installation: Installation) -> dict[int, str]:
    """Every process of an installation, and what it is for."""
    names = {read_pid(path): path.stem for path in installation.settings.run_dir.glob("*.pid")}
    below: defaultdict[int, list[int]] = defaultdict(list)
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            below[int(fields[1])].append(int(process.name))
    found, waiting = {}, [(installation.supervisor, "supervisor")]
    while waiting:
        pid, name = waiting.pop()
        found[pid] = kind_of(_command(pid)) or name
        waiting += [(child, names.get(child, found[pid])) for child in below[pid]]
    return found


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


def _resident_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
