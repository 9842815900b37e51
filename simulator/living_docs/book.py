"""What the pages tell, as values: the run, the walk and the data of this installation brought together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, assert_never

from simulator.conformance.defects.matrix import recorded
from simulator.conformance.defects.seeded import seeded_defects
from simulator.conformance.feature_files import find_feature_files, read_feature
from simulator.conformance.guide import features_dir, statements
from simulator.conformance.sources import ASSUMPTION, Owed, levels_in
from simulator.conformance.verify.results import Outcome
from simulator.living_docs.figures import count_figures
from simulator.living_docs.script import read_scripts
from simulator.living_docs.sections import SECTIONS, section_of
from simulator.living_docs.summaries import summaries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from simulator.conformance.defects.seeded import Defect
    from simulator.conformance.feature_files import Feature
    from simulator.conformance.feature_files import Scenario as Written
    from simulator.conformance.guide import Statement
    from simulator.conformance.verify.results import Result
    from simulator.living_docs.figures import Figures
    from simulator.living_docs.record import Record
    from simulator.living_docs.script import Script
    from simulator.living_docs.sections import Section
    from simulator.living_docs.walk import Walk, WalkedStep


class State(StrEnum):
    """How a scenario or a statement stands in this run. `walked`: shown by the walk alone; `unshown`: by nothing."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "not judged"
    SKIPPED = "skipped"
    NOT_RUN = "not run"
    WALKED = "walked"
    UNSHOWN = "unshown"


def anchor(text: str) -> str:
    """A name that fits into an address: dots as hyphens."""
    return text.replace(".", "-")


def state_of(result: Result) -> State:
    """How one case stands."""
    match result.outcome:
        case Outcome.PASSED:
            return State.PASSED
        case Outcome.FAILED:
            return State.FAILED
        case Outcome.SKIPPED:
            return State.SKIPPED
        case Outcome.BROKEN:
            return State.NOT_JUDGED
        case _:
            assert_never(result.outcome)


@dataclass(frozen=True, slots=True)
class ScenarioPage:
    """One scenario. `slug`: of its page; `capability`: the name of its 機能; `why`: the sentence under it; `en`: what
    it shows, in English; `notices`: names of the seeded defects that it says no to."""

    slug: str
    file: str
    line: int
    name: str
    capability: str
    why: str
    en: str
    level: Owed
    cases: int
    tags: frozenset[str]
    script: Script
    results: tuple[Result, ...]
    notices: tuple[str, ...]

    @property
    def place(self) -> str:
        """How the kill matrix names it."""
        return f"{self.file.removesuffix('.feature')}: {self.name}"

    @property
    def state(self) -> State:
        """The worst of its cases decides; one that passed is enough where others were skipped."""
        states = {state_of(result) for result in self.results}
        worst_first = (State.FAILED, State.NOT_JUDGED, State.PASSED, State.SKIPPED)
        return next((state for state in worst_first if state in states), State.NOT_RUN)

    def named(self, prefix: str) -> tuple[str, ...]:
        """The ids of the sources of one kind that it stands on."""
        return tuple(sorted(tag.removeprefix(prefix) for tag in self.tags if tag.startswith(prefix)))


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement of the guide with what shows it."""

    statement: Statement
    section: Section
    scenarios: tuple[ScenarioPage, ...]
    steps: tuple[WalkedStep, ...]

    @property
    def home(self) -> str:
        """Where it stands in the guide's pages."""
        return f"section-{self.section.id}.html#s-{anchor(self.statement.id)}"

    @property
    def state(self) -> State:
        """A scenario that failed contradicts those that passed; the walk counts where no scenario was run."""
        states = {scenario.state for scenario in self.scenarios}
        for state in (State.FAILED, State.NOT_JUDGED, State.PASSED):
            if state in states:
                return state
        if self.steps:
            return State.WALKED
        return State.NOT_RUN if self.scenarios else State.UNSHOWN


