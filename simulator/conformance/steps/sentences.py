"""How the step library writes its sentences: `「{sku}」の在庫数は「{stock:int}」である`, and the tables under them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_bdd.parsers import StepParser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_KINDS: dict[str | None, tuple[str, Callable[[str], Any]]] = {
    None: ("[^」]*", str),
    "int": ("-?[0-9]+", int),
    "list": ("(?:「[^」]*」)+", lambda text: text[1:-1].split("」「")),
}
_BLANK = re.compile(r"\{(\w+)(?::([^}]+))?\}")


@dataclass(frozen=True, slots=True)
class Blank:
    """One blank of a sentence. `takes`: `text`, `int`, `list` or, when it takes one of `words`, `word`."""

    name: str
    takes: str
    words: tuple[str, ...] = ()


class Table:
    """The table under a step: `must` are the columns it has to have, `may` those that it can have besides."""

    def __init__(self, *must: str, may: Iterable[str] = ()) -> None:
        self.must = must
        self.may = tuple(str(column) for column in may if column not in must)

    def read(self, datatable: list[list[str]]) -> list[dict[str, str]]:
        """The rows by the table's heading.

        Raises: AssertionError for a heading that lacks a column, has one twice, or one that the step does not know.
        """
        heading, *rows = datatable
        known = (*self.must, *self.may)
        wrong = [f"missing: {column}" for column in self.must if column not in heading]
        wrong += [f"not known: {column}" for column in heading if column not in known]
        wrong += [f"twice: {column}" for column in set(heading) if heading.count(column) > 1]
        if wrong:
            raise AssertionError(f"The table of this step has the columns {', '.join(known)}; {wrong[0]}.")
        return [dict(zip(heading, row, strict=True)) for row in rows]


class Sentence(StepParser):
    """A step sentence with blanks, and the `table` it wants under it.

    `{name}` takes any text that a 「」 can hold, the empty one too; `{name:int}` takes digits and gives a number;
    `{name:list}` takes one 「」 after another and gives their texts; `{name:this|that}` takes one of these words.
    """

    def __init__(self, name: str, table: Table | None = None) -> None:
        super().__init__(name)
        self.table = table
        pattern, end = "", 0
        blanks = []
        self._readers: dict[str, Callable[[str], Any]] = {}
        for blank in _BLANK.finditer(name):
            label, kind = blank.groups()
            words = () if kind in _KINDS else tuple(kind.split("|"))
            takes, self._readers[label] = _KINDS.get(kind) or ("|".join(map(re.escape, words)), str)
            blanks.append(Blank(label, "word" if words else kind or "text", words))
            pattern += re.escape(name[end : blank.start()]) + f"(?P<{label}>{takes})"
            end = blank.end()
        self.blanks = tuple(blanks)
        self._pattern = re.compile(pattern + re.escape(name[end:]))

    def is_matching(self, name: str) -> bool:
        """Whether a step is this sentence, whole."""
        return self._pattern.fullmatch(name) is not None

    def parse_arguments(self, name: str) -> dict[str, Any] | None:
        """What stands in the blanks; None when the step is another sentence."""
        found = self._pattern.fullmatch(name)
        if found is None:
            return None
        return {label: self._readers[label](text) for label, text in found.groupdict().items()}
