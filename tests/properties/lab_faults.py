"""What goes wrong in histories of the machine: faults of all six layers that are over without waiting in real time.

Left out are those that only take time, those that a correct client is struck by at once and for good (a lying clock),
and listings cut short that say they are whole: from none of these can an engine learn what is true.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Trouble:
    """A fault to arm; `most`: how often in a row it can strike without the engine's waiting for it to pass."""

    kind: str
    on: str = ""
    most: int = 3
    parameters: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind}」が「{self.on}" if self.on else self.kind


_STOCK = "POST /api/v1/shops/{shop_id}/stock"
_ORDERS = "GET /api/v1/shops/{shop_id}/orders"
_VARIANTS = "GET /api/v1/shops/{shop_id}/variants"
_LINKAGES = "GET /api/v1/linkages"
_RUNS = "POST /api/v1/linkages/{linkage_id}/runs"

TROUBLES = (
    *(Trouble("control.drop-before", on) for on in ("CONNECT", "PASS", "RETR", "SIZE", "STOR", "RNTO", "CWD")),
    *(Trouble("control.drop-after", on) for on in ("RETR", "STOR", "RNTO")),
    *(Trouble("control.reply", on, parameters={"code": 450}) for on in ("RETR", "STOR", "RNTO", "CWD")),
    Trouble("control.reply-after", "RNTO"),
    Trouble("control.busy", "CONNECT"),
    Trouble("control.shut-down", "SIZE"),
    Trouble("control.garbled", "RETR"),
    Trouble("control.login-refused", "PASS"),
    Trouble("control.no-tls", "AUTH"),
    Trouble("control.wrong-size", "SIZE"),
    *(Trouble("data.unavailable", on) for on in ("RETR", "STOR")),
    Trouble("data.refuse", "PASV"),
    *(Trouble("data.cut", on, parameters={"at": 10}) for on in ("RETR", "STOR")),
    *(Trouble("data.cut-silently", on, parameters={"at": 10}) for on in ("RETR", "STOR")),
    Trouble("data.reset", "RETR", parameters={"at": 10}),
    Trouble("data.too-long", "RETR"),
    *(Trouble(f"tls.{kind}", "CONTROL") for kind in ("expired", "wrong-host", "unknown-authority", "handshake-drop")),
    Trouble("tls.no-close-notify", "DATA"),
    Trouble("tls.handshake-drop", "DATA"),
    *(Trouble(f"file.{kind}", "REFLECTION") for kind in ("partial", "zero-bytes", "header-only", "missing")),
    Trouble("file.cut-short", "REFLECTION", parameters={"at": 30}),
    *(Trouble(f"file.{kind}", "REFLECTION") for kind in ("not-written", "garbage", "old-file")),
    Trouble("file.replaced-while-read", "RETR"),
    Trouble("file.quota-full", "STOR"),
    *(Trouble("http.status", on, 1) for on in (_STOCK, _ORDERS, _VARIANTS, _LINKAGES, _RUNS)),
    *(Trouble("http.status-after", on, 1) for on in (_STOCK, _ORDERS, _RUNS)),
    *(Trouble(f"http.{kind}", on, 1) for kind in ("drop-before", "drop-after") for on in (_STOCK, _ORDERS)),
    *(Trouble(f"http.{kind}", _STOCK, 1) for kind in ("malformed", "cut-body", "empty-body", "wrong-shape")),
    *(Trouble(f"http.{kind}", _ORDERS, 1) for kind in ("not-json", "wrong-shape", "malformed")),
    *(Trouble("smtp.reply", on) for on in ("CONNECT", "RCPT", "DATA", "END-OF-DATA")),
    *(Trouble("smtp.drop-before", on) for on in ("MAIL", "END-OF-DATA")),
    *(Trouble("smtp.drop-after", on) for on in ("END-OF-DATA", "QUIT")),
)
