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
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.conformance.drivers import TIME_LIMIT
from simulator.conformance.verify.results import Outcome, Result, result_from
from simulator.conformance.verify.stragglers import end_stragglers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from simulator.conformance.verify.address import Address
    from simulator.conformance.verify.selection import Chosen

_MODULE = Path(__file__).with_name("every_scenario.py")
_INI = """[pytest]
disable_test_id_escaping_and_forfeit_all_rights_to_community_support = true
"""
_PLUGINS = ("pytest_bdd.plugin", "simulator.conformance.plugin", "simulator.conformance.verify.child")
_NEEDLESS = ("cacheprovider", "terminalreporter", "doctest", "junitxml", "pastebin", "nose", "stepwise", "faulthandler")
_OF_PYTEST = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER")
_NO_TESTS = 5  # pytest's exit code
_ENDINGS = (0, 1)  # all passed, some failed
_TIME_TO_END = 3.0  # seconds until an interrupted run is killed: engines end at once, pytest-xdist takes longer
_STDERR_SHOWN = 4_000


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """What to run. `engine`: as `engine_for` takes it; `environment`: of the child process; `workers`: 1 runs without
    pytest-xdist; `keep`: leave the lab of a failed case running; `time_limit`: seconds one pass may take."""

    engine: str
    scenarios: Sequence[Chosen]
    environment: Mapping[str, str]
    workers: int = 1
    keep: bool = False
    time_limit: float = TIME_LIMIT
    address: Address | None = None
    """Where the lab of an engine behind a URL is; None: a lab for each worker, on free ports."""


def run_suite(run: SuiteRun, tell: Callable[[Result], None]) -> tuple[tuple[Result, ...], str]:
    """Run the scenarios; `tell` is called with each result as it comes, once more for a case that broke after it had
    passed. When it raises, the run is ended first.

    Returns the results, one a case, and why the run is incomplete, "" when it is not.
    """
    found: dict[tuple[str, str, str], Result] = {}
    troubles: list[str] = []
    with tempfile.TemporaryDirectory(prefix="zaikolab-verify-") as name, _started(run, Path(name)) as (process, lines):
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
        if code not in (*_ENDINGS, _NO_TESTS) and not troubles:
            said = (Path(name) / "stderr").read_text(encoding="utf-8", errors="replace")[-_STDERR_SHOWN:]
            troubles.append(f"pytest ended with exit code {code}. {said}".strip())
    return tuple(found.values()), "\n".join(troubles)


@contextlib.contextmanager
def _started(run: SuiteRun, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Iterator[dict[str, Any]]]]:
    """The child process and the lines it tells; at the end of the block it is ended, and so is what it has started."""
    ours, theirs = os.pipe()
    with (
        os.fdopen(ours, encoding="utf-8") as told,
        (folder / "stderr").open("wb") as stderr,
        subprocess.Popen(  # noqa: S603 - this Python, with arguments made here
            _command(run, folder, theirs),
            env=_environment(run.environment, folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            pass_fds=(theirs,),
            start_new_session=True,
        ) as process,
    ):
        os.close(theirs)
        try:
            yield process, map(json.loads, told)
        finally:
            _end(process)
            end_stragglers(folder)


def _command(run: SuiteRun, folder: Path, results: int) -> list[str]:
    ini, told = folder / "pytest.ini", folder / "run.json"
    ini.write_text(_INI, encoding="utf-8")
    told.write_text(json.dumps(_as_told(run), ensure_ascii=False), encoding="utf-8")
    options = [f"--basetemp={folder / 'tmp'}", "--noconftest", "--assert=plain", "--import-mode=importlib", "-Wignore"]
    options += [option for plugin in _PLUGINS for option in ("-p", plugin)]
    options += [option for plugin in _NEEDLESS for option in ("-p", f"no:{plugin}")]
    if run.workers > 1:
        options += ["-p", "xdist.plugin", "-n", str(run.workers), "--dist", "worksteal", "--max-worker-restart", "4"]
    return [
        *(sys.executable, "-P", "-m", "pytest", "-c", str(ini), "--rootdir", str(folder), *options),
        *("--zaikolab-run", str(told), "--zaikolab-results", str(results), str(_MODULE)),
    ]


def _as_told(run: SuiteRun) -> dict[str, Any]:
    scenarios = [
        {"file": one.file, "line": one.line, "name": one.name, "level": one.owed, "statements": one.statements}
        for one in run.scenarios
    ]
    address = run.address.as_json() if run.address else None
    return {
        "engine": run.engine, "time_limit": run.time_limit, "keep": run.keep, "address": address,
        "scenarios": scenarios,
    }  # fmt: skip


def _environment(given: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The caller's, without what would configure pytest; labs and engines put their temporary files into `folder`."""
    kept = {name: value for name, value in given.items() if name not in _OF_PYTEST}
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(folder)}


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let a run that is still under way end its engines and labs; then nothing of it may be left."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_TIME_TO_END)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
