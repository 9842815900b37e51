"""Bodies and answers of the operations on faults."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from simulator.faults.wish import MOST_CALLS
from simulator.web.spec import AnswerModel, ApiModel

Calls = Annotated[int, Field(ge=1, le=MOST_CALLS)]


class FaultWish(ApiModel):
    """What shall go wrong: a kind of the catalogue, the call it strikes (`on`: a target, or * for any of the kind's;
    `path`: only calls with such a path), at the `nth` such call and the `times` - 1 after it."""

    kind: str
    on: str = ""
    path: str = ""
    nth: Calls = 1
    times: Calls = 1
    parameters: Annotated[dict[str, int | float | str], Field(default_factory=dict)]


class FaultItem(AnswerModel):
    """A fault. `armed`: how often it will still fire; `matched`: the calls it was shown; `fired`: those it struck."""

    id: int
    kind: str
    on: str
    path: str
    nth: int
    times: int
    parameters: dict[str, int | float | str]
    armed: int
    matched: int
    fired: int


class FaultList(AnswerModel):
    """Faults in the order they were armed."""

    faults: list[FaultItem]


class Cleared(AnswerModel):
    """How many faults were cleared."""

    cleared: int


class ParameterItem(AnswerModel):
    """What may be said of a kind of fault. Numbers have `least` and `most`, some texts `choices`."""

    name: str
    type: str
    default: int | float | str
    meaning: str
    least: float | None
    most: float | None
    choices: list[str]


class KindItem(AnswerModel):
    """A kind of fault. `on`: the targets it can strike; `with_path`: those that a path narrows down."""

    name: str
    layer: str
    summary: str
    on: list[str]
    with_path: list[str]
    parameters: list[ParameterItem]


class Catalogue(AnswerModel):
    """Every kind of fault there is."""

    kinds: list[KindItem]
