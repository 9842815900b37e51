"""Every operation is asked with odd values in every place: the lab may refuse them, it may not break."""

from __future__ import annotations

from typing import Any

import pytest

TEXTS = ["", " ", "\x00", "A\nB", "１", "髙①～", "<b>", "../..", "'; --", "%", "_" * 5000, "-1", "0", "00001", "𠮷"]
NUMBERS = [0, -1, 1, 2**31, 2**63, 10**30, -(10**30)]
SHOWN_TO_PATHS = [text.replace("/", "%2F").replace("%", "%25") for text in TEXTS if text and "\n" not in text]


def odd_values(schema: dict[str, Any], schemas: dict[str, Any]) -> list[Any]:
    """Values of the type the document names, and a few that are of another."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[-1]]
    if "anyOf" in schema:
        return [value for one in schema["anyOf"] for value in odd_values(one, schemas)]
    if "enum" in schema:
        return [*schema["enum"], "other"]
    match schema.get("type"):
        case "string":
            return [*TEXTS, 5]
        case "integer":
            return [*NUMBERS, "1", True]
        case "number":
            return [*NUMBERS, 1e300, 0.5]
        case "array":
            items = odd_values(schema["items"], schemas)
            return [[], *([item] for item in items), [items[0], items[0]]]
        case "object" if "properties" in schema:
            return odd_objects(schema, schemas)
        case "object":
            return [{}, {"20001": "x", "99999": "y", "self": "z"}]
        case _:
            return [None, [], {}]


def odd_objects(schema: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    """For each member each odd value, the others being usual."""
    values = {name: odd_values(member, schemas) for name, member in schema["properties"].items()}
    usual = {name: values[name][min(5, len(values[name]) - 1)] for name in schema.get("required", [])}
    return [{**usual, name: odd} for name, odds in values.items() for odd in odds] + [{}, usual]


@pytest.fixture
def furnished(client, lab):
    """A lab in which the usual names lead somewhere."""
    lab.tempostar.add_shop("RoomClipShopping", "RCs")
    lab.seed(3)
    lab.roomclip.apply_for_linkage("1")
    return client


def test_no_operation_breaks_on_odd_values(furnished):
    document = furnished.get("/lab/v1/openapi.json").json
    schemas = document["components"]["schemas"]
    asked = 0
    for path, methods in document["paths"].items():
        if path.endswith(("/wait", "/advance", "/seed", "/reset")):
            continue
        for method, operation in methods.items():
            for address, options in requests_of(path, operation, schemas):
                answer = furnished.open(address, method=method.upper(), **options)
                asked += 1
                assert answer.status_code < 500, (method, address, options, answer.text)
                assert str(answer.status_code) in {*operation["responses"], "404", "405", "422", "308"}, (
                    method, address, options, answer.text
                )  # fmt: skip
    assert asked > 1000


def requests_of(path: str, operation: dict[str, Any], schemas: dict[str, Any]):
    usual = path.replace("{shop_code}", "20001").replace("{shop_id}", "1").replace("{company_id}", "10001")
    usual = usual.replace("{name}", "state").replace("{variant_id}", "0000000001").replace("{seq}", "1")
    usual = usual.replace("{order_id}", "RC00000001")
    yield usual, {}
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            for text in SHOWN_TO_PATHS:
                yield path.replace("{" + parameter["name"] + "}", text).replace("{", "").replace("}", ""), {}
        else:
            for value in odd_values(parameter["schema"], schemas):
                yield usual, {"query_string": {parameter["name"]: value}}
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body:
        for value in odd_values(body["schema"], schemas):
            yield usual, {"json": value}
    for raw in (b"", b"\xff\xfe", b"[" * 10_000, b'{"a": 1e999}'):
        if operation.get("requestBody"):
            yield usual, {"data": raw}
