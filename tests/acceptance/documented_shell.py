"""The shell blocks of the documents, and a terminal in which they are typed as they stand there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.integration.cli.conftest import ANY_PORTS, ZAIKOLAB

ROOT = Path(__file__).parents[2]
LIMIT = 300.0
"""Seconds for one block, on a machine that others keep busy."""
READY = "next, in another terminal"
"""How the last line of `zaikolab up` begins."""
ONE_CASE = "保存するとすぐに在庫数が届く"
PROGRAMS = ("curl", "iconv", "jq", "lftp", "node", "npm")
"""What a command may want and not every machine has."""
_NARROWED = f"""\
#!/usr/bin/env bash
case "$1" in
  up) exec {shlex.join(ZAIKOLAB)} "$@" {shlex.join(ANY_PORTS)} --skus 20 ;;
  verify)
    [[ " $* " =~ \\ --(steps|env)\\  ]] && exec {shlex.join(ZAIKOLAB)} "$@"
    [[ " $* " =~ \\ --only\\  ]] || set -- "$@" --only {ONE_CASE}
    exec {shlex.join(ZAIKOLAB)} "$@" -n 1 ;;
esac
exec {shlex.join(ZAIKOLAB)} "$@"
"""
"""`zaikolab` as a test types it: `up` on free ports with few SKUs, `verify` in one lab, one case unless told which."""


@dataclass(frozen=True)
class Block:
    """A shell block: where it stands, and its commands, without comments and with continued lines joined."""

    document: str
    line: int
    commands: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"

    @property
    def stays(self) -> bool:
        """Whether it keeps running: `zaikolab up` alone."""
        return len(self.commands) == 1 and self.commands[0].startswith("zaikolab up")


def blocks_of(document: str, text: str) -> list[Block]:
    """The shell blocks of a document, in order."""
    found = re.finditer(r"^```(?:sh|bash|shell|console)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [Block(document, text.count("\n", 0, one.start()) + 1, tuple(_commands(one[1]))) for one in found]


def _commands(code: str) -> Iterator[str]:
    for line in code.replace("\\\n", "\0").splitlines():
        command = re.sub(r"(^| +)# .*$", "", line).strip()
        if command:
            yield command.replace("\0", "\\\n")


def lacking(command: str) -> list[str]:
    """The programs that a command calls and this machine lacks."""
    called = (one for one in PROGRAMS if re.search(rf"(?:^|[|&;(]) *{one}\b", command))
    return [one for one in called if shutil.which(one) is None]


def same_words(command: str) -> tuple[str, ...]:
    """A command without what quotes and spaces make different."""
    return tuple(shlex.split(command))


@dataclass
class DocumentedTerminal:
    """Types blocks one after another; what they set and where they went stays, as in a person's terminal.

    A block that is `zaikolab up` is started, waited for until it says that it is ready, and stopped at the end.
    """

    folder: Path
    limit: float = LIMIT
    typed: list[str] = field(default_factory=list)
    """The commands that were carried out."""

    def __post_init__(self) -> None:
        self._place = self.folder / "checkout"
        self._variables = _environment(self.folder)
        self._staying: list[subprocess.Popen[str]] = []
        _furnish(self.folder, self._place)

    def type(self, block: Block, commands: tuple[str, ...]) -> None:
        """Carry out some commands of a block, as one script.

        Raises: AssertionError with the block's place and what was said, when one of them fails or takes too long.
        """
        if block.stays:
            self._stay(block)
        elif commands:
            self._carry_out(block, "\n".join(commands))
        self.typed += commands

    def _carry_out(self, block: Block, script: str) -> None:
        left, place = self.folder / "variables", self.folder / "place"
        kept = f"trap 'env -0 > {shlex.quote(str(left))}; pwd > {shlex.quote(str(place))}' EXIT"
        process = self._start(f"{kept}\n{script}", subprocess.PIPE)
        try:
            out, err = process.communicate(timeout=self.limit)
        except subprocess.TimeoutExpired:
            _end(process, signal.SIGKILL)
            process.communicate()
            raise AssertionError(f"{block}: did not end within {self.limit:g} s:\n{script}") from None
        assert process.returncode == 0, f"{block}: ended with {process.returncode}:\n{script}\n{out}\n{err}"
        entries = left.read_text(encoding="utf-8").split("\0")
        self._variables = dict(entry.split("=", 1) for entry in entries if "=" in entry)
        self._place = Path(place.read_text(encoding="utf-8").rstrip("\n"))

    def _stay(self, block: Block) -> None:
        process = self._start(block.commands[0], subprocess.STDOUT)
        giving_up = threading.Timer(self.limit, _end, (process, signal.SIGKILL))
        giving_up.start()
        said = []
        try:
            for line in process.stdout or ():
                said.append(line)
                if line.startswith(READY):
                    self._staying.append(process)
                    return
        finally:
            giving_up.cancel()
        process.communicate()
        raise AssertionError(f"{block}: never became ready:\n{''.join(said)}")

    def _start(self, script: str, errors: int) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=self._place, env=self._variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
            text=True, start_new_session=True,
        )  # fmt: skip

    def close(self) -> None:
        """Stop what stays, as Ctrl-C does, and see it end well."""
        for process in self._staying:
            _end(process, signal.SIGINT)
            process.communicate(timeout=self.limit)
        assert {process.returncode for process in self._staying} <= {0}


def _end(process: subprocess.Popen[str], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _environment(folder: Path) -> dict[str, str]:
    """A person's, with a home of its own: nothing of the run around is left in it."""
    kept = {name: os.environ[name] for name in ("TMPDIR", "TERM", "USER") if name in os.environ}
    path = os.pathsep.join([str(folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**kept, "PATH": path, "HOME": str(folder / "home"), "LANG": "C.UTF-8"}


def _furnish(folder: Path, checkout: Path) -> None:
    """What a person has at hand: the commands, and of the checkout what make wants, set up already."""
    (folder / "home").mkdir()
    (folder / "bin").mkdir()
    command = folder / "bin" / "zaikolab"
    command.write_text(_NARROWED, encoding="utf-8")
    command.chmod(0o755)
    programs = checkout / ".venv" / "bin"  # which make calls
    programs.mkdir(parents=True)
    for one in Path(sys.executable).parent.iterdir():
        (programs / one.name).symlink_to(command if one.name == "zaikolab" else one)
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copyfile(ROOT / name, checkout / name)
    (checkout / ".venv" / ".ready").touch()
