"""What a run of the benchmarks tells: results.json, the screen and the README's block. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.lines import Outcome
from benchmarks.measuring import Taken

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement's turns, and how long they took, everything counted; `failed`: it never began, or broke off;
    `interrupted`: Ctrl-C ended it."""

    name: str
    taken: tuple[Taken, ...]
    took: float
    failed: str = ""
    interrupted: bool = False


def as_json(
    *, kind: str, rounds: int, sizes: Mapping[str, str], machine: Mapping[str, object], versions: Mapping[str, str],
    missing: Mapping[str, str], measured: Sequence[Measured], outcomes: Sequence[Outcome], asked: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """The whole run as JSON values: every single figure, the medians and ratios that come from them, the targets.

    `not_finished`: those of the measurements `asked` for whose end an interrupted run did not come to.
    """
    finished = {one.name for one in measured if not one.interrupted}
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": kind,
        "rounds": rounds,
        "sizes": dict(sizes),
        "machine": dict(machine),
        "versions": dict(versions),
        "missing": dict(missing),
        "not_finished": [name for name in asked if name not in finished],
        "measurements": [
            {
                "name": one.name,
                "seconds": round(one.took, 1),
                "failed": one.failed,
                "sides": [
                    {
                        "name": side.side,
                        "missing": side.missing,
                        "failed": side.failed,
                        "figures": {name: [_rounded(value) for value in all_] for name, all_ in side.figures.items()},
                        "medians": {name: _rounded(side.median(name)) for name in side.figures},
                    }
                    for side in one.taken
                ],
            }
            for one in measured
        ],
        "rows": [_row(one, sizes) for one in outcomes],
    }


def _row(outcome: Outcome, sizes: Mapping[str, str]) -> dict[str, Any]:
    line = outcome.line
    return {
        "key": line.key,
        "what": line.what.english.format(**sizes),
        "what_ja": line.what.japanese.format(**sizes),
        "against": line.against.english.format(**sizes),
        "against_ja": line.against.japanese.format(**sizes),
        "how": line.how,
        "unit": line.unit,
        "ours": _rounded(outcome.ours),
        "theirs": _rounded(outcome.theirs),
        "reads": line.reads.value,
        "value": _rounded(outcome.value),
        "target": None if line.target is None else str(line.target),
        "reached": outcome.reached,
        "note": outcome.note,
    }


def _rounded(value: float | None) -> float | None:
    """Four digits that count; no figure here is known better."""
    return None if value is None else float(f"{value:.4g}")


def cells(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Both medians with their unit, the ratio, the target, and whether it is reached, for people."""
    pair = " / ".join(_shown(row[name]) for name in ("ours", "theirs") if row["reads"] != "ours" or name == "ours")
    measured = f"{pair} {row['unit']}"
    value = "-" if row["reads"] == "ours" else _shown(row["value"])
    return measured, value, row["target"] or "-", {True: "yes", False: "no", None: "-"}[row["reached"]]


def _shown(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def tell(result: Mapping[str, Any]) -> list[str]:
    """The table for a terminal."""
    mark = "" if result["kind"] == "full" else f"  ({result['kind']}: smaller sizes)"
    lines = [
        f"{describe_machine(result)}, medians of {result['rounds']}{mark}",
        f"{'what':<68} {'against':<46} {'ours / theirs':>20} {'ratio':>8} {'target':>8}  reached",
    ]
    for row in result["rows"]:
        measured, value, target, reached = cells(row)
        lines.append(f"{row['what']:<68} {row['against']:<46} {measured:>20} {value:>8} {target:>8}  {reached}")
        if row["note"]:
            lines.append(f"    {row['note']}")
    lines += [f"not finished: {name}" for name in result["not_finished"]]
    lines += [f"missing: {peer}: {reason}" for peer, reason in result["missing"].items()]
    return lines


def describe_machine(result: Mapping[str, Any]) -> str:
    """Machine and date in a line."""
    machine = result["machine"]
    return (
        f"{machine['date']}, {machine['system']}, {machine['processor']}, {machine['cores']} cores,"
        f" {machine['memory_mib']:,} MiB"
    )
