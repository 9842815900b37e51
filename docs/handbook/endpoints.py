"""Every operation of the two HTTP APIs, from the OpenAPI documents of a running lab."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import urllib3

from docs.handbook.section import Entry, Section, anchor_of, code, place, table
from simulator.lab import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DOCUMENTS = {
    "shop-api": ("Shop API", "/openapi.json"),
    "control-api": ("Control API", "/lab/v1/openapi.json"),
}


def sections() -> Iterator[Section]:
    """One for each API."""
    with Lab() as lab:
        for anchor, (title, path) in _DOCUMENTS.items():
            document = urllib3.request("GET", f"{lab.endpoints.http_url}{path}").json()
            yield _section(anchor, title, path, document)


def _section(anchor: str, title: str, where: str, document: Mapping[str, Any]) -> Section:
    rows, entries = [], [Entry("", title, document["info"].get("description", ""))]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            entry = Entry(
                anchor_of(anchor, f"{method} {path}"), f"{method.upper()} {path}", operation.get("summary", "")
            )
            entries.append(entry)
            told = " ".join(filter(None, (entry.text, operation.get("description", ""))))
            rows.append((place(entry), told, _takes(operation, document), ", ".join(sorted(operation["responses"]))))
    intro = f"{document['info']['description']} The whole document: `GET {where}`."
    marks = "What may be left out has a question mark."
    body = f"{intro} {marks}\n\n{table(('operation', 'what it does', 'takes', 'answers'), rows)}"
    return Section(anchor, title, body, tuple(entries))


def _takes(operation: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    parts = []
    for place_of in ("query", "header"):
        named = [one for one in operation.get("parameters", ()) if one["in"] == place_of]
        if named:
            told = (code(one["name"]) + ("" if one.get("required") else "?") for one in named)
            parts.append(f"{place_of} {', '.join(told)}")
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        members = _members(content["schema"], document)
        parts.append(f"JSON {', '.join(members)}" if members else f"{code(media)}")
    return "; ".join(parts)


def _members(schema: Mapping[str, Any], document: Mapping[str, Any]) -> list[str]:
    """The members of a JSON body; those that may be left out with a question mark."""
    if (reference := schema.get("$ref")) is None:
        return []
    found = document["components"]["schemas"][reference.rpartition("/")[2]]
    needed = found.get("required", ())
    return [code(name) + ("" if name in needed else "?") for name in found.get("properties", ())]
