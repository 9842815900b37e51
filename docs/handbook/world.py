"""What can be changed of the lab's world: faults, settings, 在庫管理設定, profiles."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, get_type_hints

from docs.handbook.section import Entry, Section, anchor_of, code, place, table
from docs.handbook.spoken import first_sentence, texts_of
from simulator.config import BOUNDS, Settings, StockColumn
from simulator.conformance.guide_settings import GUIDE_STOCK_SETTINGS
from simulator.conformance.profiles import profiles
from simulator.conformance.sources import assumptions
from simulator.faults.catalogue import CATALOGUE
from simulator.faults.kind import Kind, Layer, Parameter
from simulator.tempostar.reflection import StockSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


def sections() -> Iterator[Section]:
    """Faults, settings, 在庫管理設定, profiles."""
    yield _faults()
    yield _settings()
    yield _stock_settings()
    yield _profiles()


def _faults() -> Section:
    told, bodies, entries = texts_of(Layer), [], []
    for layer in Layer:
        kinds = [kind for kind in CATALOGUE if kind.layer is layer]
        entries.append(Entry(f"faults-{layer}", layer, told.get(layer.name, "")))
        bodies.append(f'### <a id="faults-{layer}"></a>{layer}\n\n{told.get(layer.name, "")}')
        rows = []
        for kind in kinds:
            entry = Entry(anchor_of("fault", kind.name), kind.name, kind.summary)
            entries.append(entry)
            entries += [Entry("", f"{kind.name} {one.name}", one.meaning) for one in kind.parameters]
            rows.append(
                (place(entry), kind.summary, _targets(kind), "; ".join(map(_parameter, kind.parameters)) or "none")
            )
        bodies.append(table(("kind", "what a client sees", "targets (`--on`)", "parameters"), rows))
    return Section("faults", "Faults", "\n\n".join(bodies), tuple(entries))


def _targets(kind: Kind) -> str:
    return ", ".join(code(target) + ("" if target not in kind.with_path else " (path)") for target in kind.on)


def _parameter(parameter: Parameter) -> str:
    if parameter.choices:
        may = "one of " + ", ".join(map(code, parameter.choices))
    elif parameter.type == "str":
        may = "one line of text"
    else:
        number = "whole number" if parameter.type == "int" else "number"
        may = f"{number} from {parameter.least:,.10g} to {parameter.most:,.10g}"
        may += " but 0" if parameter.but_zero else ""
    default = f", default {code(parameter.default)}" if str(parameter.default) else ""
    return f"{code(parameter.name)}: {parameter.meaning} ({may}{default})"


def _settings() -> Section:
    told, rows, entries = texts_of(Settings), [], []
    for name, kind, default in _fields(Settings):
        standing = next((one for one in assumptions() if one.setting == name), None)
        entry = Entry(anchor_of("setting", name), name, told.get(name, "") if standing else "")
        entries.append(entry)
        assumed = f"{standing.text} To settle it: {standing.settle} ({code(standing.id)})" if standing else ""
        rows.append((place(entry), told.get(name, ""), _values(name, kind), code(_typed(default)), assumed))
    body = table(("setting", "meaning", "values", "default", "the assumption it stands for"), rows)
    return Section("settings", "Settings of the lab", body, tuple(entries))


def _stock_settings() -> Section:
    told, rows, entries = texts_of(StockSettings), [], []
    for name, kind, default in _fields(StockSettings):
        entry = Entry(anchor_of("stock-setting", name), name, told.get(name, ""))
        entries.append(entry)
        guide = code(GUIDE_STOCK_SETTINGS[name])
        rows.append((place(entry), entry.text, _values(name, kind), code(_typed(default)), guide))
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            entries.append(Entry("", f"choices of {name}", first_sentence(kind.__doc__)))
    body = table(("name", "meaning", "choices", "a new shop's", "the guide's"), rows)
    return Section("stock-settings", "在庫管理設定", body, tuple(entries))


def _profiles() -> Section:
    rows, entries = [], []
    for profile in profiles():
        entry = Entry(anchor_of("profile", profile.name), profile.name, profile.text)
        entries.append(entry)
        differs = [
            f"{name}={_typed(value)}" for name, value in (*profile.settings.items(), *profile.stock_settings.items())
        ]
        differs += [f"tls={profile.tls}"] if profile.tls != "explicit" else []
        rows.append((place(entry), profile.text, ", ".join(map(code, differs)), ", ".join(map(code, profile.replaces))))
    body = table(("profile", "which TEMPOSTAR", "differs in", "assumptions it replaces"), rows)
    return Section("profiles", "Profiles", body, tuple(entries))


def _fields(kind: type) -> Iterator[tuple[str, Any, object]]:
    hints = get_type_hints(kind)
    for field in fields(kind):
        yield field.name, hints[field.name], field.default


def _values(name: str, kind: object) -> str:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return ", ".join(map(code, kind))
    if kind is bool:
        return "`true`, `false`"
    if name in BOUNDS:
        return f"{BOUNDS[name][0]:,} to {BOUNDS[name][1]:,}"
    if kind == tuple[str, ...]:
        return "some of " + ", ".join(map(code, StockColumn)) + ", with commas between"
    return "as said"


def _typed(value: object) -> str:
    if isinstance(value, (tuple, list)):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
