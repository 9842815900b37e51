"""`zaikolab verify --profile`: the same scenarios on other plausible services."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.cli.conftest import Terminal
from tests.integration.verify import engines

ARRIVES = "保存するとすぐに在庫数が届く"
UNCHANGED = "変更がなければ在庫ファイルもそのままである"
EXPLICIT_ONLY = f"""{engines.ASKS}
if os.environ["SYNC_FTPS_TLS"] == "implicit":
    ask()
    raise SystemExit(0)
{engines.SYNCS}"""


def test_an_engine_is_judged_under_each_profile_that_was_asked_for(terminal: Terminal) -> None:
    typed = terminal("verify", "--profile", "guide", "--profile", "in-place", "--only", ARRIVES, "--json")
    told = typed.json()
    assert (typed.exit_code, told["level"], told["robust"], told["expected"]) == (0, "should", False, 2)
    assert [one["profile"] for one in told["scenarios"]] == ["guide", "in-place"]
    assert told["profiles"] == {
        name: {"passed": 1, "failed": 0, "skipped": 0, "broken": 0} for name in ("guide", "in-place")
    }


def test_an_engine_that_knows_one_service_only_is_told_where_it_fails_and_how_to_repeat_it(
    terminal: Terminal, tmp_path: Path
) -> None:
    engine = engines.command(tmp_path, EXPLICIT_ONLY)
    typed = terminal(
        "verify", "--engine", engine, "--profile", "guide", "--profile", "implicit-tls", "--only", ARRIVES
    )  # fmt: skip
    lines = [line.strip() for line in typed.out.splitlines()]
    assert typed.exit_code == 1
    assert "profiles: implicit-tls" in lines
    assert any(line.endswith(f"--profile implicit-tls --only '{ARRIVES}'") for line in lines)
    assert [line.split() for line in lines if line.startswith(("guide ", "implicit-tls "))] == [
        ["guide", "1", "0", "0", "0"], ["implicit-tls", "0", "1", "0", "0"],
    ]  # fmt: skip
    assert "robust" not in lines[-1]


def test_what_stands_on_an_assumption_that_the_profile_replaces_is_not_run(terminal: Terminal) -> None:
    typed = terminal("verify", "--profile", "guide", "--profile", "full", "--only", UNCHANGED, "--json")
    told = typed.json()
    assert (typed.exit_code, told["expected"], list(told["profiles"])) == (0, 1, ["guide"])
    alone = terminal("verify", "--profile", "full", "--only", UNCHANGED)
    assert alone.exit_code == 2
    assert "applies there" in alone.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--profile", "utopia"), "There are: guide, "),
        (("--env", "--profile", "all"), "The variables are those of one"),
        (("--engine", "http://127.0.0.1:9/run", "--profile", "guide", "--profile", "implicit-tls"), "Run apart"),
    ],
)
def test_profiles_that_cannot_be_meant_are_usage_errors(
    terminal: Terminal, arguments: tuple[str, ...], said: str
) -> None:
    typed = terminal("verify", *arguments)
    assert (typed.exit_code, typed.out) == (2, "")
    assert said in typed.err


def test_the_variables_of_an_engine_behind_a_url_are_those_of_its_profile(terminal: Terminal) -> None:
    plain = terminal("verify", "--env", "--json").json()
    implicit = terminal("verify", "--env", "--profile", "implicit-tls", "--json").json()
    assert implicit == plain | {"SYNC_FTPS_TLS": "implicit"}
