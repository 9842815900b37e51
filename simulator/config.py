"""How a lab is started (`LabConfig`) and which of the plausible TEMPOSTARs it plays (`Settings`).

A start option is fixed while the lab runs. A setting is state of the lab: it can be changed at any time, is part of
snapshots, and goes back to its start value on reset. Every setting stands for something that neither the vendor guide
nor a public manual says; its default is an assumption of this project.
"""

from __future__ import annotations

import dataclasses
import types
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - `fields()` and `get_type_hints` read it at run time
from enum import StrEnum
from functools import cache
from pathlib import Path  # noqa: TC003 - as above
from typing import Any, Self, get_type_hints

from simulator.errors import BadValue


class ClockMode(StrEnum):
    """`frozen`: time moves only when told; `running`: with the wall clock, at `rate`."""

    FROZEN = "frozen"
    RUNNING = "running"


class TlsMode(StrEnum):
    """How an FTPS session becomes encrypted: AUTH TLS after the greeting, or TLS from the first byte."""

    EXPLICIT = "explicit"
    IMPLICIT = "implicit"


class Content(StrEnum):
    """What a pass writes: the SKUs changed since the last one, or every linked SKU."""

    DIFF = "diff"
    FULL = "full"


class Encoding(StrEnum):
    """Bytes of the stock file."""

    CP932 = "cp932"
    UTF8 = "utf-8"
    UTF8_BOM = "utf-8-bom"


class Quoting(StrEnum):
    """Which fields of the stock file stand in double quotes."""

    ALL = "all"
    MINIMAL = "minimal"


class Unchanged(StrEnum):
    """What a pass with nothing to send does to the file in the area."""

    KEEP = "keep"
    HEADER_ONLY = "header-only"
    DELETE = "delete"


class Writing(StrEnum):
    """`atomic`: the new file appears whole. `in-place`: half of it is visible for WRITE_SECONDS of the lab's time."""

    ATOMIC = "atomic"
    IN_PLACE = "in-place"


class Negative(StrEnum):
    """在庫数 when 想定在庫数 − 保留在庫数 is below 0."""

    CLAMP = "clamp"
    RAW = "raw"


class StockColumn(StrEnum):
    """Columns of the stock file, in the contract's order."""

    SKU_CODE = "商品コード"
    PRODUCT_CODE = "商品基本コード"
    PRODUCT_NAME = "商品名"
    ATTRIBUTE_1 = "属性1名"
    ATTRIBUTE_2 = "属性2名"
    STOCK = "在庫数"


@dataclass(frozen=True, slots=True)
class Settings:
    """The ambiguities of the vendor's documentation, each as a knob. Names and values as in the contract."""

    content: Content = Content.DIFF
    """Which SKUs a pass writes: those changed since the last one, or every linked one."""
    encoding: Encoding = Encoding.CP932
    """The stock file's encoding."""
    quoting: Quoting = Quoting.ALL
    """Which fields stand in double quotes: all, or those that need them."""
    header: bool = True
    """Whether the stock file begins with a header row."""
    column_order: tuple[str, ...] = ()
    """Names of 出力項目 columns in the order wanted; empty: the contract's order. Unnamed columns follow."""
    negative: Negative = Negative.CLAMP
    """What is written where 想定在庫数 less 保留在庫数 is below 0: 0, or the plain difference."""
    slice_size: int = 2000
    """How many SKUs a pass writes at most; the rest waits for the next. With `content=full` there is no limit."""
    unchanged: Unchanged = Unchanged.KEEP
    """What a pass with nothing to send does to the file that is there."""
    writing: Writing = Writing.ATOMIC
    """Whether a new file appears whole, or is visible half written for two seconds of the lab's time."""
    stock_file_deletable: bool = True
    """Whether the FTP account may delete stock files; 550 otherwise."""
    tls_session_reuse: bool = False
    """Whether an FTPS data connection has to resume the control channel's TLS session; 522 otherwise."""
    bulk_delay_minutes: int = 1
    """Minutes until 一括更新:取扱ショップ takes effect."""

    def changed(self, changes: dict[str, Any]) -> Self:
        """A copy with `changes` (plain JSON values or text) applied.

        Raises: BadValue for an unknown name or a value outside the setting's set.
        """
        hints = _hints()
        typed: dict[str, Any] = {name: _typed(name, hints, value) for name, value in changes.items()}
        return dataclasses.replace(self, **typed)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values, `changed` takes them back."""
        return {f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self)}


BOUNDS = {"slice_size": (1, 1_000_000), "bulk_delay_minutes": (0, 1440)}
"""Least and most of each setting that is a number."""


@cache
def _hints() -> dict[str, Any]:
    """The types of the settings: worked out once, for settings are read at every pass and in every session."""
    return get_type_hints(Settings)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _typed(name: str, hints: dict[str, Any], value: object) -> object:
    if name not in hints:
        raise BadValue("setting", name, "unknown", next_step=f"Known settings: {', '.join(sorted(hints))}.")
    hint = hints[name]
    if isinstance(hint, types.GenericAlias):
        names = value.split(",") if isinstance(value, str) else value
        if not isinstance(names, (list, tuple)) or not all(isinstance(n, str) for n in names):
            raise BadValue(name, value, "a list of column names is wanted")
        order = tuple(n for n in names if n)
        if len(set(order)) < len(order) or not {*order} <= {*StockColumn}:
            allowed = ", ".join(StockColumn)
            raise BadValue(name, value, "not columns of the stock file, each once", next_step=f"There are: {allowed}.")
        return order
    if hint is bool:
        truths = {"true": True, "false": False}
        if isinstance(value, str) and value.lower() in truths:
            return truths[value.lower()]
        if not isinstance(value, bool):
            raise BadValue(name, value, "true or false is wanted")
        return value
    if hint is int:
        least, most = BOUNDS[name]
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(most)):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise BadValue(name, value, f"a whole number from {least} to {most} is wanted")
        return value
    try:
        return hint(value)
    except ValueError:
        allowed = ", ".join(member.value for member in hint)
        raise BadValue(name, value, "not one of its values", next_step=f"Allowed: {allowed}.") from None


SETTING_NAMES: tuple[str, ...] = tuple(f.name for f in dataclasses.fields(Settings))


@dataclass(frozen=True, slots=True)
class LabConfig:
    """Start options. A port of 0 picks a free one; an empty passive range lets the system choose."""

    host: str = "127.0.0.1"
    """Where to listen; beyond loopback only with `expose`."""
    expose: bool = False
    """Let other machines in. Whoever reaches the lab is given its passwords by the control API."""
    name: str = ""
    """Exposed, the host name or address others reach it by; "": `host`, or this machine's name where that is all."""
    ftps_port: int = 0
    passive_ports: tuple[int, int] | None = None
    http_port: int = 0
    smtp_port: int = 0
    tls: TlsMode = TlsMode.EXPLICIT
    data_dir: Path | None = None
    start: datetime | None = None
    """The lab's time at start and after a reset; None: 2026-04-01 09:00 when frozen, the wall clock when running."""
    clock_mode: ClockMode = ClockMode.FROZEN
    rate: float = 1.0
    settings: Settings = field(default_factory=Settings)


__all__ = [
    "BOUNDS",
    "SETTING_NAMES",
    "ClockMode",
    "Content",
    "Encoding",
    "LabConfig",
    "Negative",
    "Quoting",
    "Settings",
    "StockColumn",
    "TlsMode",
    "Unchanged",
    "Writing",
]
