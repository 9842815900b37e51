"""docs/reference.md is written from the code as it is, and the code describes all that the page tells of."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from docs.handbook.__main__ import PAGE
from docs.handbook.page import compose_page, find_undocumented, read_sections
from docs.handbook.section import Section
from docs.handbook.spoken import texts_of
from docs.handbook.variables import VARIABLES
from simulator.config import SETTING_NAMES
from simulator.faults.catalogue import CATALOGUE
from tests.house_rules.test_house_rules import ROOT, tracked

OURS = re.compile(r"(?:SYNC|ZAIKOLAB|ZAIKOSYNC|TEMPOSTAR|XDG)_[A-Z][A-Z_]*")
OF_A_REQUEST = {"PATH_INFO", "HTTP_AUTHORIZATION"}
"""WSGI calls by the name `environ` what a request says."""
OF_A_TEST = {"CODE"}
"""What the engine of a test is given, to see whether it gets it."""


@pytest.fixture(scope="module")
def sections() -> tuple[Section, ...]:
    return read_sections()


def test_the_page_is_written_from_the_code(sections: tuple[Section, ...]) -> None:
    assert PAGE.read_text(encoding="utf-8") == compose_page(sections), "run: make reference"


def test_nothing_is_undocumented(sections: tuple[Section, ...]) -> None:
    assert find_undocumented(sections) == []


def test_what_the_code_says_nothing_about_is_found(sections: tuple[Section, ...]) -> None:
    (first, *others) = sections
    silent = replace(first, entries=(replace(first.entries[0], text=" "), *first.entries[1:]))
    assert find_undocumented([silent, *others]) == ["Commands of zaikolab: zaikolab"]


def test_the_page_has_something_of_everything(sections: tuple[Section, ...]) -> None:
    anchors = {entry.anchor for section in sections for entry in section.entries} | {one.anchor for one in sections}
    assert anchors >= {f"fault-{kind.name}" for kind in CATALOGUE} | {f"setting-{name}" for name in SETTING_NAMES}
    assert anchors >= {
        "command-zaikolab-clock-advance", "command-zaikosync-release", "variable-SYNC_STATE_DIR", "profile-full",
        "stock-setting-file_suffix", "step-mail-check_no_mail", "fixture-lab", "option-zaikolab-engine",
        "shop-api-get-api-v1-linkages", "control-api-post-lab-v1-clock-advance",
    }  # fmt: skip


def test_each_anchor_is_there_once_and_each_link_leads_to_one() -> None:
    page = PAGE.read_text(encoding="utf-8")
    anchors = re.findall(r'<a id="([^"]+)">', page)
    assert sorted(anchors) == sorted(set(anchors))
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= set(anchors)


def named_in(source: str) -> set[str]:
    """The environment variables that a module asks for, sets or names."""
    tree = ast.parse(source)
    constants = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = {_text(node, constants) for node in _names(tree)}
    return {name for name in found if name and re.fullmatch(r"[A-Z][A-Z0-9_]+", name)}


def _names(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="get" | "pop" | "setdefault" | "getenv", value=holder), args=[name, *_]
            ):
                if _is_environment(holder) or node.func.attr == "getenv":  # type: ignore[attr-defined]  # matched above
                    yield name
            case ast.Subscript(value=holder, slice=name) if _is_environment(holder):
                yield name
            case ast.Compare(left=name, comparators=[holder]) if _is_environment(holder):
                yield name
            case ast.keyword(arg="envvar", value=name):
                yield name
            case ast.Dict(keys=[*keys]) if any(isinstance(key, ast.Constant) and key.value == "PATH" for key in keys):
                yield from (key for key in keys if key)
            case ast.Constant(value=str(text)) if OURS.fullmatch(text):
                yield node


def _is_environment(holder: ast.expr) -> bool:
    name = holder.attr if isinstance(holder, ast.Attribute) else holder.id if isinstance(holder, ast.Name) else ""
    return name.startswith("environ")


def _text(node: ast.expr, constants: dict[str, object]) -> str:
    value = constants.get(node.id) if isinstance(node, ast.Name) else getattr(node, "value", None)
    return value if isinstance(value, str) else ""


def test_every_variable_that_the_source_names_is_listed() -> None:
    told = {one.name for one in VARIABLES}
    unknown = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in tracked("simulator/*.py", "reference/*.py", "benchmarks/*.py", "tests/*.py")
        for name in named_in(path.read_text(encoding="utf-8")) - told - OF_A_REQUEST - OF_A_TEST
        if path.parts[-2:] != ("house_rules", "test_reference_page.py")
    }
    assert unknown == set()


def test_every_variable_of_the_small_engines_is_listed() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in tracked("docs/engines/*/my-sync*"))
    found = set(OURS.findall(source))
    assert found >= {"SYNC_SHOP_URL", "SYNC_FTPS_CA"}
    assert found - {one.name for one in VARIABLES} == set()


def test_every_variable_of_make_is_listed() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    fixed = set(re.findall(r"^(\w+) *:?= ", makefile, re.MULTILINE)) | {"MAKE", "MAKEFILE_LIST", "MAKECMDGOALS"}
    assert set(re.findall(r"\$\((?:or \$\()?([A-Z_]+)\b", makefile)) - fixed - {one.name for one in VARIABLES} == set()


def test_every_variable_that_is_listed_stands_in_the_source() -> None:
    files = tracked("simulator/*.py", "reference/*.py", "benchmarks/*.py", "tests/*.py", "Makefile")
    source = "\n".join(path.read_text(encoding="utf-8") for path in files if path.name != "test_reference_page.py")
    assert [one.name for one in VARIABLES if not re.search(rf"\b{one.name}\b", source)] == []


@pytest.mark.parametrize(
    "source",
    [
        'os.environ.get("QUIET_LAB")',
        'environ["QUIET_LAB"]',
        'os.getenv("QUIET_LAB")',
        'QUIET = "QUIET_LAB"\nprint(QUIET in environ)',
        'click.option("--quiet", envvar="QUIET_LAB")',
        'run(env={"PATH": path, "QUIET_LAB": "1"})',
    ],
)
def test_a_variable_is_found_however_it_is_read(source: str) -> None:
    assert named_in(source) - {"PATH"} == {"QUIET_LAB"}


def test_a_variable_of_the_projects_own_kind_is_found_wherever_it_is_named() -> None:
    assert named_in('_text(given, "SYNC_QUIET")') == {"SYNC_QUIET"}


class Spoken:
    """Two fields, one of them described."""

    told: int = 1
    """It is
    told."""
    silent: int = 2


def test_what_stands_below_a_field_is_its_text() -> None:
    assert texts_of(Spoken) == {"told": "It is told."}
