"""A stock push in Next Engine's form (facts.md 5.1): one SKU by HTTP GET, answered in XML declared EUC-JP. Pure.

That RoomClip's 在庫更新用URL takes this form is an ASSUMPTION: the field has Next Engine's name.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from simulator.roomclip.listing import MAX_NUMBER

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = ("StoreAccount", "Code", "Stock", "ts")
_SIGNATURES = (".sig", "_sig")
_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)
_TIME = re.compile(r"[0-9]{14}", re.ASCII)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Processed(IntEnum):
    """What became of a push."""

    DONE = 0
    CLIENT_ERROR = -2
    SYSTEM_ERROR = -3


@dataclass(frozen=True, slots=True)
class StockPush:
    """One checked push. `stock` None: empty, nothing is to be changed."""

    code: str
    stock: int | None


@dataclass(frozen=True, slots=True)
class PushRefused:
    """Why a push is not carried out; told to the journal, the answer says -2 only."""

    reason: str


@dataclass(frozen=True, slots=True)
class PushKey:
    """What a push has to know of the linkage."""

    store_account: str
    auth_key: str = field(repr=False)


def is_push(query: Mapping[str, str]) -> bool:
    """Whether a call of the 在庫更新用URL carries a push; without parameters it asks for a sync."""
    return bool(query)


def sign_push(store_account: str, code: str, stock: str, ts: str, auth_key: str) -> str:
    """The `.sig` of a push: MD5 over the four parameters in their order, followed by the key."""
    text = f"StoreAccount={store_account}&Code={code}&Stock={stock}&ts={ts}{auth_key}"
    return hashlib.md5(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def parse_push(query: Mapping[str, str], key: PushKey) -> StockPush | PushRefused:
    """Check a push: parameters, account, signature, stock. The age of `ts` is not looked at (ASSUMPTION)."""
    missing = [name for name in _NAMES if name not in query]
    signature = next((query[name] for name in _SIGNATURES if name in query), None)
    if missing or signature is None:
        return PushRefused(f"missing parameter {', '.join(missing) or '.sig'}")
    account, code, stock, ts = (query[name] for name in _NAMES)
    expected = sign_push(account, code, stock, ts, key.auth_key)
    if not hmac.compare_digest(expected.encode(), signature.lower().encode("utf-8", "surrogateescape")):
        return PushRefused("wrong signature")
    if account != key.store_account:
        return PushRefused("unknown StoreAccount")
    if not _TIME.fullmatch(ts):
        return PushRefused("ts is not YYYYMMDDhhmmss")
    if stock and not _DIGITS.fullmatch(stock):
        return PushRefused(f"Stock is not a whole number from 0 to {MAX_NUMBER}")
    return StockPush(code, int(stock) if stock else None)


def compose_push_answer(query: Mapping[str, str], processed: Processed) -> bytes:
    """The XML that answers a push: its parameters and what became of it, EUC-JP."""
    arguments = "".join(
        f"<Argument Name={_attribute(name)} Value={_attribute(query[name])}/>"
        for name in (*_NAMES, *_SIGNATURES)
        if name in query
    )
    return (
        '<?xml version="1.0" encoding="EUC-JP"?>\n<ShoppingUpdateStock version="1.0"><ResultSet TotalResult="1">'
        f"<Request>{arguments}</Request>"
        f'<Result No="1"><Processed>{processed.value}</Processed></Result></ResultSet></ShoppingUpdateStock>\n'
    ).encode("euc_jp", "xmlcharrefreplace")


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("?", text))
