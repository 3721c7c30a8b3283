"""Plays thousands of examples of the state machine and prints what they survived; `make soak` runs it."""

import argparse
import logging
import os
import secrets
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Final

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from rich.console import Console
from rich.progress import track

from infra.local.ministack import CREDENTIALS, MiniStack
from shared.domain.errors import AlphaGexError
from tests.faults.ground import Ground
from tests.faults.machine import FaultMachine
from tests.faults.tally import Tally
from tests.faults.wire import Wire

CHUNK: Final = 100
"""How many examples one seed stands for."""
STEPS: Final = 8
SEEDS: Final = 2**31
BROKEN: Final = (AlphaGexError, ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What an example may end with: a broken invariant, or an error that the functions should have dealt with."""


def playing(examples: int, *, smallest: bool = False) -> settings:
    """Return how many examples are played, and that nothing but the seed decides which.

    ``smallest`` looks for the smallest example of what was found broken, which takes minutes.
    """
    return settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if smallest else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        report_multiple_bugs=False,
    )


def machine_on(ground: Ground, wire: Wire, number: int) -> type[FaultMachine]:
    """Return the state machine on a ground, with a seed and a tally of its own."""
    machine = type("FaultMachine", (FaultMachine,), {"ground": ground, "wire": wire, "tally": Tally(), "mornings": {}})
    return seed(number)(machine)


@contextmanager
def _grounded() -> Iterator[tuple[Ground, Wire]]:
    os.environ.update(CREDENTIALS)
    with MiniStack() as aws, Ground(aws.endpoint_url) as ground:
        yield ground, Wire(ground.database.connection.shared)


def play(number: int, examples: int, *, smallest: bool = False) -> tuple[int, Tally, str | None]:
    """Play one chunk; return its seed, its counts, and what was broken. What the functions log of it is not shown."""
    logging.disable()
    with _grounded() as (ground, wire):
        machine = machine_on(ground, wire, number)
        try:
            run_state_machine_as_test(machine, settings=playing(examples, smallest=smallest))
        except BROKEN as broken:
            return number, machine.tally, "\n".join([repr(broken), *getattr(broken, "__notes__", ())])
        return number, machine.tally, None


def soak(first: int, examples: int, workers: int, *, smallest: bool) -> int:
    """Play all chunks, print the numbers, and return the exit code."""
    started, total, broken = time.monotonic(), Tally(), 0
    sizes = [CHUNK] * (examples // CHUNK) + ([examples % CHUNK] if examples % CHUNK else [])
    _say(f"soak: {examples:,} examples from seed {first}")
    console = Console(stderr=True)
    with ProcessPoolExecutor(workers) as pool:
        chunks = pool.map(partial(play, smallest=smallest), range(first, first + len(sizes)), sizes)
        for number, tally, problem in track(
            chunks, "hundreds played", len(sizes), console=console, disable=not console.is_terminal
        ):
            total.add(tally)
            if problem is not None:
                broken += 1
                _say(f"\nBROKEN by seed {number}; again: make soak SEED={number} EXAMPLES={CHUNK}\n{problem}")
    _say(total.lines())
    _say(f"{'seconds':>28} {time.monotonic() - started:>10,.0f}")
    _say(f"{'faults survived':>28} {total.faults_injected if not broken else 'NOT ALL':>10}")
    return 0 if total.is_clean and not broken else 1


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Read the arguments and play."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000, help="how many examples to play")
    parser.add_argument("--seed", type=int, help="the seed of the first hundred; drawn when it is not given")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="how many processes play")
    parser.add_argument("--smallest", action="store_true", help="look for the smallest broken example")
    given = parser.parse_args()
    first = given.seed if given.seed is not None else secrets.randbelow(SEEDS)
    return soak(first, given.examples, given.workers, smallest=given.smallest)


if __name__ == "__main__":
    sys.exit(main())
