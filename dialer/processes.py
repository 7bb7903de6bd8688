"""Starting, naming and ending processes so that none outlives the one that started it."""

import contextlib
import ctypes
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None

Output = int | IO[bytes] | None


@dataclass(frozen=True, slots=True)
class User:
    """Whom a process runs as."""

    uid: int
    gid: int


def die_with_parent(number: signal.Signals) -> None:
    """Have the kernel send this process `number` when its parent is gone, however that ended (Linux only)."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(number))


def spawn(
    command: Sequence[str | Path],
    *,
    stop: signal.Signals = signal.SIGTERM,
    user: User | None = None,
    env: Mapping[str, str] | None = None,
    stdout: Output = None,
    stderr: Output = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that Ctrl-C reaches it only through us, and on a leash:
    when we die it is sent `stop`.
    """
    return subprocess.Popen(  # noqa: S603 -- every command is built here from paths of ours
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        env=env,
        cwd="/" if user else None,
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
        start_new_session=True,
        preexec_fn=_leash(stop),  # noqa: PLW1509 -- one prctl call, which takes no lock that a thread could hold
    )


def _leash(stop: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def tie() -> None:
        die_with_parent(stop)
        if os.getppid() != parent:
            os.kill(os.getpid(), stop)

    return tie


def end(
    process: subprocess.Popen[bytes], stop: signal.Signals = signal.SIGTERM, patience_s: float = 10.0
) -> None:
    """Ask a child to stop, wait, and kill its whole group when it doesn't."""
    if process.poll() is None:
        process.send_signal(stop)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)
    signal_group(process.pid, signal.SIGKILL)
    process.wait()


def signal_group(pid: int, number: signal.Signals) -> bool:
    """Send a signal to a process that leads a group and to its children; whether any of them was there."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def is_group(pid: int) -> bool:
    """Whether anybody is left of the group that the process led."""
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def working_folder(pid: int) -> Path | None:
    """Where a process works, which tells ours from a stranger that got the same number; None if it's gone."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return None


def end_leftover(pid: int, folder: Path, stops: Sequence[signal.Signals], patience_s: float = 5.0) -> None:
    """End a process of an earlier run that still works in `folder`, by ever stronger signals."""
    for number in (*stops, signal.SIGKILL):
        if working_folder(pid) != folder:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        wait_until(lambda: working_folder(pid) != folder, patience_s)


def wait_until(holds: Callable[[], bool], patience_s: float, every_s: float = 0.02) -> bool:
    """Whether the condition came to hold in time."""
    deadline = time.monotonic() + patience_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True


def write_pid(path: Path, pid: int) -> None:
    """Leave a process's number for others to find; replaced whole, so that no reader sees half of it."""
    made = path.with_name(f".{path.name}.{os.getpid()}")
    made.write_text(f"{pid}\n", encoding="ascii")
    made.replace(path)


def read_pid(path: Path) -> int | None:
    """The number that was left, or None."""
    try:
        return int(path.read_text(encoding="ascii").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def is_alive(pid: int) -> bool:
    """Whether a process with that number runs, be it ours or another's.

    One that has ended and only waits for its parent to look (a zombie) doesn't: of a process whose parent
    was killed that is the system's first process, which may take a while.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return Path("/proc/self/stat").exists()  # where /proc tells, it tells that the process went meanwhile
    return stat.rpartition(")")[2].split()[0] == "Z"


def keep_for_good() -> None:
    """What was loaded and made by now stays to the end of this process. The collector of cycles leaves it
    alone, which looked through all of it every few hundred requests, or thousand texts, while others waited.
    """
    gc.collect()
    gc.freeze()


def own_processors() -> Sequence[int]:
    """The processors that this process may run on; none where the system doesn't say (Linux does)."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else ()


def stay_on(processor: int) -> None:
    """Have this process run on one processor. To be called before there are threads.

    Of Python's threads one runs at a time. Spread over processors, each hand-over from one to the next wakes
    an idle one, which takes longer than what a thread does for a small request.
    """
    with contextlib.suppress(OSError):  # it was taken from us meanwhile; then anywhere will do
        os.sched_setaffinity(0, {processor})


def step_back(by: int) -> None:
    """Let other processes go first where processors are scarce. To be called before there are threads: each
    has a niceness of its own, which those that it starts begin with.

    Linux may share processors between sessions first, and niceness counts within one alone: then the
    session's own has to be set (sched(7), autogroup), if it is ours.
    """
    nice = os.nice(by)
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(nice), encoding="ascii")
