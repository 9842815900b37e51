"""When TEMPOSTAR sends a shop's stock, and what a pass does (guide 2.1.3-2.1.7, contract 2).

Pure: the decisions only; `reflecting` carries them out.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any, assert_never

from simulator.config import Content, Settings, Unchanged, Writing
from simulator.errors import BadValue
from simulator.tempostar.stock_file import (
    FileFormat,
    FileSuffix,
    OutputColumns,
    compose_file_name,
    encode_beginning,
    encode_rows,
    find_unwritable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from simulator.tempostar.stock_file import PlainRow

LONGEST_INTERVAL = 1440
WRITE_SECONDS = 2
"""How long a file written in place stays half, in the lab's time (ASSUMPTION)."""

NAMED_SKUS = 2001
"""So many SKU codes a plan names: more are told of by their number."""
_AT_ONCE = 5000

_PREFIX = re.compile(r"[A-Za-z0-9_-]{1,32}")


class Switch(StrEnum):
    """受注取込 and 在庫反映 (guide 2.1.2, 2.1.3)."""

    ON = "起動"
    OFF = "停止"


class SendType(StrEnum):
    """送信タイプ (guide 2.1.5). 外部FTP stands for every other choice: nothing reaches the FTPS area."""

    FTPS_AREA = "FTPS領域"
    OTHER_FTP = "外部FTP"


