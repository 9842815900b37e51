"""Rules that hold the house up and that no linter knows. Each names the files that break it."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import tokenize
import tomllib
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_LINES = 400
MADE = {
    ".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "build", "dist",
    "node_modules",
}  # fmt: skip


def tracked(*patterns: str) -> list[Path]:
    """Files of the project: those git knows, or all but what is made, where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout.splitlines()  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        kept = [top for top in ROOT.iterdir() if top.name not in MADE]
        found = [path for top in kept for path in (top, *top.rglob("*")) if path.is_file()]
        wanted = [path for path in found if any(fnmatch(name(path), pattern) for pattern in patterns)]
        return sorted(path for path in wanted if not MADE & {*path.relative_to(ROOT).parts})
    return [path for one in listed if (path := ROOT / one).is_file()]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def lines_matching(pattern: str, *files: str, but: str = "") -> list[str]:
    found = re.compile(pattern)
    return [
        f"{name(path)}:{number}: {line.strip()}"
        for path in tracked(*files)
        if path != Path(__file__) and not (but and re.search(but, name(path)))
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if found.search(line)
    ]


def test_nobody_sleeps() -> None:
    assert lines_matching(r"\b(time|asyncio)\.sleep\(|from time import .*\bsleep\b", "*.py", "*.feature") == []


def test_nobody_patches() -> None:
    """A small fake with tests of its own is clearer than a patched library."""
    assert lines_matching(r"unittest\.mock|mocker\b|freezegun|time_machine", "*.py", "pyproject.toml") == []


def test_no_file_of_code_outgrows_its_purpose() -> None:
    long = {name(p): n for p in tracked("*.py") if (n := len(p.read_text(encoding="utf-8").splitlines())) > MAX_LINES}
    assert long == {}


def test_modules_are_named_for_what_they_do() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert [name(path) for path in tracked("*.py") if path.stem in vague] == []


def test_every_exception_to_a_check_names_the_rule_and_its_reason() -> None:
    bare = re.compile(
        r"#\s*(noqa|type:\s*ignore)(?!(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*\s+-\s+\S)|(\[[a-z-]+(, ?[a-z-]+)*\]\s+#\s*\S))"
    )
    broken = [
        f"{name(path)}:{token.start[0]}: {token.string}"
        for path in tracked("*.py")
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
        if token.type == tokenize.COMMENT and bare.search(token.string)
    ]
    assert broken == []


def test_tests_are_skipped_only_with_a_reason() -> None:
    assert (
        lines_matching(r"mark\.(xfail|skip)\b|pytest\.skip\(\)|\bassert True\b", "tests/*.py", "simulator/*.py") == []
    )


def test_only_the_commands_read_the_environment() -> None:
    allowed = r"^(simulator/cli/|reference/cli\.py|tests/|benchmarks/|simulator/conformance/drivers\.py)"
    assert lines_matching(r"os\.(environ|getenv)", "*.py", but=allowed) == []


def test_the_project_names_no_machine_and_no_registry() -> None:
    registry = r"pypi\.org|pythonhosted|registry\.npmjs|--(extra-)?index-url"
    path = r"(^|[\s\"'`=(])/(tmp|work|root|home)/[A-Za-z0-9_.-]+"
    assert lines_matching(f"{registry}|{path}", "*", but=r"^(Makefile|requirements\.lock)$|\.csv$") == []


def test_the_lock_names_packages_and_hashes_only() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "http" not in lock
    requirement = r"[a-z0-9-]+==\S+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?"
    assert [line for line in lock.splitlines() if not re.fullmatch(requirement, line)] == []


def test_the_npm_lock_names_exact_versions_and_no_addresses() -> None:
    engine = ROOT / "docs/engines/node"
    wanted = json.loads((engine / "package.json").read_text(encoding="utf-8"))["dependencies"]
    lock = (engine / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(lock)["packages"]
    assert "resolved" not in lock
    assert "http" not in lock
    assert all("integrity" in package for place, package in packages.items() if place)
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_every_dependency_is_bounded_and_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"], *chain(*extras)]
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE))
    assert [one for one in wanted if ">=" not in one] == []
    assert {re.split(r"[><=;\[ ]", one)[0] for one in wanted} - locked == set()


def test_every_fixture_says_where_it_comes_from() -> None:
    told = set(re.findall(r"^\| `([^`]+)` \|", (ROOT / "fixtures/README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert {path.name for path in tracked("fixtures/*")} - {"README.md"} == told


def test_importing_the_packages_loads_no_server_and_no_framework() -> None:
    script = (
        "import sys, simulator, reference, simulator.conformance.plugin\n"
        "servers = {'flask', 'pyftpdlib', 'aiosmtpd', 'waitress', 'spectree', 'faker', 'psycopg', 'procrastinate'}\n"
        "print(*sorted(servers & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_the_changelog_tells_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert re.search(rf"^## {re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    "wanted", ["pyproject.toml", "README.md", "simulator", "reference", "features", "tests", "fixtures"]
)
def test_the_top_of_the_house_is_as_the_customer_wished(wanted: str) -> None:
    assert (ROOT / wanted).exists()