@dataclass(frozen=True)
class Book:
    """Everything. `record`: of the run; `walk`: None where there is none."""

    record: Record
    walk: Walk | None
    figures: Figures
    scenarios: tuple[ScenarioPage, ...]
    statements: tuple[StatementRow, ...]
    defects: tuple[Defect, ...]

    @cached_property
    def by_place(self) -> Mapping[str, ScenarioPage]:
        """The scenarios as the kill matrix names them."""
        return {scenario.place: scenario for scenario in self.scenarios}

    @cached_property
    def beyond(self) -> tuple[ScenarioPage, ...]:
        """The scenarios that stand on no statement of the guide."""
        return tuple(scenario for scenario in self.scenarios if not scenario.named("guide-"))

    def of_section(self, section: Section) -> tuple[ScenarioPage, ...]:
        """The scenarios that stand on a statement of this section: what the guide states before what goes beyond it."""
        numbers = {one.id for one in section.statements}
        found = (scenario for scenario in self.scenarios if numbers & {*scenario.named("guide-")})
        return tuple(sorted(found, key=lambda scenario: list(Owed).index(scenario.level)))

    def assuming(self, assumption: str) -> tuple[ScenarioPage, ...]:
        """The scenarios that stand on an assumption."""
        return self.tagged(f"{ASSUMPTION}{assumption}")

    def tagged(self, tag: str) -> tuple[ScenarioPage, ...]:
        """The scenarios with a tag."""
        return tuple(scenario for scenario in self.scenarios if tag in scenario.tags)

    def count(self, state: State) -> int:
        """How many statements stand so."""
        return sum(row.state is state for row in self.statements)

    def count_scenarios(self, state: State) -> int:
        """How many scenarios stand so."""
        return sum(scenario.state is state for scenario in self.scenarios)


def compose_book(record: Record, walk: Walk | None) -> Book:
    """The book of a run. Raises: UnreadableFeature; OSError."""
    scenarios = tuple(_scenarios(record.results))
    rows = tuple(_row(statement, scenarios, walk) for statement in statements())
    return Book(record, walk, count_figures(), scenarios, rows, seeded_defects())


def _row(statement: Statement, scenarios: Iterable[ScenarioPage], walk: Walk | None) -> StatementRow:
    return StatementRow(
        statement,
        section_of(statement.id),
        tuple(one for one in scenarios if f"guide-{statement.id}" in one.tags),
        tuple(step for step in (walk.steps if walk else ()) if statement.id in step.statements),
    )


def _scenarios(results: Iterable[Result]) -> Iterator[ScenarioPage]:
    ran: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        ran.setdefault((result.file, result.name), []).append(result)
    killers = recorded().killers()
    folder = features_dir()
    for path in find_feature_files(folder):
        feature, file = read_feature(path), path.relative_to(folder).as_posix()
        scripts = read_scripts(path.read_text(encoding="utf-8-sig"))
        for number, one in enumerate(feature.scenarios, start=1):
            yield _page(file, number, feature, one, scripts[one.line], ran.get((file, one.name), []), killers)


def _page(
    file: str, number: int, feature: Feature, one: Written, script: Script, results: list[Result],
    killers: Mapping[str, tuple[str, ...]],
) -> ScenarioPage:  # fmt: skip
    stem = file.removesuffix(".feature")
    return ScenarioPage(
        slug=f"{stem.replace('/', '-')}-{number:02}",
        file=file,
        line=one.line,
        name=one.name,
        capability=feature.name,
        why=" ".join(feature.description.split()),
        en=summaries().get((file, one.name), ""),
        level=levels_in(one.tags)[-1],
        cases=one.cases,
        tags=one.tags,
        script=script,
        results=tuple(results),
        notices=killers.get(f"{stem}: {one.name}", ()),
    )


__all__ = ["SECTIONS", "Book", "ScenarioPage", "State", "StatementRow", "anchor", "compose_book", "state_of"]
