"""Order files as a partner of TEMPOSTAR writes and delivers them, for steps that speak of orders only."""

from __future__ import annotations

import csv
import ftplib
import io
import ssl
from typing import TYPE_CHECKING

from simulator.config import TlsMode
from simulator.doctor import ImplicitFtpTls
from simulator.tempostar.order_file import COLUMNS

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from simulator.servers import Endpoints
    from simulator.tempostar.catalog import FtpAccount

SECONDS = 10.0


class _Partner(ftplib.FTP_TLS):
    """ftplib, with the control channel's TLS session on the data channel."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int | None]:
        conn, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - wrapped in TLS right below
        assert isinstance(self.sock, ssl.SSLSocket)  # noqa: S101 - a login went before, and that is refused in clear
        return self.context.wrap_socket(conn, server_hostname=self.host, session=self.sock.session), size


class _ImplicitPartner(ImplicitFtpTls, _Partner):
    """The same, under TLS from the first byte."""


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
    """Upload a file into the FTPS area under another name, then rename it: it appears whole (contract 2).

    It speaks to every plausible area: explicit or implicit TLS, and data connections that resume the session.
    """
    context = ssl.create_default_context(cafile=str(where.ca_file))
    partner = _ImplicitPartner if where.tls is TlsMode.IMPLICIT else _Partner
    with partner(context=context, timeout=SECONDS) as ftp:
        ftp.connect(where.host, where.ftps_port)
        ftp.login(account.user, account.password)
        ftp.prot_p()
        ftp.storbinary(f"STOR {path}.part", io.BytesIO(content))
        ftp.rename(f"{path}.part", path)
