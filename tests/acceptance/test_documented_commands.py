"""Every shell block of the documents is typed into a terminal, as it stands there.

Three things differ from what a reader types, each for time's sake: `zaikolab up` takes free ports and 20 SKUs, so that
two runs do not meet; `zaikolab verify` runs in one lab, and one case unless the command itself says which; and the same
words are carried out once. What cannot be run here is listed in ELSEWHERE, with the reason and the place where it is
run. The blocks of README.ja.md are README.md's: test_readme_ja.py compares them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.documented_shell import ROOT, Block, DocumentedTerminal, blocks_of, lacking, same_words

TEMPLATE = "simulator/conformance/template/README.md"
TOGETHER = (("README.md", "docs/engines/README.md"), ("docs/testing.md", TEMPLATE))
"""Documents typed into one terminal: the second goes on where the first ends."""
MOVES = {"zaikolab init my-tests": "cd my-tests"}
"""Where a reader goes after a command: this one says `next: cd my-tests && pytest`."""
ONCE = ("zaikolab verify", "pytest")
"""Commands that leave nothing behind that a later one needs: the same words are not carried out again."""


@dataclass(frozen=True)
class Elsewhere:
    """Why a command is not run here; the file in which it is, and words there that show it."""

    reason: str
    file: str
    shown_by: tuple[str, ...]


_ENGINES = "tests/acceptance/test_other_engines.py"
_JUDGED = "the same engine is judged there, by more scenarios"
ELSEWHERE = {
    "python -m benchmarks.cost --shops 120 --workers 1 2": Elsewhere(
        "it takes a minute and more; it is run there with three shops", "tests/fleet/test_cost.py", ("main([",),
    ),
    "python -m tests.workerkills": Elsewhere(
        "fifty kills take minutes; a few are made there", "tests/fleet/test_worker_kills.py", ("kill_workers(",)
    ),
    "python -m tests.verify_on_postgres": Elsewhere(
        "the whole specification takes minutes; a part of it is run there, by the command",
        "tests/fleet/test_fleet_commands.py", ('"-m", "tests.verify_on_postgres"',),
    ),
    "make test": Elsewhere("it is the run that this test is part of", ".ci/run", ("make test",)),
    "zaikolab verify --engine docs/engines/shell/my-sync --level must": Elsewhere(
        _JUDGED, _ENGINES, ('ENGINES / "shell" / "my-sync"', '"verify", "--engine", command')
    ),
    "(cd docs/engines/node && npm ci)": Elsewhere(
        "it wants a network, and is run there", _ENGINES, ('"npm",\n        "ci",',)
    ),
    "zaikolab verify --engine docs/engines/node/my-sync.mjs --level must": Elsewhere(
        _JUDGED, _ENGINES, ('folder / "my-sync.mjs"', '"verify", "--engine", command')
    ),
    'pytest --zaikolab-engine "zaikosync once" test_link.py': Elsewhere(
        "the command is read from the block and run there, with the file that README shows",
        "tests/acceptance/test_readme.py", ('if block.startswith("pytest ")',),
    ),
    'pytest -n 2 --zaikolab-engine "zaikosync once"': Elsewhere(
        "the project of `zaikolab init` names this engine itself, so it is the run of `pytest -n 2` there",
        TEMPLATE, ("\npytest -n 2 ",),
    ),
    "pytest": Elsewhere(
        "it is run there, in the same project", "tests/acceptance/test_template_project.py", ('(("pytest",)',)
    ),
    'pytest --zaikolab-engine "zaikosync once"': Elsewhere(
        "the project of `zaikolab init` names this engine itself, so it is the run of `pytest` there",
        "tests/acceptance/test_template_project.py", ('(("pytest",)',),
    ),
    'zaikolab verify --engine "zaikosync once"': Elsewhere(
        "README has the same words in other quotes", "README.md", ("\nzaikolab verify --engine 'zaikosync once'\n",),
    ),
}  # fmt: skip


def documents() -> list[str]:
    """Every document that people read, as a path seen from the root."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / TEMPLATE, *(ROOT / "docs").rglob("*.md")]
    return sorted(str(path.relative_to(ROOT)) for path in found if "node_modules" not in path.parts)


def terminals() -> list[tuple[str, ...]]:
    """The documents that have shell blocks, by the terminal they are typed into."""
    alone = set(documents()) - {name for names in TOGETHER for name in names}
    return [*TOGETHER, *((name,) for name in sorted(alone) if blocks(name))]


def blocks(document: str) -> list[Block]:
    return blocks_of(document, (ROOT / document).read_text(encoding="utf-8"))


def all_blocks() -> Iterator[Block]:
    return (block for document in documents() for block in blocks(document))


