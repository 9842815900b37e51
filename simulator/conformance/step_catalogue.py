"""The step library as a catalogue: each step with its sentences, what it takes, what it does, and where it stands.

A step is a function; 前提 and もし of one function are one step with two sentences. The library is read from the step
modules themselves, without pytest running.
"""

from __future__ import annotations

import inspect
import re
import unicodedata
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.conformance.steps.sentences import Blank, Sentence, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import ModuleType

    from pytest_bdd.parsers import StepParser

KEYWORDS = {"given": "前提", "when": "もし", "then": "ならば", None: "*"}
"""What a step is written with, by its type; `*` stands for any."""
_NEAR = 0.5
_NEAR_SHOWN = 3
_HIRAGANA = "\u3041-\u309f"


@dataclass(frozen=True, slots=True)
class KnownSentence:
    """A sentence as it is written, and its keyword: 前提, もし or ならば."""

    keyword: str
    text: str
    parser: StepParser = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.keyword} {self.text}"


@dataclass(frozen=True, slots=True)
class KnownStep:
    """One step of the library. `capability`: its module, `about`: the first line of that module's docstring; `table`:
    the table it wants, if it wants one."""

    capability: str
    about: str
    function: str
    meaning: str
    sentences: tuple[KnownSentence, ...]
    blanks: tuple[Blank, ...]
    table: Table | None
    wants_docstring: bool

    def has(self, word: str) -> bool:
        """Whether the word occurs in sentence, keyword, docstring, function name or capability. Case, and full-width
        or half-width, are nothing to it."""
        return fold(word) in self._words()

    def nearness(self, word: str) -> float:
        """How much of the word occurs there, from 0 to 1, by its pairs of neighbouring characters."""
        folded, words = fold(word), self._words()
        pairs = [folded[at : at + 2] for at in range(len(folded) - 1)]
        return sum(pair in words for pair in pairs) / len(pairs) if pairs else 0.0

    def _words(self) -> str:
        names = (self.capability, self.about, self.function, self.function.replace("_", " "))
        return fold("\n".join((*names, self.meaning, *map(str, self.sentences))))


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a feature file; `file` is seen from the folder of the feature files."""

    file: str
    line: int


def fold(text: str) -> str:
    """A text without what full-width, half-width and case make different."""
    return unicodedata.normalize("NFKC", text).casefold()


def read_step_library() -> tuple[KnownStep, ...]:
    """Every step there is, by capability, in the order in which they are written."""
    from simulator.conformance.plugin import pytest_plugins

    return tuple(step for name in pytest_plugins for step in _steps_of(import_module(name)))


def find_steps(steps: Iterable[KnownStep], words: str) -> tuple[KnownStep, ...]:
    """The steps in which each of the words occurs; all of them when there is no word."""
    return tuple(step for step in steps if all(map(step.has, words.split())))


def find_near(steps: Iterable[KnownStep], words: str) -> tuple[KnownSentence, ...]:
    """For words that no step has: sentences of the steps that have most of them, at most three, nearest first."""
    wanted = words.split()
    scores = [(sum(map(step.nearness, wanted)) / len(wanted), step) for step in steps] if wanted else []
    near = sorted((scored for scored in scores if scored[0] >= _NEAR), key=lambda scored: -scored[0])
    return tuple(step.sentences[0] for _, step in near[:_NEAR_SHOWN])


def choose_word(steps: Iterable[KnownStep], text: str) -> str:
    """The longest word of a step, outside its 「」, that finds something among `steps`; empty when none does."""
    known = tuple(steps)
    bare = re.sub("「[^」]*」", " ", unicodedata.normalize("NFKC", text))
    # Hiragana mostly joins words: what stands between is what the step is about.
    words = re.findall(rf"[^\W{_HIRAGANA}]{{2,}}", bare)
    return next((word for word in sorted(words, key=len, reverse=True) if find_steps(known, word)), "")


def find_places(steps: Iterable[KnownStep], features: Path) -> dict[KnownSentence, Place]:
    """Of each sentence a line where it stands in a folder of feature files, if it does.

    Raises: GherkinParseError, OSError.
    """
    from pytest_bdd.feature import get_features

    wanted = [sentence for step in steps for sentence in step.sentences]
    places: dict[KnownSentence, Place] = {}
    for feature in get_features([str(features)]):
        file = Path(feature.filename).relative_to(features).as_posix()
        for template in feature.scenarios.values():
            for row in [row for examples in template.examples for row in examples.as_contexts()] or [{}]:
                for step in template.render(row).steps:
                    for sentence in wanted:
                        if sentence.keyword == KEYWORDS[step.type] and sentence.parser.is_matching(step.name):
                            places[sentence] = Place(file, step.line_number)
                    wanted = [sentence for sentence in wanted if sentence not in places]
    return places


def describe_step(step: KnownStep, places: Mapping[KnownSentence, Place]) -> dict[str, Any]:
    """A step as plain data."""
    return {
        "capability": step.capability,
        "about": step.about,
        "function": step.function,
        "meaning": step.meaning,
        "sentences": [
            {
                "keyword": sentence.keyword,
                "text": sentence.text,
                "file": places[sentence].file if sentence in places else None,
                "line": places[sentence].line if sentence in places else None,
            }
            for sentence in step.sentences
        ],
        "blanks": [{"name": blank.name, "takes": blank.takes, "words": [*blank.words]} for blank in step.blanks],
        "table": {"must": [*step.table.must], "may": [*step.table.may]} if step.table else None,
        "docstring": step.wants_docstring,
    }


def _steps_of(module: ModuleType) -> Iterator[KnownStep]:
    from pytest_bdd.steps import step_function_context_registry

    # A run of pytest inside another one leaves definitions of a module that has been loaded anew since.
    found: dict[Callable[..., object], list[KnownSentence]] = {}
    for context in list(step_function_context_registry.values()):
        function = context.step_func
        if vars(module).get(function.__name__) is function:
            sentence = KnownSentence(KEYWORDS[context.type], context.parser.name, context.parser)
            found.setdefault(function, []).append(sentence)
    about = (inspect.getdoc(module) or "").partition("\n")[0]
    order = list(KEYWORDS.values())
    for function in sorted(found, key=lambda function: function.__code__.co_firstlineno):
        sentences = sorted(found[function], key=lambda one: order.index(one.keyword))
        parsers = [sentence.parser for sentence in sentences]
        taken = inspect.signature(function).parameters
        yield KnownStep(
            capability=module.__name__.rpartition(".")[2],
            about=about,
            function=function.__name__,
            meaning=" ".join((inspect.getdoc(function) or "").split()),
            sentences=tuple(sentences),
            blanks=next((parser.blanks for parser in parsers if isinstance(parser, Sentence)), ()),
            table=_table(parsers) if "datatable" in taken else None,
            wants_docstring="docstring" in taken,
        )


def _table(parsers: Iterable[StepParser]) -> Table:
    declared = (parser.table for parser in parsers if isinstance(parser, Sentence) and parser.table)
    return next(declared, Table())
