"""The engines in other languages come to the verdicts that their page states.

For time's sake not everything runs here: of level must one scenario for each statement, of level should those that the
page lists. ZAIKOLAB_ENGINES=whole runs all, as is due when a scenario is new
or has changed, or one of the engines has.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from simulator.conformance.guide import features_dir
from simulator.conformance.sources import Owed
from simulator.conformance.verify.selection import Chosen, read_scenarios
from tests.integration.cli.conftest import ZAIKOLAB

ENGINES = Path(__file__).parents[2] / "docs" / "engines"
PAGE = (ENGINES / "README.md").read_text(encoding="utf-8")
WHOLE = os.environ.get("ZAIKOLAB_ENGINES") == "whole"
NO_NETWORK = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ECONNRESET|network timeout at|code E5\d\d"
)
REPEAT = "Run with ZAIKOLAB_ENGINES=whole, then say in docs/engines/README.md what comes out."


def table(first: str) -> list[dict[str, str]]:
    """The rows of the page's table that has this first column."""
    _, _, rest = PAGE.partition(f"| {first} |")
    header, _, *rows = re.split(r"\n(?!\|)", f"| {first} |{rest}")[0].splitlines()
    names, *cells = ([cell.strip() for cell in row.strip("|").split("|")] for row in (header, *rows))
    return [dict(zip(names, row, strict=True)) for row in cells]


def stated(engine: str, level: str) -> tuple[int, int, str]:
    """How many cases, of how many, pass (must) or fail (should), and the verdict."""
    (cell,) = (row[engine] for row in table("level") if row["level"] == level)
    found = re.fullmatch(r"(\d+) of (\d+) cases (?:pass|fail): (conformant|not conformant)", cell)
    assert found, cell
    return int(found[1]), int(found[2]), found[3]


def stated_failures(engine: str) -> dict[str, int]:
    return {row["scenario"]: int(row[engine]) for row in table("scenario") if row[engine] != "0"}


def need(program: str, package: str = "") -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed; on Debian: apt-get install {package or program}")


@pytest.fixture
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The engine's column on the page, and the command that runs it."""
    if request.param == "shell":
        for program in ("bash", "curl", "jq", "awk", "iconv"):
            need(program)
        return "shell", str(ENGINES / "shell" / "my-sync")
    need("node", "nodejs")
    need("npm")
    folder = shutil.copytree(ENGINES / "node", tmp_path / "node", ignore=shutil.ignore_patterns("node_modules"))
    install = [
        "npm",
        "ci",
        "--no-audit",
        "--no-fund",
        "--prefer-offline",
        "--fetch-retry-mintimeout=500",
        "--fetch-retry-maxtimeout=2000",
        "--fetch-timeout=20000",
    ]
    ran = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=120)
    if ran.returncode and NO_NETWORK.search(ran.stderr):
        pytest.skip("npm ci reached no registry; it wants a network or a filled npm cache")
    assert ran.returncode == 0, ran.stderr
    return "Node", str(folder / "my-sync.mjs")


def verify(command: str, tmp_path: Path, *options: str) -> tuple[int, Any]:
    where = tmp_path / "callers"
    where.mkdir()
    environment = {**os.environ, "ZAIKOLAB_HOME": str(tmp_path / "home")}
    workers = "1" if os.environ.get("PYTEST_XDIST_WORKER") else str(os.cpu_count())
    ran = subprocess.run(
        [*ZAIKOLAB, "verify", "--engine", command, "--json", "-n", workers, *options],
        cwd=where, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.stdout, ran.stderr
    told = json.loads(ran.stdout)
    assert (told["findings"], told["trouble"]) == ([], "")
    return ran.returncode, told


def one_for_each_statement(scenarios: list[Chosen]) -> list[Chosen]:
    shown: set[str] = set()
    return [one for one in scenarios if set(one.statements) - shown and not shown.update(one.statements)]


def chosen() -> list[Chosen]:
    everything = read_scenarios(features_dir())
    must = [one for one in everything if one.owed is Owed.MUST]
    if WHOLE:
        return [*must, *(one for one in everything if one.owed is Owed.SHOULD)]
    listed = {row["scenario"] for row in table("scenario")}
    return [*one_for_each_statement(must), *(one for one in everything if one.name in listed)]


@pytest.mark.parametrize("engine", ["shell", "Node"], indirect=True)
def test_an_engine_in_another_language_fails_where_its_page_says_and_nowhere_else(
    engine: tuple[str, str], tmp_path: Path
) -> None:
    name, command = engine
    wanted = chosen()
    exit_code, told = verify(command, tmp_path, *(word for one in wanted for word in ("--only", one.name)))
    failed = Counter(one["name"] for one in told["scenarios"] if one["outcome"] != "passed")
    assert dict(failed) == stated_failures(name), REPEAT
    assert len(told["scenarios"]) == sum(one.cases for one in wanted)
    assert (exit_code, told["verdict"]) == (1, stated(name, "should")[2])


@pytest.mark.parametrize("name", ["shell", "Node"])
def test_the_page_speaks_of_all_cases_there_are(name: str) -> None:
    """A new one may fail: whoever adds it runs the engines whole."""
    everything = read_scenarios(features_dir())
    must, should = (sum(one.cases for one in everything if one.owed is owed) for owed in (Owed.MUST, Owed.SHOULD))
    owed = {one.name: one.owed for one in everything}
    assert stated(name, "must") == (must, must, "conformant"), REPEAT
    assert stated(name, "should") == (sum(stated_failures(name).values()), should, "not conformant"), REPEAT
    assert {owed[scenario] for scenario in stated_failures(name)} == {Owed.SHOULD}
