"""Polling day in a district of 100,000 electors, over HTTP, while everything runs at once.

A register is brought in as any is, with support; a GOTV campaign rings everybody and texts half of them.
First without others: 5,000 marks in one request. Then, together, 50 tellers each log a number every few
seconds, 100 callers ring, a wave of 50,000 texts goes out through the simulated carrier, and a coordinator
opens the knock-up list, its figures and the board again and again.

The aims (issue 9): 5,000 marks within 2 s; lists and board within 300 ms for 95 of 100; whoever is marked is
silent within 2 s for 99 of 100: no text is handed over to them, no call is given out about them later than
that, and the next reading of their district's list has them no more.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import statistics
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from sqlalchemy import text

from bench.inbox import Client, Heard
from bench.installation import Installation, running
from bench.lists import Bench
from bench.next_contact import Timings, Volunteer, take_seat
from bench.texting import SENDER, areas
from bench.watching import Watch
from dialer.clock import utc_now
from dialer.store.session import make_engine

MARKS, MARKS_S = 5_000, 2.0
READ_P95_MS, SILENT_P99_S = 300.0, 2.0
TELLERS, CALLERS = 50, 100
TELLER_PAUSE_S, CALLER_PAUSE_S, DESK_PAUSE_S = 3.0, 15.0, 0.2
GONE_WITHIN_S = 30.0
BLAST_RATE = "400"
DISTRICT_SIZE = 1_000
HOURS = {"start": "00:00", "end": "00:00"}
HEADER = (
    "Elector Number Prefix",
    "Elector Number",
    "Elector Surname",
    "Elector Forename",
    "Polling District",
    "Address1",
    "Address2",
    "PostCode",
    "Mobile",
    "Support",
)
LATE_TEXTS = text(
    """
    SELECT extract(epoch FROM max(message.attempted_at) - min(mark.recorded_at)) AS late_s
    FROM turnout_mark mark JOIN message ON message.contact_id = mark.contact_id
    WHERE mark.token_id = ANY(:tokens) AND mark.undone_at IS NULL AND message.attempted_at > mark.recorded_at
    GROUP BY mark.contact_id
    """
)
LATE_CALLS = text(
    """
    SELECT extract(epoch FROM max(assignment.created_at) - min(mark.recorded_at)) AS late_s
    FROM turnout_mark mark JOIN assignment ON assignment.contact_id = mark.contact_id
    WHERE mark.token_id = ANY(:tokens) AND mark.undone_at IS NULL AND assignment.created_at > mark.recorded_at
    GROUP BY mark.contact_id
    """
)


@dataclass
class Day:
    """What the tellers did, and how long those they marked were still on a list."""

    taken_ms: list[float] = field(default_factory=list)
    still_listed_s: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass
class Teller:
    """Somebody outside one polling station, with a token for its district."""

    bind: str
    token: str
    coordinator: str
    campaign_id: str
    district: str
    numbers: list[int]
    chance: random.Random
    day: Day

    def work(self, until: float) -> None:
        """Log a number every few seconds; now and then look whether the person has left the list."""
        while time.monotonic() < until and self.numbers:
            time.sleep(self.chance.uniform(0.5, 1.5) * TELLER_PAUSE_S)
            number = f"{self.district}-{self.numbers.pop()}"
            began = time.perf_counter()
            if self._asked("/turnout", self.token, {"marks": [{"elector_number": number}]}) is None:
                continue
            marked = time.perf_counter()
            self.day.taken_ms.append((marked - began) * 1000)
            if self.chance.random() < 0.1:
                self._until_gone(number, marked)

    def _until_gone(self, number: str, marked: float) -> None:
        """Read the list of the district, all its pages, until they have left it; not for ever."""
        while self._is_listed(number):
            if time.perf_counter() - marked > GONE_WITHIN_S:
                self.day.errors.append("somebody marked who stays on the list")
                break
        self.day.still_listed_s.append(time.perf_counter() - marked)

    def _is_listed(self, number: str) -> bool:
        last, cursor = number.rpartition("-")[2], ""
        path = f"/campaigns/{self.campaign_id}/knock-up?polling_district={self.district}&limit=500"
        while (listed := self._asked(path + cursor, self.coordinator)) is not None:
            if any(f"No {last} " in f"{one['last_name']} " for one in listed["data"]):
                return True
            if listed["next_cursor"] is None:
                break
            cursor = f"&cursor={listed['next_cursor']}"
        return False

    def _asked(self, path: str, token: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            with urlopen(Request(f"http://{self.bind}/api/v1{path}", data, headers), timeout=60) as answer:
                return json.loads(answer.read())
        except OSError as error:  # refused, or nobody answered
            self.day.errors.append(f"{path.partition('?')[0]}: {error}")
            return None


@dataclass(frozen=True)
class Place:
    """An installation on its polling day."""

    installation: Installation
    list_id: str
    campaign_id: str
    districts: list[str]


def district_of(nth: int) -> str:
    """Two letters and a figure: no elector number of one reads as one of another."""
    place = nth // DISTRICT_SIZE
    return f"{chr(65 + place // 26 % 26)}{chr(65 + place % 26)}1"


def write_electors(path: Path, electors: int) -> None:
    """A register by road, four to a house; a number for each mobile, as far as those kept for fiction go and
    then others of the same 555, which only the carrier on loopback ever sees; half are for us.
    """
    chance, ours = random.Random(20260507), areas()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for nth in range(electors):
            place, number = nth // DISTRICT_SIZE, nth % DISTRICT_SIZE + 1
            line = 100 + nth % 100 + nth // (100 * len(ours)) * 100
            writer.writerow(
                (
                    district_of(nth),
                    number,
                    f"No {number} ",
                    chance.choice(("Siân", "Owen", "Carys", "Tom", "Priya", "Bilal")),
                    district_of(nth),
                    number // 4 % 60 + 1,
                    f"Made-Up {('Road', 'Lane', 'Terrace', 'Close')[number // 250 % 4]}",
                    f"BH{place % 20 + 1} 9Z{'NPQRSTUWXZ'[place % 10]}",
                    f"+1{ours[nth // 100 % len(ours)]}555{line:04}",
                    chance.randint(1, 4),
                )
            )


def prepare(installation: Installation, electors: int) -> Place:
    """Bring the register in, make today polling day, and start a campaign whose queue has everybody."""
    engine = make_engine(installation.settings.database_url, statement_timeout_s=None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "electors.csv"
        write_electors(path, electors)
        took, brought = Bench(installation, engine, Path(folder)).bring_in(path)
    print(f"{brought['counts']} in {took:.0f} s", flush=True)
    list_id: str = brought["list_id"]
    election = next(one for one in installation.get("/elections")["data"] if one["current"])
    polls = {"polling_on": utc_now().date().isoformat(), "opens_at": "00:00", "closes_at": "23:59"}
    patched(installation, f"/elections/{election['id']}", polls | {"timezone": "UTC"})
    campaign = {"name": "Polling day", "kind": "gotv", "list_ids": [list_id], "quiet_hours": HOURS}
    made = installation.post("/campaigns", campaign | {"senders": [SENDER]})
    installation.post(f"/campaigns/{made['id']}/activate")
    while installation.get(f"/campaigns/{made['id']}")["queue_filling"]:
        time.sleep(1)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
    places = range(0, electors, DISTRICT_SIZE)
    return Place(installation, list_id, made["id"], [district_of(nth) for nth in places])


def patched(installation: Installation, path: str, body: object) -> None:
    """One PATCH under `/api/v1` that must be taken."""
    headers = {"Authorization": f"Bearer {installation.token}", "Content-Type": "application/json"}
    url = f"http://{installation.settings.bind}/api/v1{path}"
    urlopen(Request(url, json.dumps(body).encode(), headers, method="PATCH"), timeout=60).close()


def mark_at_once(place: Place) -> float:
    """5,000 marks in one request, from the districts' ends: how many seconds."""
    each = MARKS // len(place.districts)
    numbers = [f"{district}-{DISTRICT_SIZE - nth}" for district in place.districts for nth in range(each + 1)]
    began = time.perf_counter()
    taken = place.installation.post(
        "/turnout", {"marks": [{"elector_number": one} for one in numbers[:MARKS]]}
    )
    took = time.perf_counter() - began
    if taken["accepted"] != MARKS:
        raise SystemExit(f"marks were not taken: {str(taken)[:400]}")
    return took


