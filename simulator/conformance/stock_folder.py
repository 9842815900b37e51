"""A shop's stock files as this lab writes them: where the next would stand, what the newest says, where its lines are.

The form is that of the lab's settings, so that a step means the same under every profile.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from simulator.config import Encoding
from simulator.tempostar.stock_file import FileFormat, compose_file_name, plan_columns

if TYPE_CHECKING:
    from simulator.config import Settings
    from simulator.lab import Lab
    from simulator.tempostar.area import AreaFile
    from simulator.tempostar.reflection import StockSettings

COMPANY = 10001
BEGINNING, IN_FIRST, AFTER_FIRST, IN_SECOND, IN_LAST = PLACES = (
    "始まるところ", "最初の行の途中", "最初の行の後", "2行目の途中", "最後の行の途中",
)  # fmt: skip
"""Places in a file, in the words of steps. Lines are those of the file, the header row too where there is one."""


def find_newest(lab: Lab, shop_code: str) -> AreaFile | None:
    """The stock file of a shop that was written last; None when there is none."""
    files = lab.area.files(COMPANY, f"/netstock/{shop_code}")
    return max(files, key=lambda file: (file.mtime, file.name), default=None)


def compose_path(lab: Lab, shop_code: str) -> str:
    """Where a pass would put its file at this moment."""
    stock = lab.tempostar.shop(shop_code).stock
    return f"/netstock/{shop_code}/{compose_file_name(stock.file_prefix, stock.file_suffix, lab.clock.now())}"


def encode_text(text: str, settings: Settings) -> bytes:
    """A text as the bytes of a stock file: CRLF, in this lab's encoding."""
    return text.replace("\n", "\r\n").encode("cp932" if settings.encoding is Encoding.CP932 else "utf-8")


def parse_rows(content: bytes, settings: Settings, stock: StockSettings) -> list[dict[str, str]]:
    """The rows of a stock file by column: by its header row, or by place where this lab writes none."""
    encoding = "cp932" if settings.encoding is Encoding.CP932 else "utf-8-sig"
    columns = None
    if not settings.header:
        columns = plan_columns(FileFormat(stock.output_columns, settings.column_order, header=False))
    text = io.StringIO(content.decode(encoding, errors="replace"), newline="")
    return list(csv.DictReader(text, columns))


def find_place(content: bytes, place: str) -> int:
    """How many bytes of a stock file come before a place of `PLACES`.

    Raises: AssertionError for a file of fewer than two lines, which has not all of them.
    """
    lines = content.splitlines(keepends=True)
    if len(lines) < 2:
        raise AssertionError(f"this step wants a stock file of two lines; there are {len(lines)}")
    first, second = len(lines[0]), len(lines[1])
    return {
        BEGINNING: 0,
        IN_FIRST: first // 2,
        AFTER_FIRST: first,
        IN_SECOND: first + second // 2,
        IN_LAST: len(content) - len(lines[-1]) // 2,
    }[place]
