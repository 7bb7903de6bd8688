"""How fast a list comes in, over HTTP and the worker, against row-by-row ORM into the same tables.

Each size is brought in from empty tables, then once more, when everybody is there already; then both are
undone, the later first. The largest comes in while volunteers call, too. The yardsticks: a bare COPY of the
same file into one table without an index, and reading alone. The aims (issue 4), on two quiet cores: 25 times
the ORM and 20,000 rows a second; the same file again no slower; reading alone 60,000 a second; no process
over 300 MiB; the next contact within 100 ms for 19 of 20. On a machine that others use too, processor time a
row says more than the clock.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import pickle
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from bench.by_orm import by_orm
from bench.installation import Installation, running
from bench.next_contact import Timings, make_campaign, take_seat
from bench.register import HEADER, write_register
from bench.watching import Watch
from dialer.clock import utc_now
from dialer.domain.importing.delimited import TextFormat, read_records
from dialer.domain.importing.header import find_header, recognise
from dialer.domain.importing.row import RowRules
from dialer.domain.importing.sniffing import sniff
from dialer.domain.phone import PhonePolicy
from dialer.services.context import Context
from dialer.services.people.import_batches import ChunkReader
from dialer.services.people.import_reading import cycles_sought_rarely, read_batches, read_chunks
from dialer.store.session import UnitFactory, make_engine
from workers.runtime import system_actor

AIM_TIMES = 25.0
AIM_A_SECOND = 20_000.0
AIM_READ_A_SECOND = 60_000.0
AIM_MIB = 300.0
AIM_NEXT_P95_MS = 100.0
VOLUNTEERS = 20
QUEUE = 20_000
WARM_UP_S = 5.0
WITHOUT_S = 15.0
ENDS_WITHIN_S = 1_800.0
SHORT_S, OFTEN_S, SELDOM_S = 5.0, 0.1, 0.5
"""How often an import is asked how far it is: what takes long, more seldom, since asking takes time too."""


@dataclass
class Findings:
    """What came out, and every aim that was missed."""

    missed: list[str] = field(default_factory=list)

    def hold(self, met: bool, aim: str) -> None:
        if not met:
            self.missed.append(aim)


@dataclass(frozen=True)
class Bench:
    """An installation to measure, and the way to its tables."""

    installation: Installation
    engine: Engine
    folder: Path

    def file(self, rows: int) -> Path:
        path = self.folder / f"register-{rows}.csv"
        if not path.exists():
            write_register(path, rows)
        return path

    def empty(self) -> None:
        """Take everybody away."""
        with self.engine.begin() as connection:
            connection.execute(text("TRUNCATE contact, contact_list, counter CASCADE"))

    def bring_in(self, path: Path, list_id: str | None = None) -> tuple[float, dict[str, Any]]:
        """Upload a file and wait until everybody is in: how many seconds, and the import."""
        list_id = list_id or self.installation.post("/lists", {"name": path.stem})["id"]
        began = time.monotonic()
        started = self._upload(path, list_id)
        seen = self._until("completed", started["id"], {"queued", "running"})
        return time.monotonic() - began, seen

    def take_back(self, import_id: str) -> tuple[float, dict[str, Any]]:
        """Undo an import to its end: how many seconds, and the import."""
        began = time.monotonic()
        self.installation.post(f"/imports/{import_id}/undo")
        seen = self._until("undone", import_id, {"undoing"})
        return time.monotonic() - began, seen

    def _until(self, at_last: str, import_id: str, meanwhile: set[str]) -> dict[str, Any]:
        began = time.monotonic()
        while time.monotonic() < began + ENDS_WITHIN_S:
            seen = self._ask("GET", f"/imports/{import_id}")
            if seen["state"] == at_last:
                return seen
            if seen["state"] not in meanwhile:
                break
            time.sleep(OFTEN_S if time.monotonic() < began + SHORT_S else SELDOM_S)
        raise SystemExit(f"the import did not come to its end: {seen}")

    def _upload(self, path: Path, list_id: str) -> dict[str, Any]:
        edge = uuid.uuid4().hex
        named = 'Content-Disposition: form-data; name="file"; filename="list.csv"'
        head = f"--{edge}\r\n{named}\r\n\r\n".encode()
        tail = f"\r\n--{edge}--\r\n".encode()
        size = len(head) + path.stat().st_size + len(tail)
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}", "Content-Length": str(size)}
        return self._ask("POST", f"/lists/{list_id}/imports", _parts(head, path, tail), headers)

    def _ask(self, method: str, path: str, body: Any = None, headers: Any = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self.installation.settings.bind, timeout=120)
        headers = {"Authorization": f"Bearer {self.installation.token}", **(headers or {})}
        connection.request(method, f"/api/v1{path}", body, headers)
        answer = connection.getresponse()
        taken: dict[str, Any] = json.loads(answer.read())
        connection.close()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {taken}")
        return taken


def _parts(head: bytes, path: Path, tail: bytes) -> Iterator[bytes]:
    yield head
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece
    yield tail


# --- the yardsticks -----------------------------------------------------------------------------------


def copy_alone(bench: Bench, path: Path, rows: int) -> float:
    """COPY the file as it is into one table of text, without any index."""
    columns = ", ".join(f"c{nth} text" for nth in range(len(HEADER)))
    connection: Any = bench.engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"CREATE TABLE bench_copy ({columns})")
        connection.commit()
        began = time.monotonic()
        with cursor.copy("COPY bench_copy FROM STDIN (FORMAT csv, HEADER)") as copy:
            for piece in _parts(b"", path, b""):
                copy.write(piece)
        connection.commit()
        seconds = time.monotonic() - began
        cursor.execute("DROP TABLE bench_copy")
        connection.commit()
    finally:
        connection.close()
    return said("bare COPY", rows, seconds)


def read_alone(path: Path, rows: int) -> float:
    """Read the file with its reading processes and put it nowhere."""
    with path.open("rb") as stream:
        form = sniff(stream)
        first = [record for record, _ in zip(read_records(stream, form), range(70), strict=False)]
    columns = recognise(find_header(first[:20], None, None), first)
    rules = RowRules(columns, "GB", allow_fictional=True, now=utc_now())
    read_by_one(path, form, rules)
    began, used = time.monotonic(), _processor_s()
    read = sum(batch.row_count for batch in read_batches(path, form, rules, columns.row + 1))
    assert read == rows, read
    cost = f"µs of processor a row: {(_processor_s() - used) / rows * 1e6:.0f}"
    return said("reading alone", rows, time.monotonic() - began, cost)


def read_by_one(path: Path, form: TextFormat, rules: RowRules) -> None:
    """What one reading process could do by itself: its processor time, whoever else uses the machine."""
    reader, rows, used_s = ChunkReader(rules), 0, 0.0
    with closing(read_chunks(path, form, rules.columns.row + 1)) as chunks, cycles_sought_rarely():
        for chunk in chunks:
            sent = pickle.dumps(chunk, pickle.HIGHEST_PROTOCOL)
            began = time.process_time()
            rows += reader.read(pickle.loads(sent)).row_count  # noqa: S301 - our own
            used_s += time.process_time() - began
    said("one reading process", rows, used_s, "(processor time)")


def _processor_s() -> float:
    """Of this process and those that it started, once they have ended."""
    return sum(os.times()[:4])


def orm_alone(bench: Bench, rows: int) -> float:
    """The slow way; its rate is compared."""
    with bench.engine.connect() as connection:
        organisation_id = connection.scalar(text("SELECT id FROM organisation"))
    settings = bench.installation.settings
    ctx = Context(
        units=UnitFactory(bench.engine),
        jobs=_NoQueue(),
        actor=system_actor(organisation_id),
        now=utc_now(),
        phones=PhonePolicy(allow_fictional=True),
        public_url=settings.public_url,
        data_dir=settings.data_dir,
    )
    path = bench.file(rows)
    began = time.monotonic()
    by_orm(ctx, path, rows)
    return said("row by row (ORM)", rows, time.monotonic() - began)


class _NoQueue:
    """Nothing is to be done behind the scenes."""

    def enqueue(self, queue: str, job_path: str, *args: str | int) -> None:
        """Ask nobody."""

    def is_up(self) -> bool:
        return True

    def workers_alive(self) -> int:
        return 0


# --- the measurement ----------------------------------------------------------------------------------


def said(what: str, rows: int, seconds: float, more: str = "") -> float:
    """Print a figure; rows a second."""
    rate = rows / seconds
    print(f"{what:24}{rows:10,} rows {seconds:8.2f} s {rate:10,.0f} a second  {more}", flush=True)
    return rate


def import_of(bench: Bench, rows: int, findings: Findings) -> tuple[float, float]:
    """Bring a register in from empty tables, once more, and undo both: rows a second of the first two."""
    bench.empty()
    path = bench.file(rows)
    list_id = bench.installation.post("/lists", {"name": f"Register of {rows}"})["id"]
    rates, brought_in = [], []
    for name in ("import", "the same again"):
        with Watch(bench.installation) as watch:
            seconds, seen = bench.bring_in(path, list_id)
        rates.append(said(name, rows, seconds, _cost(watch, rows)))
        brought_in.append(seen["id"])
        counts = seen["counts"]
        brought = counts["created"] if name == "import" else counts["unchanged"]
        findings.hold(brought == rows, f"{name}: {counts}")
        peaks = sorted(watch.peak_mib.items(), key=lambda peak: -peak[1])
        print("    MiB: " + ", ".join(f"{kind} {mib:.0f}" for kind, mib in peaks))
        findings.hold(peaks[0][1] < AIM_MIB, f"memory under {AIM_MIB:.0f} MiB")
    undo_of(bench, rows, brought_in, findings)
    return rates[0], rates[1]


def undo_of(bench: Bench, rows: int, brought_in: list[str], findings: Findings) -> None:
    """Undo the later import, which leaves everybody, and then the first: few people stay, with their noes."""
    for name, import_id, gone in zip(
        ("undo the same again", "undo"), reversed(brought_in), (0, rows), strict=True
    ):
        with Watch(bench.installation) as watch:
            seconds, seen = bench.take_back(import_id)
        said(name, rows, seconds, _cost(watch, rows))
        findings.hold(seen["undo"]["taken"]["memberships"] == gone, f"{name}: {seen['undo']}")


def _cost(watch: Watch, rows: int) -> str:
    """Processor time of a row, by whose it is: the greatest share is what limits the import."""
    shares = {kind: seconds / rows * 1e6 for kind, seconds in watch.seconds.items() if seconds / rows > 1e-6}
    parts = (f"{kind} {us:.0f}" for kind, us in sorted(shares.items(), key=lambda share: -share[1]))
    return f"µs of processor a row: {', '.join(parts)}; {sum(shares.values()):.0f} in all"


def import_among_calls(bench: Bench, rows: int, findings: Findings) -> None:
    """Bring a register in while volunteers call."""
    bench.empty()
    campaign_id = make_campaign(bench.installation, QUEUE)
    timings = Timings()
    over = threading.Event()
    seats = [take_seat(bench.installation, campaign_id, nth, timings) for nth in range(VOLUNTEERS)]
    threads = [threading.Thread(target=seat.work_until, args=(over,)) for seat in seats]
    for thread in threads:
        thread.start()
    path = bench.file(rows)
    time.sleep(WARM_UP_S)
    _forget(timings)
    time.sleep(WITHOUT_S)
    before = _p95(timings.next_ms)
    _forget(timings)
    seconds, _ = bench.bring_in(path)
    p95, result = _p95(timings.next_ms), _p95(timings.result_ms)
    over.set()
    for thread in threads:
        thread.join()
    times = f"next p95 {p95:.0f} ms (without an import {before:.0f}), result p95 {result:.0f} ms"
    said(f"with {VOLUNTEERS} volunteers", rows, seconds, times)
    findings.hold(p95 < AIM_NEXT_P95_MS and not timings.errors, f"next p95 under {AIM_NEXT_P95_MS:.0f} ms")


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[18] if len(values) > 1 else 0.0


def _forget(timings: Timings) -> None:
    timings.next_ms.clear()
    timings.result_ms.clear()


def measure(sizes: list[int], orm_rows: int, calls_rows: int) -> list[str]:
    """All of it on one installation; the aims that were missed."""
    findings = Findings()
    with running() as installation, tempfile.TemporaryDirectory() as folder:
        engine = make_engine(installation.settings.database_url, statement_timeout_s=None)
        bench = Bench(installation, engine, Path(folder))
        largest = bench.file(max(sizes))
        copied = copy_alone(bench, largest, max(sizes))
        read = read_alone(largest, max(sizes))
        orm = orm_alone(bench, orm_rows)
        for rows in sizes:
            rate, again = import_of(bench, rows, findings)
            print(f"    {rate / orm:.0f} times the ORM, {rate / copied:.0%} of a bare COPY", flush=True)
        findings.hold(read >= AIM_READ_A_SECOND, f"reading {AIM_READ_A_SECOND:,.0f} a second")
        findings.hold(rate >= AIM_TIMES * orm, f"{AIM_TIMES:.0f} times the ORM")
        findings.hold(rate >= AIM_A_SECOND, f"{AIM_A_SECOND:,.0f} rows a second")
        findings.hold(again >= rate, "the same file again no slower")
        if calls_rows:
            import_among_calls(bench, calls_rows, findings)
        engine.dispose()
    return findings.missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--orm-rows", type=int, default=5_000)
    parser.add_argument("--calls-rows", type=int, default=100_000, help="rows while people call; 0: none")
    options = parser.parse_args()
    missed = measure(sorted(options.rows), options.orm_rows, options.calls_rows)
    print(f"MISSED: {'; '.join(missed)}" if missed else "every aim met")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