def launch(place: Place) -> str:
    """A wave of texts to everybody who is for us: half of them all."""
    body = "Polls are open until 10 tonight, {first_name|friend}. Reply STOP to opt out."
    draft = {"campaign_id": place.campaign_id, "name": "Wave", "body": body, "list_ids": [place.list_id]}
    made = place.installation.post("/blasts", draft | {"audience": {"support": [1, 2]}})
    place.installation.post(f"/blasts/{made['id']}/launch")
    return str(made["id"])


def desk_work(place: Place, desk: Client, until: float, chance: random.Random) -> None:
    """A coordinator who looks at everything, again and again."""
    campaign = f"/campaigns/{place.campaign_id}"
    while time.monotonic() < until:
        district = chance.choice(place.districts)
        desk.ask(
            "list of a district", f"{campaign}/knock-up?polling_district={district}&order=walk&limit=200"
        )
        desk.ask("list, by attempts", f"{campaign}/knock-up?limit=200")
        desk.ask("list for texts", f"{campaign}/knock-up?channel=sms&limit=200")
        desk.ask("figures of the list", f"{campaign}/knock-up/summary")
        desk.ask("turnout", f"/turnout/summary?campaign_id={place.campaign_id}")
        desk.page("inbox", "/turnout")
        time.sleep(DESK_PAUSE_S)


