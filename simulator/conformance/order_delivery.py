"""Order files as a partner of TEMPOSTAR writes and delivers them, for steps that speak of orders only."""

from __future__ import annotations

import csv
import io
import ssl
from typing import TYPE_CHECKING

from simulator.conformance.area_visits import open_session
from simulator.tempostar.order_file import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from simulator.servers import Endpoints
    from simulator.tempostar.catalog import FtpAccount


def compose_order_file(rows: Sequence[Mapping[str, str]], *, shop_code: str, ordered_at: datetime) -> bytes:
    """An order file of rows by column; `受注番号` is the shop's own number, the other columns are filled in as an order
    by card with the carrier その他 has them."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for row in rows:
        given = {column: value for column, value in row.items() if column != "受注番号"}
        filled = {
            "ショップ受注番号": f"{shop_code}-{row['受注番号']}",
            "受注日時": f"{ordered_at:%Y/%m/%d %H:%M}",
            "注文者名": "模擬　花子",
            "支払方法名": "クレジットカード",
            "デバイスタイプ": "P",
            "配送先名": "模擬　花子",
            "配送方法名": "その他",
            "配送時間名": "指定無し",
            "商品名": f"商品 {row.get('商品コード', '')}",
            "数量": "1",
        }
        writer.writerow(filled | given)
    return text.getvalue().encode()


def deliver(where: Endpoints, account: FtpAccount, path: str, content: bytes) -> None:
    """Upload a file into the FTPS area under another name, then rename it: it appears whole (contract 2)."""
    with open_session(where, ssl.create_default_context(cafile=str(where.ca_file))) as ftp:
        ftp.login(account.user, account.password)
        ftp.prot_p()
        ftp.storbinary(f"STOR {path}.part", io.BytesIO(content))
        ftp.rename(f"{path}.part", path)
