"""How good the pace is: our policies and the usual ones in simulated phone banks, at both ceilings.

The aims (issue 6): in no evening more abandoned than max(1, ceiling × live answers); at least as many people
spoken to as with a binomial bound; from 50 volunteers up nine tenths of what a policy makes that knows the
future.
"""

from __future__ import annotations

import argparse
import time

from bench.room.contenders import CONTENDERS, JUDGED
from bench.room.evenings import CEILINGS, evenings, spend_all
from bench.room.host import Host
from bench.room.policy import MakePolicy
from bench.room.report import BEST, print_findings, report
from bench.room.scenarios import QUICK, SCENARIOS, SIZES

SWITCH_EVERY_S = 97.0


def main() -> int:
    options = _options()
    scenarios = [one for one in (QUICK if options.quick else SCENARIOS) if _wanted(one.name, options.only)]
    names = [name for name in CONTENDERS if not options.policies or name in options.policies]
    began = time.monotonic()
    results = spend_all(evenings(scenarios, names, options.seeds), options.processes)
    order = [scenario.name for scenario in scenarios]
    met = True
    for ceiling in CEILINGS:
        met = report(results, ceiling, order, names) and met
    print()
    for name in (name for name in names if name in JUDGED):
        print_findings(results, name, beside=name == BEST)
        met = _survives(name, JUDGED[name]) and met
    print(f"{len(results):,} evenings judged in {time.monotonic() - began:.0f} s")
    print(f"aims: {'met' if met else 'MISSED'}" if BEST in names else "nobody to judge")
    return 0 if met else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few evenings, shorter")
    parser.add_argument("--seeds", type=int, default=1, help="evenings in each of two seed sets")
    parser.add_argument("--only", action="append", help="scenarios with this in their name; may be repeated")
    parser.add_argument("--policies", nargs="+", help="these alone, such as: Pacer binomial oracle")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


def _wanted(name: str, only: list[str] | None) -> bool:
    return not only or any(part in name for part in only)


def _survives(name: str, make: MakePolicy) -> bool:
    """Whether a policy put away and taken up again all the time goes on as if nothing had been."""
    scenario = SIZES[2]
    whole = Host(scenario, CEILINGS[0], "state", make).run()
    parts = Host(scenario, CEILINGS[0], "state", make, switch_every_s=SWITCH_EVERY_S).run()
    same = whole.started == parts.started
    found = "goes on the same" if same else "DIFFERS"
    print(f"{name}, put away and taken up every {SWITCH_EVERY_S:.0f} s, {found}")
    return same


if __name__ == "__main__":
    raise SystemExit(main())
