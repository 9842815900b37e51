"""One pass before anything is judged: tells an engine that never connected from one that is wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.config import TlsMode
from simulator.conformance.drivers import NOT_CONFIGURED, CommandEngine, UrlEngine
from simulator.conformance.verify.results import Finding
from simulator.conformance.verify.stragglers import end_stragglers
from simulator.demo import ROOMCLIP_SHOP, set_up
from simulator.errors import EngineTrouble, EngineUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from simulator.conformance.drivers import Engine, EngineRun
    from simulator.journal import Entry
    from simulator.lab import Lab

SKUS = 10
FLOOD = 1 << 20
"""Bytes of output in one pass over ten SKUs from which on an engine floods."""
_FIRST_SHOWN, _LAST_SHOWN = 300, 400
_FILES_LOOKED_AT = 20_000
_FILES_SHOWN = 5
_CONTRACT = "README.md, An engine of your own, says what it is given."
URL_STEP = "Start it with the variables that `zaikolab verify --env` prints; they stay the same."


def examine(engine: Engine, lab: Lab, state_dir: Path) -> tuple[Finding, ...]:
    """Have the engine make one pass on this lab, which becomes the guide's with ten SKUs; say what stands out.

    A finding that stops comes alone: nothing else is known of such an engine.
    """
    lab.reset()
    set_up(lab, skus=SKUS, seed=1, say=lambda _section, _sentence: None)
    mark, temporary = lab.journal.last_seq(), state_dir.with_name(f"{state_dir.name}-tmp")
    temporary.mkdir(exist_ok=True)
    watched = (Path.cwd(), temporary) if isinstance(engine, CommandEngine) else ()
    before = _files(watched)
    try:
        run = engine.run({**lab.engine_environment(state_dir), "TMPDIR": str(temporary)})
    except EngineUnusable as error:
        next_step = URL_STEP if isinstance(engine, UrlEngine) else error.next_step or _CONTRACT
        told = f"{error.message} It said: {_words(error.output)}" if error.output else error.message
        return (Finding(str(error.trouble), told, next_step, stops=True),)
    entries = lab.journal.read(after=mark)
    if stopping := _stopping(run, entries, URL_STEP if isinstance(engine, UrlEngine) else _CONTRACT):
        return (stopping,)
    escaped = end_stragglers(state_dir.parent) if isinstance(engine, CommandEngine) else 0
    changed = [path for path, seen in _files(watched).items() if before.get(path) != seen]
    return (
        *_about_connections(entries, explicit=lab.config.tls is TlsMode.EXPLICIT),
        *_about_stock(run, lab),
        *_about_manners(run, changed, escaped),
    )


def _stopping(run: EngineRun, entries: Sequence[Entry], advice: str) -> Finding | None:
    if run.exit_code == NOT_CONFIGURED:
        return Finding(
            str(EngineTrouble.NOT_CONFIGURED),
            f"It ended with exit code {NOT_CONFIGURED} before any pass. It said: {_words(run.output)}",
            f"See that it reads the SYNC_ variables. {advice}",
            stops=True,
        )
    if run.exit_code not in (0, 1):
        return Finding(
            str(EngineTrouble.CRASHED),
            f"It {run.ending}. It said: {_words(run.output)}",
            "A pass ends with 0 (all well) or 1 (something failed, its mail is handed over).",
            stops=True,
        )
    if not any(entry.kind in ("ftps.connected", "http.request") for entry in entries):
        return Finding(
            "never connected",
            f"No FTPS session, no request to the shop API in a pass that {run.ending}. It said: {_words(run.output)}",
            f"See that it uses SYNC_FTPS_HOST, SYNC_FTPS_PORT and SYNC_SHOP_URL. {advice}",
            stops=True,
        )
    return None


def _about_connections(entries: Sequence[Entry], *, explicit: bool) -> Iterator[Finding]:
    if not any(entry.kind == "ftps.connected" for entry in entries):
        yield Finding(
            "never came to the FTPS area",
            "It asked the shop API and opened no FTPS session, though a linkage waits.",
            "See that it uses SYNC_FTPS_HOST and SYNC_FTPS_PORT, and trusts SYNC_FTPS_CA.",
        )
    if not any(entry.kind == "http.request" for entry in entries):
        yield Finding(
            "never asked the shop API",
            "It opened FTPS sessions and sent no request.",
            "See that it uses SYNC_SHOP_URL and SYNC_SHOP_TOKEN.",
        )
    commands = [entry.data for entry in entries if entry.kind == "ftps.command"]
    secured = {data["session"] for data in commands if data["verb"] == "AUTH" and data["reply"] == 234}
    if explicit and any(data["verb"] in ("USER", "PASS") and data["session"] not in secured for data in commands):
        yield Finding(
            "speaks plain FTP",
            "It began to log in without AUTH TLS; the area refuses that.",
            "Ask for explicit TLS (SYNC_FTPS_TLS) before USER, and for PROT P after PASS.",
        )


def _about_stock(run: EngineRun, lab: Lab) -> Iterator[Finding]:
    wanted, held = lab.tempostar.levels(), lab.roomclip.levels(ROOMCLIP_SHOP)
    arrived = sum(held.get(code) == stock for code, stock in wanted.items())
    if arrived < len(wanted):
        yield Finding(
            "connects, but the stock does not arrive",
            f"{arrived} of {len(wanted)} SKUs are alike on both ends. It {run.ending} and said: {_words(run.output)}",
            "The scenarios that fail say what was expected and seen.",
        )
    elif run.exit_code:
        yield Finding(
            "reports a failure where all is well",
            f"The stock arrived, yet it {run.ending} and said: {_words(run.output)}",
            "Exit code 0 says that every linkage is synced, skipped or paused.",
        )


def _about_manners(run: EngineRun, changed: Sequence[Path], escaped: int) -> Iterator[Finding]:
    if run.left_behind or escaped:
        yield Finding(
            "leaves processes behind",
            "What it had started was still running when it ended, and was killed.",
            "Wait for children before the pass ends.",
        )
    if run.said >= FLOOD:
        yield Finding(
            "floods its output",
            f"It said {run.said:,} bytes over {SKUS} SKUs; only the end is kept.",
            "Say what a person would read.",
        )
    if changed:
        more = f" and {len(changed) - _FILES_SHOWN} more" if len(changed) > _FILES_SHOWN else ""
        yield Finding(
            "writes outside its folder",
            f"Changed during the pass: {', '.join(map(str, sorted(changed)[:_FILES_SHOWN]))}{more}.",
            "Keep state in SYNC_STATE_DIR: scenarios run side by side and share everything else.",
        )


def _files(folders: Sequence[Path]) -> Mapping[Path, tuple[int, int]]:
    """Size and time of the files below some folders: as many as can be looked at while somebody waits."""
    found: dict[Path, tuple[int, int]] = {}
    for folder in folders:
        for where, inner, names in os.walk(folder):
            inner[:] = [name for name in inner if not name.startswith(".") and name != "__pycache__"]
            for name in names:
                path = Path(where, name)
                try:
                    status = path.lstat()
                except OSError:
                    continue
                found[path] = (status.st_size, status.st_mtime_ns)
                if len(found) >= _FILES_LOOKED_AT:
                    return found
    return found


def _words(output: str) -> str:
    """Its beginning, where the cause of a start that failed stands, and its end, where a traceback's does."""
    said = output.strip()
    if len(said) > _FIRST_SHOWN + _LAST_SHOWN:
        return f"{said[:_FIRST_SHOWN]} ... {said[-_LAST_SHOWN:]}"
    return said or "nothing"