def carry_out(terminal: DocumentedTerminal, block: Block) -> list[str]:
    """Type what of a block can be run here; the commands for which a program is lacking."""
    done = {same_words(command) for command in terminal.typed if command.startswith(ONCE)}
    wanted = [command for command in block.commands if command not in ELSEWHERE and same_words(command) not in done]
    left_out = [command for command in wanted if lacking(command)]
    typed = tuple(command for command in wanted if command not in left_out)
    terminal.type(block, typed + tuple(MOVES[command] for command in typed if command in MOVES))
    return left_out


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[DocumentedTerminal]:
    opened = DocumentedTerminal(tmp_path)
    yield opened
    opened.close()


@pytest.mark.parametrize("names", terminals(), ids=" and ".join)
def test_every_shell_block_does_what_it_says(
    names: tuple[str, ...], terminal: DocumentedTerminal, subtests: pytest.Subtests
) -> None:
    for name in names:
        for block in blocks(name):
            with subtests.test(str(block)):
                for command in carry_out(terminal, block):
                    programs = " ".join(lacking(command))
                    pytest.skip(f"{block}: not installed, on Debian: apt-get install {programs}")
    expected = {same_words(one) for name in names for block in blocks(name) for one in block.commands}
    run = {same_words(one) for one in terminal.typed}
    told = {same_words(one) for one in ELSEWHERE}
    assert {words for words in expected - run - told if not lacking(" ".join(words))} == set()


def test_the_documents_and_their_blocks_are_found() -> None:
    assert {"README.md", "CONTRIBUTING.md", "docs/testing.md", "docs/engines/README.md", TEMPLATE} <= set(documents())
    assert {block.document for block in all_blocks()} >= {name for names in TOGETHER for name in names}
    assert len(blocks("README.md")) >= 10
    typed = {name for names in terminals() for name in names}
    assert {block.document for block in all_blocks()} <= typed


def test_what_is_run_elsewhere_stands_in_a_document_and_is_run_there() -> None:
    everything = {command for block in all_blocks() for command in block.commands}
    assert set(ELSEWHERE) <= everything
    for command, elsewhere in ELSEWHERE.items():
        source = (ROOT / elsewhere.file).read_text(encoding="utf-8")
        assert elsewhere.reason
        assert [words for words in elsewhere.shown_by if words not in source] == [], command


def test_a_block_is_read_with_its_place_without_comments_and_with_continued_lines_joined() -> None:
    text = "# Title\n\n```sh\none 'a#b'   # first\n# alone\ntwo \\\n  three\n```\n\n```python\nfour\n```\n"
    assert blocks_of("it.md", text) == [Block("it.md", 3, ("one 'a#b'", "two \\\n  three"))]


@pytest.mark.parametrize(
    "command", ["zaikolab sing", "zaikolab clock advance soon", "false | true", "no-such-program", "cd nowhere; true"]
)
def test_a_wrong_command_is_told_with_its_place(command: str, terminal: DocumentedTerminal) -> None:
    (block,) = blocks_of("it.md", f"```sh\n{command}\ntrue\n```\n")
    with pytest.raises(AssertionError, match=r"it\.md:1: ended with"):
        carry_out(terminal, block)
    assert terminal.typed == []


def test_a_block_that_does_not_end_is_ended(tmp_path: Path) -> None:
    terminal = DocumentedTerminal(tmp_path, limit=0.3)
    with pytest.raises(AssertionError, match="did not end within"):
        carry_out(terminal, Block("it.md", 1, ("tail -f Makefile",)))


def test_a_lab_that_does_not_start_is_told(tmp_path: Path) -> None:
    terminal = DocumentedTerminal(tmp_path)
    with pytest.raises(AssertionError, match=r"never became ready:\n(.|\n)*No such option"):
        carry_out(terminal, Block("it.md", 1, ("zaikolab up --loud",)))


def test_what_a_block_sets_and_where_it_goes_stays(terminal: DocumentedTerminal) -> None:
    carry_out(terminal, Block("it.md", 1, ("mkdir -p deep", "cd deep", "export TOLD='two words'")))
    carry_out(terminal, Block("it.md", 9, ('[ "$TOLD" = "two words" ]', '[ "$(basename "$PWD")" = deep ]')))


def test_a_lab_and_a_verdict_are_asked_for_in_small(terminal: DocumentedTerminal) -> None:
    """And with words of its own a command means what it says."""
    carry_out(
        terminal, Block("it.md", 1, ("zaikolab verify --only 4.4.2 --steps ならば > said", "grep -q ならば said"))
    )
    with pytest.raises(AssertionError, match="no-such-words"):
        carry_out(terminal, Block("it.md", 9, ("zaikolab verify --only no-such-words",)))


def test_the_same_words_are_carried_out_once(terminal: DocumentedTerminal) -> None:
    for _ in range(2):
        carry_out(terminal, Block("it.md", 1, ("zaikolab verify --steps メール", "true")))
    assert terminal.typed == ["zaikolab verify --steps メール", "true", "true"]


def test_a_program_that_is_lacking_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert lacking('lftp -u x && iconv -f cp932; echo "curl"') == ["iconv", "lftp"]
