"""The chosen scenarios, run by pytest in a child process that nothing of the caller's folder configures.

Each worker of pytest-xdist has a lab with ports of its own; each scenario a state folder of its own. The engine is run
from the caller's folder, so that a command such as `./my-sync` is found.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.conformance.drivers import TIME_LIMIT
from simulator.conformance.guide import features_dir
from simulator.conformance.profiles import DEFAULT
from simulator.conformance.verify.results import Outcome, Result, result_from
from simulator.conformance.verify.stragglers import end_stragglers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from simulator.conformance.verify.address import Address
    from simulator.conformance.verify.selection import Chosen

_MODULE = """from pytest_bdd import scenarios

scenarios(*{files!r})
"""
_INI = """[pytest]
disable_test_id_escaping_and_forfeit_all_rights_to_community_support = true
"""
_PLUGINS = (
    "pytest_bdd.plugin", "simulator.conformance.plugin", "simulator.conformance.verify.recording",
    "simulator.conformance.verify.child",
)  # fmt: skip
_LISTENING = "simulator.conformance.verify.listening"
_NEEDLESS = ("cacheprovider", "terminalreporter", "doctest", "junitxml", "pastebin", "nose", "stepwise", "faulthandler")
_OF_PYTEST = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER")
_NO_TESTS = 5  # pytest's exit code
_ENDINGS = (0, 1)  # all passed, some failed
TIME_TO_END = 3.0
"""Seconds until an interrupted run is killed: engines end at once, pytest-xdist takes longer."""
_STDERR_SHOWN = 4_000


class Halt:
    """Ends runs from another thread, those under way and those that begin afterwards."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._halted = False

    @contextlib.contextmanager
    def ending(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Inside, `now` ends this process."""
        with self._lock:
            self._running.add(process)
            halted = self._halted
        if halted:
            _end(process)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(process)

    def now(self) -> None:
        """End them."""
        with self._lock:
            self._halted = True
            running = tuple(self._running)
        for process in running:
            _end(process)


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """What to run. `engine`: as `engine_for` takes it; `environment`: of the child process; `workers`: 1 runs without
    pytest-xdist; `keep`: leave the lab of a failed case running; `time_limit` and `whole_limit`: seconds that one pass
    and the whole run may take; `profile`: which plausible service the labs play."""

    engine: str
    scenarios: Sequence[Chosen]
    environment: Mapping[str, str]
    workers: int = 1
    keep: bool = False
    time_limit: float = TIME_LIMIT
    address: Address | None = None
    """Where the lab of an engine behind a URL is; None: a lab for each worker, on free ports."""
    whole_limit: float | None = None
    profile: str = DEFAULT
    halt: Halt = field(default_factory=Halt)
    transcripts: bool = False
    """Whether results are to have transcripts."""
    copies: Path | None = None
    """A folder of packages that are imported from there, whatever is installed."""


def run_suite(run: SuiteRun, tell: Callable[[Result], None]) -> tuple[tuple[Result, ...], str]:
    """Run the scenarios; `tell` is called with each result as it comes, once more for a case that broke after it had
    passed. When it raises, the run is ended first.

    Returns the results, one a case, and why the run is incomplete, "" when it is not.
    """
    found: dict[tuple[str, str, str, str], Result] = {}
    troubles: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="zaikolab-verify-", ignore_cleanup_errors=True) as name,
        # resolved, as pytest names it to engines: by that name their stragglers are known
        _started(run, folder := Path(name).resolve()) as (process, lines),
        _ended_after(run.whole_limit, process) as too_long,
        run.halt.ending(process),
    ):
        for line in lines:
            if "trouble" in line:
                troubles.append(line["trouble"])
                continue
            result = result_from(line["result"])
            before = found.get(result.case_of)
            if before is None or before.outcome is Outcome.PASSED:
                found[result.case_of] = result
                tell(result)
        code = process.wait()
        if too_long.is_set():
            troubles = [f"its scenarios did not end within {run.whole_limit:g} s"]
        elif code not in (*_ENDINGS, _NO_TESTS) and not troubles:
            said = (folder / "stderr").read_text(encoding="utf-8", errors="replace")[-_STDERR_SHOWN:]
            troubles.append(f"pytest ended with exit code {code}. {said}".strip())
    return tuple(found.values()), "\n".join(troubles)


@contextlib.contextmanager
def _started(run: SuiteRun, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Iterator[dict[str, Any]]]]:
    """The child process and the lines it tells; at the end of the block it is ended, and so is what it has started.

    It holds one end of a pipe whose other end nobody writes to: with this process the pipe ends, and so does the child.
    """
    ours, theirs = os.pipe()
    held, alive = os.pipe()
    with (
        os.fdopen(ours, encoding="utf-8") as told,
        os.fdopen(alive, "wb"),
        (folder / "stderr").open("wb") as stderr,
        subprocess.Popen(  # noqa: S603 - this Python, with arguments made here
            _command(run, folder, theirs, held),
            env=_environment(run, folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            pass_fds=(theirs, held),
            start_new_session=True,
        ) as process,
    ):
        os.close(theirs)
        os.close(held)
        try:
            yield process, map(json.loads, told)
        finally:
            _end(process)
            end_stragglers(folder)


@contextlib.contextmanager
def _ended_after(seconds: float | None, process: subprocess.Popen[bytes]) -> Iterator[threading.Event]:
    """Inside, the process is ended when this time is over; the event says that it was."""
    too_long = threading.Event()

    def end() -> None:
        too_long.set()
        _end(process)

    timer = threading.Timer(seconds or 0, end)
    if seconds is not None:
        timer.start()
    try:
        yield too_long
    finally:
        timer.cancel()


def _command(run: SuiteRun, folder: Path, results: int, alive: int) -> list[str]:
    ini, told, module = folder / "pytest.ini", folder / "run.json", folder / "every_scenario.py"
    ini.write_text(_INI, encoding="utf-8")
    told.write_text(json.dumps(_as_told(run, folder), ensure_ascii=False), encoding="utf-8")
    files = dict.fromkeys(str(features_dir() / one.file) for one in run.scenarios)
    module.write_text(_MODULE.format(files=list(files)), encoding="utf-8")
    options = [f"--basetemp={folder / 'tmp'}", "--noconftest", "--assert=plain", "--import-mode=importlib", "-Wignore"]
    options += ["--tb=short"]  # the long style shows arguments, and a password may be among them
    options += [option for plugin in _PLUGINS for option in ("-p", plugin)]
    options += ["-p", _LISTENING] if run.transcripts else []
    options += [option for plugin in _NEEDLESS for option in ("-p", f"no:{plugin}")]
    if run.workers > 1:
        options += ["-p", "xdist.plugin", "-n", str(run.workers), "--dist", "worksteal", "--max-worker-restart", "4"]
    return [
        *(sys.executable, "-P", "-m", "pytest", "-c", str(ini), "--rootdir", str(folder), *options),
        *("--zaikolab-run", str(told), "--zaikolab-results", str(results), "--zaikolab-alive", str(alive)),
        str(module),
    ]


def _as_told(run: SuiteRun, folder: Path) -> dict[str, Any]:
    scenarios = [
        {
            "file": one.file, "line": one.line, "name": one.name, "level": one.owed, "statements": one.statements,
            "profile": run.profile,
        }
        for one in run.scenarios
    ]  # fmt: skip
    address = run.address.as_json() if run.address else None
    copies = {path.parent.name: str(path) for path in run.copies.glob("*/__init__.py")} if run.copies else {}
    return {
        "engine": run.engine, "time_limit": run.time_limit, "keep": run.keep, "address": address, "copies": copies,
        "profile": run.profile, "features": str(features_dir()), "folder": str(folder), "scenarios": scenarios,
    }  # fmt: skip


def _environment(run: SuiteRun, folder: Path) -> dict[str, str]:
    """The caller's, without what would configure pytest; labs and engines put their temporary files into `folder`."""
    kept = {name: value for name, value in run.environment.items() if name not in _OF_PYTEST}
    if run.copies:
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, (str(run.copies), kept.get("PYTHONPATH"))))
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(folder)}


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let a run that is still under way end its engines and labs; then nothing of it may be left."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(TIME_TO_END)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
