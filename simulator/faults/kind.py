"""What a kind of fault is, and the parameters it takes."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from simulator.errors import BadValue
from simulator.faults.targets import FILES, ORDER_FILES, PLACES, STOCK_FILES, has_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from dataclasses import Field

LONGEST_TEXT = 400
SHORTEST_HOLD, LONGEST_HOLD = 0.01, 3600.0
"""Seconds of real time that an answer may be held back."""


class Layer(StrEnum):
    """Where a fault strikes; the first part of its kind's name."""

    CONTROL = "control"
    """A command and its reply on the FTPS control channel."""
    DATA = "data"
    """A transfer on the FTPS data channel."""
    TLS = "tls"
    """The encryption of either, or of the inbox."""
    FILE = "file"
    """A file in the FTPS area."""
    HTTP = "http"
    """A request to the shop API or the 在庫更新用URL."""
    SMTP = "smtp"
    """A stage of handing over a mail."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Base of what a fault does; the fields of a subclass are its parameters, its docstring says what a client sees."""


def whole(default: int, least: int, most: int, meaning: str) -> Any:  # noqa: ANN401 - as dataclasses.field
    """A parameter that is a whole number."""
    return field(default=default, metadata={"least": least, "most": most, "meaning": meaning})


def difference(default: int, most: int, meaning: str) -> Any:  # noqa: ANN401 - as dataclasses.field
    """A parameter that is added, or taken off: any whole number but 0, which would do nothing."""
    return field(default=default, metadata={"least": -most, "most": most, "meaning": meaning, "but_zero": True})


def seconds(default: float) -> Any:  # noqa: ANN401 - as dataclasses.field
    """How long something is held back, in real time: clients' own limits are of real time."""
    meaning = "seconds of real time; over at once when the fault is cleared"
    return field(default=default, metadata={"least": SHORTEST_HOLD, "most": LONGEST_HOLD, "meaning": meaning})


def text(default: str, meaning: str) -> Any:  # noqa: ANN401 - as dataclasses.field
    """A parameter that is one line of text."""
    return field(default=default, metadata={"meaning": meaning})


def choice(default: str, *others: str, meaning: str) -> Any:  # noqa: ANN401 - as dataclasses.field
    """A parameter that is one of some words."""
    return field(default=default, metadata={"choices": (default, *others), "meaning": meaning})


@dataclass(frozen=True, slots=True)
class Parameter:
    """What may be said of an effect. `type`: "int", "float" or "str"; numbers have bounds, some texts `choices`."""

    name: str
    type: str
    default: int | float | str
    meaning: str
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    but_zero: bool = False

    @classmethod
    def of(cls, declared: Field[Any]) -> Parameter:
        """The parameter a field of an effect declares."""
        assert declared.default is not MISSING  # noqa: S101 - every parameter has a default; a test makes each kind
        return cls(declared.name, type(declared.default).__name__, declared.default, **declared.metadata)

    def read(self, value: object) -> int | float | str:
        """A value as it came (JSON, or text from the command line), as the effect takes it.

        Raises: BadValue.
        """
        if self.type == "str":
            return self._read_text(value)
        number = _number(value, whole_wanted=self.type == "int")
        assert self.least is not None  # noqa: S101 - numbers have bounds
        assert self.most is not None  # noqa: S101 - as above
        if number is None or not self.least <= number <= self.most:
            what = "a whole number" if self.type == "int" else "a number"
            bounds = f"from {self.least:,.10g} to {self.most:,.10g}"
            raise BadValue(self.name, value, f"{what} {bounds} is wanted ({self.meaning})")
        if self.but_zero and number == 0:
            raise BadValue(self.name, value, f"0 would do nothing ({self.meaning})")
        return number

    def _read_text(self, value: object) -> str:
        if self.choices:
            if value not in self.choices:
                raise BadValue(self.name, value, f"one of {', '.join(self.choices)} is wanted ({self.meaning})")
        elif not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable():
            raise BadValue(self.name, value, f"one line of at most {LONGEST_TEXT} characters is wanted")
        return str(value)


def _number(value: object, *, whole_wanted: bool) -> int | float | None:
    if isinstance(value, str):
        try:
            value = int(value) if whole_wanted else float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int if whole_wanted else (int, float)):
        return None
    return value if whole_wanted else float(value)


@dataclass(frozen=True, slots=True)
class Kind:
    """One entry of the catalogue. `on`: the targets it can strike."""

    name: str
    effect: type[Effect]
    on: tuple[str, ...]

    @property
    def layer(self) -> Layer:
        """Where it strikes."""
        return Layer(self.name.partition(".")[0])

    @property
    def summary(self) -> str:
        """What a client sees, in a sentence."""
        return " ".join((self.effect.__doc__ or "").split())

    @property
    def with_path(self) -> tuple[str, ...]:
        """Those of its targets whose calls have a path."""
        return tuple(target for target in self.on if has_path(target))

    def places(self, target: str) -> tuple[str, ...]:
        """Where in the area calls of this target are struck."""
        match self.layer, target:
            case Layer.FILE, "REFLECTION" | "RETR":
                return STOCK_FILES
            case ((Layer.FILE | Layer.DATA), "STOR"):  # nothing else can be written
                return ORDER_FILES
            case Layer.DATA, "RETR":
                return FILES
            case _:
                return PLACES

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What may be said of it."""
        return tuple(Parameter.of(declared) for declared in fields(self.effect))

    def make(self, given: Mapping[str, object]) -> Effect:
        """The effect with these parameters, the others at their defaults.

        Raises: BadValue for a parameter it does not have, or a value it cannot be.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                has = f"It takes {', '.join(known)}." if known else "It takes none."
                raise BadValue("parameter", name, f"{self.name} has no such parameter", next_step=has)
        return self.effect(**{name: known[name].read(value) for name, value in given.items()})
