"""Faults that are armed, matched and counted, and do nothing: whoever checks a fault has to notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from simulator.faults.armed import Fault
from simulator.faults.kind import Effect
from simulator.lab import Lab

Arm: TypeAlias = Callable[..., Fault]
"""Arms a fault as `Lab.fault` does."""


def arming_dead(lab: Lab, inert: Effect) -> Arm:
    """An `Arm` of faults that do what `inert` does, of the same layer and seen by nobody: late by 0 s, say."""

    def arm(kind: str, **wanted: Any) -> Fault:
        fault = lab.fault(kind, **wanted)
        fault.wish = replace(fault.wish, effect=inert)
        return fault

    return arm
