"""What was typed into a form that was refused, and what is wrong with it: shown again beside the fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import g, request

from simulator.errors import BadValue, ChangedMeanwhile, Refused
from simulator.web.refusal import compose_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Typed:
    """One form of a page. `values`: what was typed, by field, empty for a page that was only opened; `error`: why it
    was refused."""

    values: Mapping[str, str] = field(default_factory=dict)
    error: Refused | None = None

    def value(self, name: str, present: object = "") -> str:
        """What a field is to show: what was typed, else what is there at present."""
        return self.values.get(name, "" if present is None else str(present))

    def ticked(self, name: str, present: bool = False) -> bool:
        """Whether a checkbox is to be ticked."""
        return name in self.values if self.values else present

    def problem(self, name: str, named: str = "") -> str:
        """What is wrong with a field, in Japanese, or "". `named`: the name an error has for it, if another."""
        if isinstance(self.error, BadValue) and self.error.field in {name, named or name}:
            return compose_sentence(self.error)
        return ""

    def changed(self, name: str, present: object) -> bool:
        """Whether somebody else has meanwhile given the field another value than the one typed."""
        return isinstance(self.error, ChangedMeanwhile) and self.value(name, present) != str(present)


def form_of(endpoint: str, **keys: str) -> Typed:
    """The form that is sent to `endpoint`, as it was refused by the request under way; an untouched one else. `keys`:
    field values that tell it from the others of its kind on the page."""
    error = g.get("zaikolab_refused")
    if error is None or request.endpoint != endpoint:
        return Typed()
    if any(request.form.get(name) != value for name, value in keys.items()):
        return Typed()
    return Typed(request.form, error)
