"""What the documents, the programs and their help have people type exists; README's Python runs as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import ssl
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import click
import pytest

from reference.cli import cli as zaikosync
from simulator.cli import cli as zaikolab
from simulator.lab import Lab

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WITH_COMMANDS = ("README.md", "docs/testing.md", "docs/engines/README.md", "simulator/conformance/template/README.md")
TYPED = re.compile(r"(?:^|[\s(`])(zaikolab|zaikosync|make)((?: [^|&;)#`\n]*)?)", re.MULTILINE)

pytest_plugins = ("pytester",)


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands_told() -> Iterator[str]:
    """What the documents' blocks have, and what stands in backticks there and in what the programs say."""
    documents = [ROOT / name for name in WITH_COMMANDS]
    for path in documents:
        yield from blocks("sh", path.read_text(encoding="utf-8"))
    packages = (path for package in ("simulator", "reference") for path in (ROOT / package).rglob("*.py"))
    for path in (*documents, ROOT / "CONTRIBUTING.md", *packages):
        yield from re.findall(r"`[^`\n]+`", path.read_text(encoding="utf-8"))


def examples_of_help(command: click.Command) -> Iterator[str]:
    for line in (command.help or "").splitlines():
        if found := re.match(r"(?:\s*Example:)?\s*((?:eval|zaikolab|zaikosync) .*?)(?:  |$)", line):
            yield found[1]
    if isinstance(command, click.Group):
        for one in command.commands.values():
            yield from examples_of_help(one)


def typed(texts: Iterator[str]) -> list[tuple[str, ...]]:
    """The commands of this project in some texts, each as its words."""
    return sorted({(name, *shlex.split(rest)) for text in texts for name, rest in TYPED.findall(text)})


def parse(words: tuple[str, ...]) -> None:
    """Read a command line as the command would, without carrying it out."""
    if words[0] == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
        given = {word for word in words[1:] if "=" in word}
        assert set(words[1:]) - given <= targets
        assert all(f"$({word.partition('=')[0]})" in makefile for word in given)
        return
    command: click.Command = {"zaikolab": zaikolab, "zaikosync": zaikosync}[words[0]]
    left = list(words[1:])
    while isinstance(command, click.Group) and left and not left[0].startswith("-"):
        command = command.commands[left.pop(0)]
    if left or not isinstance(command, click.Group):
        command.make_context(words[-1], left)


def test_what_documents_and_programs_have_people_type_exists() -> None:
    found = typed(commands_told())
    assert {words[:2] for words in found} >= {
        ("make", "demo"),
        ("make", "test"),
        ("zaikolab", "env"),
        ("zaikosync", "run"),
    }
    for words in found:
        parse(words)


@pytest.mark.parametrize("command", [zaikolab, zaikosync], ids=["zaikolab", "zaikosync"])
def test_what_the_help_gives_as_examples_exists(command: click.Group) -> None:
    found = typed(examples_of_help(command))
    assert len(found) >= len(command.commands)
    for words in found:
        parse(words)


@pytest.mark.parametrize(
    "line", ["zaikolab sing", "zaikolab up --loud", "zaikolab clock advance", "make coffee", "make bench CUP=1"]
)
def test_a_command_that_does_not_exist_is_noticed(line: str) -> None:
    with pytest.raises((KeyError, AssertionError, click.UsageError)):
        parse(typed(iter([line]))[0])


def test_the_readmes_tests_run_as_the_readme_says(nested: pytest.Pytester) -> None:
    examples = [block for block in blocks("python") if "def test_" in block]
    (command,) = (block for block in blocks("sh") if block.startswith("pytest "))
    *options, name = shlex.split(command)[1:]
    (nested.path / name).write_text("\n\n".join(examples), encoding="utf-8")
    nested.makepyprojecttoml("[tool.pytest]\nstrict = true\n")
    nested.runpytest_inprocess(*options, name).assert_outcomes(passed=2)


def test_the_readmes_ftplib_reads_and_writes_where_sessions_are_to_be_resumed(lab: Lab) -> None:
    (example,) = (block for block in blocks("python") if "ResumingFtps" in block)
    names: dict[str, Any] = {}
    exec(compile(example, "README.md", "exec"), names)
    lab.change_settings(tls_session_reuse=True)
    shop, account = lab.tempostar.add_shop("RoomClipShopping", "RCs"), lab.tempostar.issue_ftp_password()
    path, back = f"/netorder/{shop.shop_code}/order.csv", BytesIO()
    with names["ResumingFtps"](context=ssl.create_default_context(cafile=lab.endpoints.ca_file), timeout=30) as client:
        client.connect("127.0.0.1", lab.endpoints.ftps_port)
        client.login(account.user, account.password)
        client.prot_p()
        client.storbinary(f"STOR {path}", BytesIO(b"order"))
        client.retrbinary(f"RETR {path}", back.write)
    assert back.getvalue() == b"order"


def test_the_readmes_library_call_makes_a_pass(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = (block for block in blocks("python") if "run_pass" in block)
    for name, value in lab.engine_environment(tmp_path).items():
        monkeypatch.setitem(os.environ, name, value)
    names: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), names)
    assert names["report"].exit_code == 0  # type: ignore[attr-defined]  # the name is the README's
