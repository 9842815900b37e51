"""The table of `zaikolab guide`: which scenarios show a source, which sources a scenario stands on, what is amiss."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

from simulator.conformance.feature_files import find_feature_files, read_feature
from simulator.conformance.guide import Level, Statement, statement
from simulator.conformance.sources import (
    ASSUMPTION,
    CHOICE,
    Assumption,
    Owed,
    PublicFact,
    Source,
    explain_unknown,
    levels_in,
    source_tags,
    sources,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from simulator.conformance.guide import WalkStep


@dataclass(frozen=True, slots=True)
class ScenarioPlace:
    """Where a scenario stands, and who owes it; `cases` is how many times it runs."""

    file: str
    line: int
    name: str
    cases: int
    level: Owed


@dataclass(frozen=True, slots=True)
class Coverage:
    """Both ways, by tag: `scenarios` has an entry for each source, `sources` one for each scenario; `walk` has the
    steps through the consoles that show a source. `problems`: one sentence for each source that nothing shows or
    explains, each scenario that stands on nothing, and each setup statement that the walk leaves out."""

    scenarios: Mapping[str, tuple[ScenarioPlace, ...]]
    walk: Mapping[str, tuple[WalkStep, ...]]
    sources: Mapping[ScenarioPlace, tuple[str, ...]]
    problems: tuple[str, ...]

    @property
    def summary(self) -> dict[str, int]:
        """How many there are, and how many of them are amiss."""
        counts = Counter(type(source) for source in sources().values())
        bare = [
            tag
            for tag, places in self.scenarios.items()
            if not places and tag not in self.walk and not _why_unshown(sources()[tag])
        ]
        return {
            "statements": counts[Statement],
            "statements_without_scenario_or_reason": sum(tag.startswith("guide-") for tag in bare),
            "setup_statements": len(_setup_tags()),
            "setup_statements_walked": sum(tag in self.walk for tag in _setup_tags()),
            "scenarios": len(self.sources),
            "scenarios_without_source": sum(not tags for tags in self.sources.values()),
            "public_facts": counts[PublicFact],
            "assumptions": counts[Assumption],
            "problems": len(self.problems),
        }


def read_coverage(features: Path, walk: Sequence[WalkStep] = ()) -> Coverage:
    """The coverage of a folder of feature files and, where there is one, a walk through the consoles.

    Raises: UnreadableFeature for a file that is no Gherkin; Unknown for a step with a statement that the guide does not
    have; OSError.
    """
    shown: dict[str, list[ScenarioPlace]] = {tag: [] for tag in sources()}
    standing: dict[ScenarioPlace, tuple[str, ...]] = {}
    problems: list[str] = []
    for path in find_feature_files(features):
        file = path.relative_to(features).as_posix()
        for scenario in read_feature(path).scenarios:
            levels = levels_in(scenario.tags)
            place = ScenarioPlace(file, scenario.line, scenario.name, scenario.cases, levels[-1])
            named = source_tags(scenario.tags)
            standing[place] = tuple(tag for tag in named if tag in shown)
            for tag in standing[place]:
                shown[tag].append(place)
            problems += (f"{file}:{scenario.line}: {reason}" for reason in check_sources(scenario.tags))
    walked: dict[str, tuple[WalkStep, ...]] = {}
    for step in walk:
        for tag in (f"guide-{statement(named).id}" for named in step.statements):
            walked[tag] = (*walked.get(tag, ()), step)
    problems += (
        reason
        for tag, source in sources().items()
        for reason in _check_shown(tag, source, bool(shown[tag]) or tag in walked)
    )
    if walk:
        problems += (
            f"@{tag}: a setup statement, and no step of the walk shows it. Add one to walk.toml."
            for tag in _setup_tags()
            if tag not in walked
        )
    return Coverage({tag: tuple(places) for tag, places in shown.items()}, walked, standing, tuple(problems))


def check_sources(tags: frozenset[str]) -> Iterator[str]:
    """What is amiss in the tags of one scenario: names that name nothing, no source, several levels, a `must` that the
    guide does not state, a choice (`@chooses-<assumption>`, for profiles) without its assumption."""
    named, levels = source_tags(tags), levels_in(tags)
    yield from filter(None, map(explain_unknown, named))
    if not named:
        yield "names no source. Tag it with what it stands on: @guide-4.3, @public-slice or @assumption-content, say."
    for chosen in sorted(tag for tag in tags if tag.startswith(CHOICE)):
        assumption = f"{ASSUMPTION}{chosen.removeprefix(CHOICE)}"
        if assumption not in tags:
            yield f"chooses for itself what it does not stand on: @{chosen}. Tag it with @{assumption} too."
    if len(levels) > 1:
        yield f"has {len(levels)} levels: {', '.join(f'@{level}' for level in levels)}. Leave one."
    if named and levels == (Owed.MUST,) and not any(tag.startswith("guide-") for tag in named):
        yield "is a must, and no statement of the guide is its source. Tag it with one, or with its level: @should, …"


def _setup_tags() -> list[str]:
    return [tag for tag, found in sources().items() if isinstance(found, Statement) and found.level is Level.SETUP]


def _check_shown(tag: str, source: Source, is_shown: bool) -> Iterator[str]:
    why = _why_unshown(source)
    if not is_shown and not why:
        yield f"@{tag}: nothing shows it, and nothing says why. {_way_out(source)}"
    if is_shown and why:
        yield f"@{tag}: it is shown now; take out what says why none does."


def _why_unshown(source: Source) -> str:
    match source:
        case Statement():
            return source.reason
        case PublicFact():
            return ""
        case Assumption():
            return source.unshown
        case _:
            assert_never(source)


def _way_out(source: Source) -> str:
    match source:
        case Statement(level=Level.MUST):
            return "Write one."
        case Statement():
            return "Write one, or give its `reason` in statements.toml."
        case PublicFact():
            return "Write one, or take it out of public_facts.toml."
        case Assumption():
            return "Write one, or say in `unshown` of assumptions.toml why not."
        case _:
            assert_never(source)


def describe_coverage(found: Coverage) -> dict[str, Any]:
    """The table as JSON: summary, problems, each source with its scenarios, each scenario with its sources."""
    return {
        "summary": found.summary,
        "problems": list(found.problems),
        "sources": [
            {
                "tag": tag,
                **_describe(sources()[tag]),
                "scenarios": [_place(place) for place in places],
                "walk": [step.id for step in found.walk.get(tag, ())],
            }
            for tag, places in found.scenarios.items()
        ],
        "scenarios": [
            {**_place(place), "cases": place.cases, "level": str(place.level), "sources": list(tags)}
            for place, tags in found.sources.items()
        ],
    }


def _place(place: ScenarioPlace) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "name": place.name}


def _describe(source: Source) -> dict[str, str]:
    match source:
        case Statement():
            more = {"kind": "statement", "level": str(source.level), "on": str(source.on), "unshown": source.reason}
        case PublicFact():
            more = {"kind": "public fact", "confidence": str(source.confidence), "published": source.published}
        case Assumption():
            more = {"kind": "assumption", "on": source.on, "setting": source.setting, "settle": source.settle}
            more["unshown"] = source.unshown
        case _:
            assert_never(source)
    return {"id": source.id, "text": source.text, **more}
