"""How the step library writes its sentences: `「{sku}」の在庫数は「{stock:int}」である`."""

from __future__ import annotations

import re
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


class Sentence(StepParser):
    """A step sentence with blanks.

    `{name}` takes any text that a 「」 can hold, the empty one too; `{name:int}` takes digits and gives a number;
    `{name:list}` takes one 「」 after another and gives their texts; `{name:this|that}` takes one of these words.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        pattern, end = "", 0
        self._readers: dict[str, Callable[[str], Any]] = {}
        for blank in _BLANK.finditer(name):
            label, kind = blank.groups()
            takes, self._readers[label] = _KINDS.get(kind) or ("|".join(map(re.escape, kind.split("|"))), str)
            pattern += re.escape(name[end : blank.start()]) + f"(?P<{label}>{takes})"
            end = blank.end()
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


def read_table(datatable: list[list[str]], *columns: str, may: Iterable[str] = ()) -> list[dict[str, str]]:
    """The rows of a step's table by its heading: all of `columns`, and whichever of `may`.

    Raises: AssertionError for a heading that lacks a column, has one twice, or one that the step does not know.
    """
    heading, *rows = datatable
    known = (*columns, *(column for column in may if column not in columns))
    wrong = [f"missing: {column}" for column in columns if column not in heading]
    wrong += [f"not known: {column}" for column in heading if column not in known]
    wrong += [f"twice: {column}" for column in set(heading) if heading.count(column) > 1]
    if wrong:
        raise AssertionError(f"The table of this step has the columns {', '.join(known)}; {wrong[0]}.")
    return [dict(zip(heading, row, strict=True)) for row in rows]
