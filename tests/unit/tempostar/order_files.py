"""Order files that are right but for what a test changes."""

from __future__ import annotations

import csv
import io

from simulator.tempostar.order_file import COLUMNS

ROW = {
    "ショップ受注番号": "20001-1", "受注日時": "2026/04/01 09:03", "支払方法名": "クレジットカード",
    "配送方法名": "その他", "商品コード": "A-1", "数量": "1",
}  # fmt: skip


def order_file(*rows: dict[str, str], columns=COLUMNS) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
