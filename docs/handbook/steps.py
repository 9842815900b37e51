"""Every step sentence of the library, from its catalogue."""

from __future__ import annotations

from itertools import groupby

from docs.handbook.section import Entry, Section, anchor_of, code, table
from simulator.conformance.step_catalogue import KnownStep, read_step_library

_TAKES = {"text": "a text", "int": "a whole number", "list": "texts, each in its 「」"}


def section() -> Section:
    """The steps, by capability."""
    bodies, entries = [], []
    for (capability, about), group in groupby(read_step_library(), key=lambda step: (step.capability, step.about)):
        entries.append(Entry(anchor_of("steps", capability), capability, about))
        bodies.append(f'### <a id="{anchor_of("steps", capability)}"></a>{capability}\n\n{about}')
        rows = []
        for step in group:
            name = f"{capability}-{step.function}"
            entries.append(Entry(anchor_of("step", name), f"step {name}", step.meaning))
            sentences = " / ".join(code(sentence) for sentence in step.sentences)
            rows.append((f'<a id="{anchor_of("step", name)}"></a>{sentences}', step.meaning, _wants(step)))
        bodies.append(table(("sentence", "what it does", "what it takes"), rows))
    return Section("steps", "Step sentences", "\n\n".join(bodies), tuple(entries))


def _wants(step: KnownStep) -> str:
    told = [f"{code(one.name)}: {_TAKES.get(one.takes) or ' or '.join(map(code, one.words))}" for one in step.blanks]
    if step.table:
        must = ", ".join(map(code, step.table.must))
        may = ", ".join(map(code, step.table.may))
        told.append(f"a table: {must}" + (f"; if wanted {may}" if may else ""))
    if step.wants_docstring:
        told.append('a text between two lines of `"""`')
    return "; ".join(told)