@dataclass(frozen=True, slots=True)
class StockSettings:
    """A shop's 在庫管理設定 (guide 2.1). The defaults are a new shop's: both switches off (public: facts.md 2), and a
    suffix other than なし, since the guide has it changed to なし."""

    order_intake: Switch = Switch.OFF
    """受注取込: whether each pass takes in the order files that lie in the FTPS area (guide 2.1.2)."""
    reflection: Switch = Switch.OFF
    """在庫反映: whether stock is sent at all (guide 2.1.3)."""
    interval_minutes: int = 5
    """送信間隔: minutes between two passes, 1 to 1440 (guide 2.1.4)."""
    send_type: SendType = SendType.FTPS_AREA
    """送信タイプ: where the stock file goes (guide 2.1.5)."""
    file_prefix: str = "stock"
    """ファイル名: how the file's name begins, 1 to 32 letters, digits, hyphens and underscores (guide 2.1.6)."""
    file_suffix: FileSuffix = FileSuffix.DATE_TIME
    """What follows in the ファイル名: nothing, YYYYMMDD or YYYYMMDDhhmmss (guide 2.1.6)."""
    output_columns: OutputColumns = OutputColumns.ALL
    """ファイル出力項目: the columns of the stock file (guide 2.1.7)."""

    def changed(self, changes: Mapping[str, object]) -> StockSettings:
        """A copy with `changes`, values as such or as their text.

        Raises: BadValue for an unknown name or a value that is not possible.
        """
        for name in changes:
            if name not in _PARSERS:
                raise BadValue("stock setting", name, "unknown", next_step=f"There are: {', '.join(_PARSERS)}.")
        typed: dict[str, Any] = {name: _PARSERS[name](name, value) for name, value in changes.items()}
        return dataclasses.replace(self, **typed)


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Put a file into the area. `rows`: how many SKUs are in it; `sku_codes`: the first NAMED_SKUS of them; `skipped`:
    SKU codes the encoding cannot hold."""

    file_name: str
    content: bytes
    rows: int
    sku_codes: tuple[str, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SendElsewhere:
    """The file goes to another FTP server, which the lab does not play."""

    file_name: str
    content: bytes
    rows: int
    sku_codes: tuple[str, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NothingToSend:
    """No SKU to send. `content`: a header-only file to put in place, if that is what the setting wants; `delete`:
    whether the last file goes."""

    file_name: str
    content: bytes | None
    delete: bool
    skipped: tuple[str, ...]


PassPlan = WriteFile | SendElsewhere | NothingToSend


def plan_first_pass(now: datetime, interval_minutes: int) -> datetime:
    """When the first pass is due after 在庫反映 became 起動, or the interval was changed, at `now`: one interval later
    (ASSUMPTION)."""
    return now + timedelta(minutes=interval_minutes)


def plan_after_change(
    before: StockSettings, after: StockSettings, planned: datetime | None, now: datetime
) -> datetime | None:
    """When a shop's next pass is due once its settings went from `before` to `after`; `planned`: until then.

    Passes are made while 在庫反映 or 受注取込 is 起動. 在庫反映 that becomes 起動, and another interval, plan anew;
    受注取込 that becomes 起動 joins the passes that there are (ASSUMPTION).
    """
    if Switch.ON not in (after.reflection, after.order_intake):
        return None
    anew = before.interval_minutes != after.interval_minutes or before.reflection is not after.reflection is Switch.ON
    return plan_first_pass(now, after.interval_minutes) if anew or planned is None else planned


def plan_following_pass(due: datetime, interval_minutes: int, now: datetime) -> datetime:
    """When the pass after the one due at `due` is due: the first multiple of the interval that lies after `now`, so
    that passes neither drift nor pile up (guide 2.1.4)."""
    interval = timedelta(minutes=interval_minutes)
    return due + interval * max(1, (now - due) // interval + 1)


def plan_slice(settings: Settings) -> int | None:
    """How many queued SKUs a pass takes, oldest change first; None: it writes every linked SKU (contract 2)."""
    match settings.content:
        case Content.DIFF:
            return settings.slice_size
        case Content.FULL:
            return None
        case _:
            assert_never(settings.content)


def plan_half(settings: Settings) -> timedelta | None:
    """For how long a file is visible while half written; None: it appears whole (contract 2)."""
    match settings.writing:
        case Writing.ATOMIC:
            return None
        case Writing.IN_PLACE:
            return timedelta(seconds=WRITE_SECONDS)
        case _:
            assert_never(settings.writing)


def encode_header(stock: StockSettings, settings: Settings) -> bytes:
    """A stock file without rows: its header row, if files have one."""
    return encode_beginning(_format(stock, settings))


def plan_pass(stock: StockSettings, settings: Settings, rows: Iterable[PlainRow], now: datetime) -> PassPlan:
    """What the pass due at `now` does with `rows`, the SKUs it took; read once, a few thousand at a time.

    A SKU whose code the encoding cannot hold is left out and named in `skipped` (ASSUMPTION): its altered code could be
    another SKU's. With nothing else to send the file in the area stays, mtime and all, unless the setting says
    otherwise (contract 2); an empty pass to elsewhere sends nothing.
    """
    file_name = compose_file_name(stock.file_prefix, stock.file_suffix, now)
    file_format, left = _format(stock, settings), iter(rows)
    content, count = [encode_beginning(file_format)], 0
    named: list[str] = []
    skipped: list[str] = []
    while some := list(islice(left, _AT_ONCE)):
        codes = [row[0] for row in some]
        if unwritable := find_unwritable(codes, settings.encoding):
            skipped += unwritable
            left_out = frozenset(unwritable)
            some = [row for row in some if row[0] not in left_out]
            codes = [row[0] for row in some]
        content.append(encode_rows(some, file_format))
        count += len(some)
        named += codes[: NAMED_SKUS - len(named)]
    elsewhere = stock.send_type is SendType.OTHER_FTP
    if not count:
        unchanged = Unchanged.KEEP if elsewhere else settings.unchanged
        header = content[0] if unchanged is Unchanged.HEADER_ONLY else None
        return NothingToSend(file_name, header, unchanged is Unchanged.DELETE, tuple(skipped))
    plan = SendElsewhere if elsewhere else WriteFile
    return plan(file_name, b"".join(content), count, tuple(named), tuple(skipped))


def _format(stock: StockSettings, settings: Settings) -> FileFormat:
    return FileFormat(stock.output_columns, settings.column_order, settings.encoding, settings.quoting, settings.header)


def _parse_choice(kind: type[StrEnum]) -> Callable[[str, object], StrEnum]:
    def parse(name: str, value: object) -> StrEnum:
        try:
            return kind(str(value))
        except ValueError:
            allowed = ", ".join(kind)
            raise BadValue(name, value, "not one of its values", next_step=f"Allowed: {allowed}.") from None

    return parse


def _parse_interval(name: str, value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(LONGEST_INTERVAL)):
        value = int(value)
    if type(value) is not int or not 1 <= value <= LONGEST_INTERVAL:
        raise BadValue(name, value, f"a whole number of minutes from 1 to {LONGEST_INTERVAL} is wanted")
    return value


def _parse_prefix(name: str, value: object) -> str:
    if not isinstance(value, str) or not _PREFIX.fullmatch(value):
        raise BadValue(name, value, "1 to 32 letters, digits, hyphens and underscores are possible")
    return value


_PARSERS: dict[str, Callable[[str, object], object]] = {
    "order_intake": _parse_choice(Switch),
    "reflection": _parse_choice(Switch),
    "interval_minutes": _parse_interval,
    "send_type": _parse_choice(SendType),
    "file_prefix": _parse_prefix,
    "file_suffix": _parse_choice(FileSuffix),
    "output_columns": _parse_choice(OutputColumns),
}
