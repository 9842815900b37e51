"""One shop, large: the engine beside the machine's limit, dlt, a script by hand, curl, and itself at other sizes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.ground import Ground
from benchmarks.measuring import Figures, Measurement, Side
from benchmarks.peers import DLT as DLT_PEER
from benchmarks.peers import POLARS, Found, Had, Missing, find_on_path, find_python
from benchmarks.running import BIN, SIDES, ask
from benchmarks.session import Session
from benchmarks.sizes import FULL, tell_of_few
from benchmarks.table import CURL, DLT, ENGINE, HAND, LARGEST, LIMIT, SMALLEST


@contextmanager
def all_changed(session: Session) -> Iterator[Measurement]:
    """Engine, limit and dlt, each round with a file in which every SKU has another stock."""
    ground, dlt = session.ground(session.sizes.large), find_python(DLT_PEER)
    session.note_peer(DLT, dlt)
    yield Measurement(
        (
            Side(ENGINE, ground.run_engine),
            _limit_side(session, ground),
            _side(DLT, dlt, lambda python: _load_with_dlt(python, ground)),
        ),
        ground.change,
    )


@contextmanager
def one_in_a_hundred(session: Session) -> Iterator[Measurement]:
    """Engine and limit; both know the shop already, and one SKU in a hundred is another."""
    ground = session.ground(session.sizes.large)
    limit = _limit_side(session, ground)
    ground.run_engine()
    if not limit.missing:
        limit.run()
    yield Measurement((Side(ENGINE, ground.run_engine), limit), lambda: ground.change(100))


@contextmanager
def unchanged(session: Session) -> Iterator[Measurement]:
    """A long-lived engine that finds the file it knows, and curl that only asks for its time."""
    ground, curl = session.ground(session.sizes.large), find_on_path("curl")
    session.note_peer("curl", curl)
    command = [sys.executable, SIDES / "long_lived.py"]
    # The module is found where this project is, not beside the script.
    environment = {**ground.environment(), "PYTHONPATH": str(SIDES.parents[1])}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as engine:
        try:
            _pass(engine)  # the first may have a file to apply, imports and prepares
            yield Measurement(
                (
                    Side(ENGINE, lambda: _looked(ground, lambda: _pass(engine))),
                    _side(CURL, curl, lambda program: _looked(ground, lambda: _ask_for_time(program, ground))),
                )
            )
        finally:
            engine.kill()


@contextmanager
def by_hand(session: Session) -> Iterator[Measurement]:
    """Engine and script, each with a new file of its own, in which every SKU is another than what the shop holds."""
    ground = session.ground(session.sizes.by_hand)

    def engine() -> Figures:
        ground.change()
        return ground.run_engine()

    def script() -> Figures:
        ground.change(minutes=0)  # the engine, which looks every five minutes, must not find that it missed a file
        began = time.perf_counter()
        subprocess.run([sys.executable, SIDES / "by_hand.py"], env=ground.environment(), check=True)
        seconds = time.perf_counter() - began
        ground.check()
        return {"seconds": seconds}

    few = tell_of_few(session.sizes.by_hand, FULL.by_hand, "SKUs", "start-up is most of the engine's time")
    yield Measurement((Side(ENGINE, engine), Side(HAND, script)), remark=few)


@contextmanager
def by_size(session: Session) -> Iterator[Measurement]:
    """Three sizes turn by turn; what it takes to start is taken off each time."""
    sizes = session.sizes
    names = {SMALLEST: sizes.small, "middle": sizes.middle, LARGEST: sizes.large}
    yield Measurement(tuple(Side(name, _cost_of(session.ground(skus), skus)) for name, skus in names.items()))


def _cost_of(ground: Ground, skus: int) -> Callable[[], Figures]:
    def run() -> Figures:
        began = time.perf_counter()
        subprocess.run([BIN / "zaikosync", "--version"], check=True, stdout=subprocess.DEVNULL)
        start = time.perf_counter() - began
        ground.change()
        seconds = ground.run_engine()["seconds"]
        return {"seconds": seconds, "start": start, "µs": max(0.0, seconds - start) / skus * 1e6}

    return run


def _limit_side(session: Session, ground: Ground) -> Side:
    curl, polars = find_on_path("curl"), find_python(POLARS)
    session.note_peer("curl", curl)
    session.note_peer("polars", polars)
    return _side(LIMIT, curl if isinstance(curl, Missing) else polars, lambda python: _run_limit(python, ground))


def _side(name: str, peer: Found, run: Callable[[Path], Figures]) -> Side:
    match peer:
        case Had(program):
            return Side(name, lambda: run(program))
        case Missing(reason):
            return Side(name, dict, reason)


def _run_limit(python: Path, ground: Ground) -> Figures:
    database = ground.folder / "limit.db"
    told = ask([python, SIDES / "limit.py", ground.curl_config(), ground.folder / "received.csv", database])
    _agree(ground, told.pop("held"))
    return told


def _load_with_dlt(python: Path, ground: Ground) -> Figures:
    folder = ground.folder / "dlt"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    told = ask([python, SIDES / "dlt_load.py", ground.file, folder])
    _agree(ground, told["held"])
    shutil.rmtree(folder)
    return {"seconds": told["seconds"]}


def _agree(ground: Ground, held: list[int]) -> None:
    if held != [len(ground.stocks), sum(ground.stocks)]:
        raise RuntimeError(f"it holds {held}, the file {len(ground.stocks)} rows with {sum(ground.stocks)} units")


def _looked(ground: Ground, work: Callable[[], Figures]) -> Figures:
    """A turn that has to log in, ask for the file's time, and leave the file where it is."""
    before = ground.lab.journal.last_seq()
    told = work()
    check_look({one.data.get("verb", one.kind) for one in ground.lab.journal.read(after=before, kind="ftps")})
    return told


def check_look(heard: Collection[str]) -> None:
    """Raises: RuntimeError when the server did not hear of a login and MDTM, or sent a file."""
    if not {"ftps.login", "MDTM"} <= {*heard} or "ftps.sent" in heard:
        raise RuntimeError(f"it did not only look: the server heard {', '.join(sorted(heard))}")


def _pass(engine: subprocess.Popen[str]) -> Figures:
    assert engine.stdin is not None
    assert engine.stdout is not None
    engine.stdin.write("\n")
    engine.stdin.flush()
    return {"seconds": float(engine.stdout.readline())}


def _ask_for_time(curl: Path, ground: Ground) -> Figures:
    config = ground.curl_config("head")
    command = [curl, "--silent", "--show-error", "--config", config, "-o", os.devnull, "-w", "%{time_total}"]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    return {"seconds": float(ended.stdout)}