def tellers_of(place: Place, day: Day) -> tuple[list[Teller], list[str]]:
    """One for each of the first stations, with the ids of their tokens."""
    tellers, tokens = [], []
    for index, district in enumerate(place.districts[:TELLERS]):
        asked = {"role": "teller", "name": f"Teller {index}", "polling_districts": [district]}
        token = place.installation.post("/tokens", asked)
        numbers = list(range(1, DISTRICT_SIZE // 2))
        random.Random(index).shuffle(numbers)
        tellers.append(
            Teller(
                place.installation.settings.bind,
                token["token"],
                place.installation.token,
                place.campaign_id,
                district,
                numbers,
                random.Random(index),
                day,
            )
        )
        tokens.append(token["id"])
    return tellers, tokens


def polling_day(place: Place, seconds: float) -> tuple[Day, Heard, Timings, list[float]]:
    """Everything at once; with how late each marked person was last contacted, in seconds after the mark."""
    day, heard, timings = Day(), Heard(), Timings()
    tellers, tokens = tellers_of(place, day)
    callers: list[Volunteer] = [
        take_seat(place.installation, place.campaign_id, index, timings) for index in range(CALLERS)
    ]
    desk = Client(place.installation.settings.bind, place.installation.token, heard)
    desk.sign_in()
    blast_id = launch(place)
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=teller.work, args=(until,)) for teller in tellers]
    threads.append(threading.Thread(target=desk_work, args=(place, desk, until, random.Random(1))))
    for caller in callers:
        caller.pause_s = CALLER_PAUSE_S
        threads.append(threading.Thread(target=caller.work, args=(0.0, until)))
    with Watch(place.installation) as watch:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    sent = place.installation.get(f"/blasts/{blast_id}/progress")["counts"]
    shares = ", ".join(f"{kind} {used / seconds:.2f}" for kind, used in watch.seconds.items() if used > 1)
    print(f"the wave: {sent}; processors used: {shares}; load {os.getloadavg()[0]:.1f}", flush=True)
    return day, heard, timings, late_contacts(place, tokens)


def late_contacts(place: Place, tokens: list[str]) -> list[float]:
    """How long after their mark people were last texted or handed to a caller, where they were."""
    engine = make_engine(place.installation.settings.database_url)
    asked = {"tokens": [uuid.UUID(one) for one in tokens]}
    with engine.connect() as connection:
        found = [row for query in (LATE_TEXTS, LATE_CALLS) for row in connection.execute(query, asked)]
    engine.dispose()
    return [float(row.late_s) for row in found]


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[18] if len(values) > 1 else float("nan")


def report(at_once_s: float, day: Day, heard: Heard, timings: Timings, late: list[float]) -> bool:
    """Print the figures; whether the aims are met."""
    print(f"{MARKS:,} marks in one request: {at_once_s:.2f} s")
    print(f"tellers: {len(day.taken_ms):,} marks, p95 {p95(day.taken_ms):.0f} ms")
    print(f"callers: {len(timings.next_ms):,} contacts, p95 {p95(timings.next_ms):.0f} ms")
    for kind, taken in heard.taken_ms.items():
        name = "board" if kind == "inbox" else kind
        print(f"{name:20}{len(taken):6,}   p50 {statistics.median(taken):6.1f} ms   p95 {p95(taken):6.1f} ms")
    silent = sorted([*late, *day.still_listed_s, *[0.0] * max(0, len(day.taken_ms) - len(late))])
    p99 = silent[int(len(silent) * 0.99)] if silent else float("nan")
    print(
        f"contacted after their mark: {len(late)} of {len(day.taken_ms):,}, the last after"
        f" {max(late, default=0):.2f} s; on the list: p95 {p95(day.still_listed_s):.2f} s"
    )
    errors = [*day.errors, *heard.errors]
    aims = {
        f"{MARKS:,} marks within {MARKS_S:.0f} s": at_once_s <= MARKS_S,
        f"p95 of lists and board under {READ_P95_MS:.0f} ms": max(map(p95, heard.taken_ms.values()))
        < READ_P95_MS,
        f"silent within {SILENT_P99_S:.0f} s for 99 of 100": p99 <= SILENT_P99_S,
        f"no errors ({errors[:3] or 'none'}; callers' {timings.errors})": not errors and not timings.errors,
    }
    for aim, met in aims.items():
        print(f"aim: {aim}: {'met' if met else 'MISSED'}")
    return all(aims.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--electors", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    with running(DIALER_ALLOWED_COUNTRIES="GB,US,CA", DIALER_RATE_PER_SENDER=BLAST_RATE) as installation:
        place = prepare(installation, given.electors)
        at_once_s = mark_at_once(place)
        day, heard, timings, late = polling_day(place, given.seconds)
    return 0 if report(at_once_s, day, heard, timings, late) else 1


if __name__ == "__main__":
    raise SystemExit(main())
