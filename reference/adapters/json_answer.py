"""Reads JSON answers field by field: what is missing or of the wrong type is refused with its name."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from types import NoneType
from typing import TYPE_CHECKING, Any, Self

import orjson

from reference.errors import ShopApiError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON object and where it came from; its values stay out of the repr and of every sentence."""

    fields: dict[str, Any] = field(repr=False)
    about: str

    @classmethod
    def parse(cls, data: bytes, about: str) -> Self:
        """Read a JSON object, or raise `ShopApiError`."""
        try:
            parsed = _read_json(data)
        except (ValueError, RecursionError) as error:
            raise ShopApiError(f"The shop API answered {about} with something that is not JSON.") from error
        if not isinstance(parsed, dict):
            raise ShopApiError(f"The shop API answered {about} with JSON that is not an object.")
        return cls(parsed, about)

    def text(self, name: str) -> str:
        """Return a string."""
        value = self._value(name)
        if not isinstance(value, str) or not _is_writable(value):
            raise self.wrong(name, "is not text")
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a string, or None where the answer has null."""
        return None if self._value(name) is None else self.text(name)

    def count(self, name: str) -> int:
        """Return a whole number from 0."""
        value = self._value(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.wrong(name, "is not a whole number from 0")
        return value

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self._value(name)
        if not isinstance(value, bool):
            raise self.wrong(name, "is neither true nor false")
        return value

    def moment(self, name: str) -> datetime:
        """Return a time with its offset."""
        try:
            moment = datetime.fromisoformat(self.text(name))
        except ValueError as error:
            raise self.wrong(name, "is not a time") from error
        if moment.tzinfo is None:
            raise self.wrong(name, "is a time without its offset")
        return moment

    def part(self, name: str) -> Answer:
        """Return an object."""
        value = self._value(name)
        if not isinstance(value, dict):
            raise self.wrong(name, "is not an object")
        return Answer(value, f"{self.about}, {name}")

    def list_of(self, name: str) -> list[Answer]:
        """Return a list of objects."""
        value = self._value(name)
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(name, "is not a list of objects")
        return [Answer(one, f"{self.about}, {name}") for one in value]

    def columns_if(self, name: str, wanted: Mapping[str, type | tuple[type, ...]]) -> list[list[Any]] | None:
        """Return these fields of a list of objects as columns, or None unless every one is of its type and writable.

        A million rows are read so in a tenth of the time; what is wrong is found by reading them one by one.
        """
        columns: list[list[Any]] = []
        try:
            for key, kind in wanted.items():
                column = [one[key] for one in self.fields[name]]
                found, kinds = set(map(type, column)), set(kind) if isinstance(kind, tuple) else {kind}
                if not kinds.issuperset(found):
                    return None
                if str in found:
                    _ = "".join(filter(None, column) if NoneType in found else column).encode()
                columns.append(column)
        except (LookupError, TypeError, UnicodeEncodeError):
            return None
        return columns

    def wrong(self, name: str, what: str) -> ShopApiError:
        """Return the error that says what is wrong with a field."""
        return ShopApiError(f"The shop API's answer to {self.about} makes no sense: {name} {what}.")

    def _value(self, name: str) -> Any:  # noqa: ANN401 - JSON, until it is checked by the caller
        if name not in self.fields:
            raise self.wrong(name, "is missing")
        return self.fields[name]


def write_json(value: Any) -> bytes:  # noqa: ANN401 - whatever JSON takes
    """Write JSON in UTF-8; what orjson does not take, with json."""
    with suppress(TypeError):  # a number beyond 64 bits
        return orjson.dumps(value)
    return json.dumps(value, ensure_ascii=False).encode()


def _read_json(data: bytes) -> Any:  # noqa: ANN401 - JSON, until it is checked
    """Read JSON; what orjson does not take, lone surrogates as an example, with json."""
    with suppress(ValueError):
        return orjson.loads(data)
    return json.loads(data)


def _is_writable(text: str) -> bool:
    """Lone surrogates are valid in JSON but in no encoding."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
