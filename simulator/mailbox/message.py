"""Makes a mail readable without ever refusing one: what cannot be decoded is shown with replacement characters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message

_LINE_FOLD = re.compile(r"\r?\n(?=[ \t])")
# The email package promises not to raise on damaged mail, and does in corners; these are what it raises there.
_DAMAGED = (MessageError, ValueError, LookupError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Readable:
    """The parts of a mail that people read; "" for what it has not, or is damaged beyond reading."""

    subject: str
    date: str
    body: str


def read_message(raw: bytes) -> Readable:
    """Decode subject, date and the first text/plain part of a mail. Never raises."""
    try:
        message = message_from_bytes(raw)
    except _DAMAGED:
        return Readable("", "", "")
    return Readable(_header(message, "subject"), _header(message, "date"), _body(message))


def list_headers(raw: bytes) -> tuple[tuple[str, str], ...]:
    """The headers of a mail in their order, decoded. Never raises."""
    try:
        message = message_from_bytes(raw)
    except _DAMAGED:
        return ()
    return tuple(
        (storable(_text(str(name))), storable(_decoded(_LINE_FOLD.sub("", _text(str(value))))).strip())
        for name, value in message.raw_items()
    )


def _header(message: Message, name: str) -> str:
    for key, value in message.raw_items():
        if key.lower() == name:
            return storable(_decoded(_LINE_FOLD.sub("", _text(str(value))))).strip()
    return ""


def _decoded(value: str) -> str:
    """Encoded words (RFC 2047) put into clear."""
    try:
        parts = decode_header(value)
    except _DAMAGED:
        return value
    return "".join(part if isinstance(part, str) else _from_bytes(part, charset or "utf-8") for part, charset in parts)


def _body(message: Message) -> str:
    try:
        for part in message.walk():
            if part.get_content_type() == "text/plain" and part.get_content_disposition() != "attachment":
                payload = part.get_payload(decode=True)
                if isinstance(payload, bytes):
                    return storable(_from_bytes(payload, part.get_content_charset() or "utf-8"))
    except _DAMAGED:
        return ""
    return ""


def _from_bytes(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, errors="replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", errors="replace")


def _text(value: str) -> str:
    """A raw header: bytes above 127 stand in it as surrogates and mean UTF-8 (RFC 6532), if anything."""
    return value.encode("utf-8", errors="surrogateescape").decode("utf-8", errors="replace")


def storable(value: str) -> str:
    """Without what neither SQLite nor JSON can carry: lone surrogates, NUL."""
    return value.encode("utf-8", errors="replace").decode("utf-8").replace("\x00", "\ufffd")
