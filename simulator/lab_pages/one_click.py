"""Faults as a merchant would tell of them, each armed with one click; the whole catalogue stands behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_NONE: Mapping[str, int | str] = MappingProxyType({})
_STOCK = "POST /api/v1/shops/{shop_id}/stock"


@dataclass(frozen=True, slots=True)
class OneClick:
    """One button. `seen`: what a client sees; the rest as in `Faults.arm`."""

    key: str
    label: str
    seen: str
    kind: str
    on: str = ""
    times: int = 1
    parameters: Mapping[str, int | str] = field(default_factory=lambda: _NONE)

    @property
    def wish(self) -> dict[str, object]:
        """The body of the control API's operation."""
        wish: dict[str, object] = {"kind": self.kind, "on": self.on, "times": self.times}
        return wish | ({"parameters": dict(self.parameters)} if self.parameters else {})


def _click(
    key: str, label: str, seen: str, kind: str, on: str = "", times: int = 1, **parameters: int | str
) -> OneClick:
    return OneClick(key, label, seen, kind, on, times, MappingProxyType(parameters))


GROUPS: tuple[tuple[str, tuple[OneClick, ...]], ...] = (
    (
        "在庫ファイルの受け取り(FTPS)",
        (
            _click(
                "cut-download",
                "次のダウンロードを途中で切る",
                "100バイトで接続が切れ、426が返ります。行の途中までしか届きません。",
                "data.cut",
                "RETR",
                at=100,
            ),
            _click(
                "cut-silently",
                "次のダウンロードを黙って短くする",
                "100バイトで終わりますが、226（成功）が返ります。大きさを確かめないと気づけません。",
                "data.cut-silently",
                "RETR",
                at=100,
            ),
            _click(
                "slow-download",
                "次のダウンロードを遅くする",
                "毎秒500バイトで届きます。最後まで届けば正しいファイルです。",
                "data.slow",
                "RETR",
                rate=500,
            ),
            _click(
                "login-refused",
                "次のログインを拒否する",
                "正しいパスワードでも530が返ります。パスワードを再発行したときと同じです。",
                "control.login-refused",
            ),
            _click("busy", "次の接続を混雑で断る", "あいさつの代わりに421が返り、接続が終わります。", "control.busy"),
        ),
    ),
    (
        "在庫ファイルの中身",
        (
            _click(
                "partial-file",
                "次の送信の在庫ファイルを書きかけで見せる",
                "行の途中までのファイルが、実験室の時計で30秒間見えます。そのあと全体になります。",
                "file.partial",
            ),
            _click(
                "cut-file",
                "次の送信を途中で切る",
                "在庫ファイルが60バイトまでしか書かれません。知らせるはずだった在庫は次の送信で知らされます。",
                "file.cut-short",
                at=60,
            ),
            _click("zero-file", "次の送信を空のファイルにする", "0バイトの在庫ファイルになります。", "file.zero-bytes"),
            _click(
                "missing-file",
                "次の送信でファイルを消す",
                "新しい在庫ファイルは書かれず、前のファイルもなくなります。",
                "file.missing",
            ),
            _click(
                "no-pass", "次の送信を休ませる", "在庫ファイルは前のまま、更新日時も変わりません。", "file.not-written"
            ),
        ),
    ),
    (
        "暗号化(TLS)",
        (
            _click(
                "expired",
                "証明書を期限切れにする",
                "FTPSの次の接続で、1時間前に期限が切れた証明書が出されます。",
                "tls.expired",
                "CONTROL",
            ),
            _click(
                "wrong-host",
                "証明書を別のサーバーのものにする",
                "FTPSの次の接続で、ほかのホスト名の証明書が出されます。",
                "tls.wrong-host",
                "CONTROL",
            ),
        ),
    ),
    (
        "ショップAPI(HTTP)",
        (
            _click(
                "too-many",
                "ショップAPIを429にする",
                "次の在庫更新2回が429（リクエスト過多）で断られます。1秒後にという指定（Retry-After）が付きます。",
                "http.status",
                _STOCK,
                2,
                status=429,
                retry_after=1,
            ),
            _click(
                "unavailable",
                "ショップAPIを503にする",
                "次の在庫更新が503（停止中）で断られます。在庫は変わりません。",
                "http.status",
                _STOCK,
                status=503,
            ),
            _click(
                "lost-answer",
                "在庫更新の返事をなくす",
                "在庫は更新されますが、返事の前に接続が切れます。もう一度送って二重にならないかが分かります。",
                "http.drop-after",
                _STOCK,
            ),
        ),
    ),
    (
        "失敗メール(SMTP)",
        (
            _click(
                "no-mail",
                "メールサーバーが受け付けない",
                "次のメールが451（一時的な失敗）で断られ、届きません。",
                "smtp.reply",
                "END-OF-DATA",
                code=451,
            ),
            _click(
                "mail-twice",
                "メールの受領の返事をなくす",
                "メールは届きますが、返事の前に接続が切れます。同じメールが二度届くかもしれません。",
                "smtp.drop-after",
                "END-OF-DATA",
            ),
        ),
    ),
)
"""What is most instructive stands first; at least one of each layer."""

BY_KEY: Mapping[str, OneClick] = MappingProxyType({one.key: one for _, group in GROUPS for one in group})
