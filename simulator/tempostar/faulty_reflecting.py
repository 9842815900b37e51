"""Faults of a pass of 在庫反映: what becomes of the file instead of what it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from simulator.faults.file import CutShort, Garbage, HeaderOnly, Missing, NotWritten, OldFile, Partial, ZeroBytes

if TYPE_CHECKING:
    from simulator.faults.armed import Firing
    from simulator.faults.file import WritingEffect
    from simulator.tempostar.area import Area

NO_TEXT = b"\x81\x00\xff\x81"
"""Begins with what is no character, neither in CP932 nor in UTF-8."""


def strike_file(firing: Firing, area: Area, company_id: int, path: str, content: bytes, header: bytes) -> str | None:
    """Let a fault have its way with the file that was to hold `content`; `header`: its header row.

    What became of the file, for the journal; None when it did not come to that, and the pass goes on as ever.
    """
    effect: WritingEffect = firing.effect
    written: bytes | None = None
    match effect:
        case CutShort(at) if len(content) > at:
            written, became = content[:at], f"was cut off after {at} bytes"
        case ZeroBytes():
            written, became = b"", "was written without a byte"
        case HeaderOnly():
            written, became = header, "was written without its rows"
        case Garbage():
            written, became = (NO_TEXT * len(content))[: len(content)], "was written with bytes that are no text"
        case Missing():
            became = "was taken away and not written"
            area.remove(company_id, path)
        case NotWritten():
            became = "was not written"
        case OldFile() if area.put_back(company_id, path):
            became = "was replaced by the version before the last"
        case CutShort() | OldFile() | Partial():
            firing.miss()
            return None
        case _:
            assert_never(effect)
    firing.fire()
    if written is not None:
        area.write(company_id, path, written)
    return became
