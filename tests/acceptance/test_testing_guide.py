"""docs/testing.md is true: its files, put together, are a project that runs green; it names what the plugin has."""

from __future__ import annotations

import re

import pytest

from simulator.conformance import plugin
from tests.acceptance.test_readme import ROOT, blocks

pytest_plugins = ("pytester",)

TEXT = (ROOT / "docs/testing.md").read_text(encoding="utf-8")


def files() -> dict[str, str]:
    """The blocks by the file that the sentence before them names; blocks of one file are one file."""
    found: dict[str, str] = {}
    name = ""
    for part in re.split(r"^(```\w+\n[^`]*?^```)$", TEXT, flags=re.MULTILINE):
        if block := re.fullmatch(r"```(?:python|gherkin)\n(.*)```", part, re.DOTALL):
            found[name] = f"{found.get(name, '')}\n{block[1]}".lstrip()
        elif told := re.findall(r"`([\w/]+\.(?:py|feature))`", part):
            name = told[-1]
    return found


def test_the_files_of_the_guide_are_a_project_that_runs_green(nested: pytest.Pytester) -> None:
    assert set(files()) == {"conftest.py", "test_link.py", "test_features.py", "features/stock.feature"}
    for name, content in files().items():
        (nested.path / name).parent.mkdir(exist_ok=True)
        (nested.path / name).write_text(content, encoding="utf-8")
    nested.makepyprojecttoml("[tool.pytest]\nstrict = true\n")
    nested.runpytest_inprocess().assert_outcomes(passed=5)


def test_every_block_of_python_and_gherkin_is_in_that_project() -> None:
    together = "".join(files().values())
    assert [block for kind in ("python", "gherkin") for block in blocks(kind, TEXT) if block not in together] == []


def test_the_guide_lists_the_fixtures_that_there_are() -> None:
    told = set(re.findall(r"^\| `(\w+)` \| (?:a test|the run) \|", TEXT, re.MULTILINE))
    there = {name for name, value in vars(plugin).items() if type(value).__name__ == "FixtureFunctionDefinition"}
    assert told == there


def test_the_guide_names_the_options_that_there_are(pytestconfig: pytest.Config) -> None:
    there = {f"--{name.replace('_', '-')}" for name in vars(pytestconfig.option) if name.startswith("zaikolab")}
    assert set(re.findall(r"--zaikolab-[a-z]+", TEXT)) == there
