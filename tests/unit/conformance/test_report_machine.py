"""report.json: the published schema is true of every report, and describes no field that does not come."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from simulator.conformance.guide import statement
from simulator.conformance.report.machine import SCHEMA, compose_json
from tests.unit.conformance import reported

DESCRIBED = json.loads(SCHEMA.read_text(encoding="utf-8"))


def told(name: str) -> dict[str, Any]:
    text = compose_json(reported.account(reported.EACH[name]))
    return json.loads(text.encode())


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    return DESCRIBED["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def fields_described(schema: dict[str, Any], path: str = "") -> Iterator[str]:
    schema = resolved(schema)
    for name, inner in schema.get("properties", {}).items():
        yield f"{path}.{name}"
        yield from fields_described(inner, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from fields_described(schema[key], f"{path}[]")


def fields_told(value: object, schema: dict[str, Any], path: str = "") -> Iterator[str]:
    schema = resolved(schema)
    for name, inner in schema.get("properties", {}).items():
        if isinstance(value, dict) and name in value:
            yield f"{path}.{name}"
            yield from fields_told(value[name], inner, f"{path}.{name}")
    several = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            for one in several:
                yield from fields_told(one, schema[key], f"{path}[]")


def objects(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("type") == "object":
            yield schema
        for inner in schema.values():
            yield from objects(inner)


def test_the_schema_is_one() -> None:
    assert DESCRIBED["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert jsonschema_rs.meta.is_valid(DESCRIBED)


@pytest.mark.parametrize("name", reported.EACH)
def test_every_report_is_as_the_schema_says(name: str) -> None:
    validator = jsonschema_rs.Draft202012Validator(DESCRIBED, validate_formats=True)
    assert [error.message for error in validator.iter_errors(told(name))] == []


def test_every_field_described_occurs_is_required_and_explained() -> None:
    described = set(fields_described(DESCRIBED))
    assert described == {field for name in reported.EACH for field in fields_told(told(name), DESCRIBED)}
    assert len(described) > 50
    for one in objects(DESCRIBED):
        assert (one["additionalProperties"], set(one["required"])) == (False, set(one["properties"]))
        assert all(resolved(inner).get("description") for inner in one["properties"].values()), one


def test_a_field_that_nobody_described_is_refused() -> None:
    report = told("everything")
    report["scenarios"][0]["more"] = 1
    assert not jsonschema_rs.is_valid(DESCRIBED, report)


def test_a_case_brings_the_guides_words_and_the_line_that_repeats_it() -> None:
    report = told("everything")
    assert report["when"] == "2026-11-28T09:30:00+00:00"
    assert (report["schema"], report["zaikolab"], report["command"]) == (
        1, "0.1.0", "zaikolab verify --engine './my-sync --once' --report out",
    )  # fmt: skip
    failed = next(one for one in report["scenarios"] if one["outcome"] == "failed")
    assert failed["guide"] == [{"id": "5.4", "text": statement("5.4").text}]
    assert failed["repeat"] == "zaikolab verify --engine './my-sync --once' --only 'いくつか'"
    assert (failed["row"], failed["began"]) == (1, reported.FAILED.began)


def test_halves_of_characters_are_replaced_for_parsers_elsewhere() -> None:
    text = compose_json(reported.account(reported.EVERYTHING))
    assert "\\ud800" not in text
    failed = next(one for one in json.loads(text)["scenarios"] if one["outcome"] == "failed")
    assert failed["message"].count("\ufffd") == 3
    assert "\x1b[31m" in failed["message"]
