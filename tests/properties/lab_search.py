"""Searching for a history that breaks a promise, reproducibly: the same seed tries the same histories."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from simulator.lab import Lab
from tests.properties.lab_engine import Adjust
from tests.properties.lab_machine import Chronicle, machine_on
from tests.properties.lab_world import Ground

HISTORIES = 50
STEPS = 30


class Violation(AssertionError):
    """A history that breaks a promise, as steps, with the seed that finds it again."""


@contextmanager
def ground(adjust: Adjust | None = None) -> Iterator[Ground]:
    """A lab of this process's own, on free ports, and a folder for engines' states."""
    with tempfile.TemporaryDirectory() as folder, Lab() as lab:
        yield Ground(lab, Path(folder), adjust)


def search(
    on: Ground, number: int, histories: int = HISTORIES, steps: int = STEPS, chronicle: Chronicle | None = None
) -> Chronicle:
    """Try histories on a ground; raises Violation with the smallest one that fails."""
    chronicle = chronicle or Chronicle()
    machine = seed(number)(machine_on(on, chronicle))
    chosen = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=False,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(machine, settings=chosen)
    except Exception as error:
        lines = [f"シナリオ: 種「{number}」の最小の経過", *chronicle.story]
        again = f"  # python -m tests.soak --seed {number} --histories {histories} --steps {steps}"
        raise Violation("\n".join([*lines, again])) from error
    return chronicle
