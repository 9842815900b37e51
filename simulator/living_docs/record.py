"""The record of a run, read from the folder that `zaikolab verify --report DIR` wrote: whole, or not at all."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulator.conformance.report.machine import SCHEMA_VERSION as REPORT_SCHEMA
from simulator.conformance.report.transcripts import SCHEMA_VERSION as TRANSCRIPTS_SCHEMA
from simulator.conformance.report.transcripts import TRANSCRIPTS
from simulator.conformance.transcript import transcript_from
from simulator.conformance.verify.results import Result, result_from
from simulator.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REPORT = "report.json"
RUN_FIRST = "Run it first: zaikolab verify --report build/run"
RUN_AGAIN = "Run it again: zaikolab verify --report build/run"


@dataclass(frozen=True, slots=True)
class Record:
    """A run that came to its end. `when`: it began, in UTC; `verdict`: in words;
    `only`: the part of the specification that was asked for, () for all; `sources`: their digest; `results`: with
    transcripts."""

    folder: Path
    when: datetime
    version: str
    engine: str
    level: str
    verdict: str
    seconds: float
    only: tuple[str, ...]
    profiles: tuple[str, ...]
    command: str
    sources: str
    results: tuple[Result, ...]


def read_record(folder: Path) -> Record:
    """The run in a folder.

    Raises: BadValue where there is none, it did not come to its end, its files are broken or of different runs, or the
    sources were changed under it.
    """
    try:
        told = json.loads((folder / REPORT).read_text(encoding="utf-8"))
        first, *cases = _lines(folder / TRANSCRIPTS)
        if (told["schema"], first["schema"]) != (REPORT_SCHEMA, TRANSCRIPTS_SCHEMA):
            raise _bad(folder, "the record of a run of another version of zaikolab")
        results = tuple(map(result_from, told["scenarios"]))
        _check_end(folder, told)
        if told["when"] != first["when"] or first["cases"] != len(cases) or len(cases) != len(results):
            raise _bad(folder, f"{REPORT} and {TRANSCRIPTS} are not of one run, or one is cut short")
        if first["sources"]["began"] != first["sources"]["ended"]:
            raise _bad(folder, "the sources were changed while it ran")
        return Record(
            folder, datetime.fromisoformat(told["when"]), str(told["zaikolab"]), str(told["engine"]),
            str(told["level"]), str(told["verdict"]), float(told["seconds"]), tuple(map(str, told["only"])),
            tuple(map(str, told["profiles"])), str(told["command"]), str(first["sources"]["ended"]),
            tuple(_joined(folder, one, case) for one, case in zip(results, cases, strict=True)),
        )  # fmt: skip
    except FileNotFoundError as error:
        reason = f"no run is there: it has no {REPORT if REPORT in str(error.filename) else TRANSCRIPTS}"
        raise BadValue("run", str(folder), reason, next_step=RUN_FIRST) from error
    except BadValue:
        raise
    except (OSError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise _bad(folder, f"its files are broken ({type(error).__name__}: {error})") from error


def _check_end(folder: Path, told: dict[str, Any]) -> None:
    stopped = [one["verdict"] for one in told["findings"] if one["stops"]]
    if stopped:
        raise _bad(folder, f"nothing was run: the engine {stopped[0]}")
    if told["trouble"] or len(told["scenarios"]) != told["expected"]:
        why = str(told["trouble"]).splitlines()[0] if told["trouble"] else "cases are missing"
        raise _bad(folder, f"the run did not come to its end ({why})")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    if not text.endswith("\n"):
        raise ValueError(f"{path.name} is cut short")
    yield from map(json.loads, text[:-1].split("\n"))


def _joined(folder: Path, result: Result, case: dict[str, Any]) -> Result:
    told = case["profile"], case["file"], case["name"], case["case"], case["row"]
    if told != (*result.case_of, result.row):
        raise _bad(folder, f"{REPORT} and {TRANSCRIPTS} are not of one run")
    return replace(result, transcripts=tuple(map(transcript_from, case["steps"])))


def _bad(folder: Path, reason: str) -> BadValue:
    return BadValue("run", str(folder), reason, next_step=RUN_AGAIN)
