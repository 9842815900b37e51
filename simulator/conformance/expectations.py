"""What a ならば step says when it does not hold: what was expected and what was seen on each end."""

from __future__ import annotations


def expect(holds: bool, expected: str, seen: object, *ends: str) -> None:
    """Fail unless `holds`; `ends` are sentences on what TEMPOSTAR, its file and RoomClip hold.

    Raises: AssertionError.
    """
    __tracebackhide__ = True
    if not holds:
        raise AssertionError("\n".join((f"expected: {expected}", f"seen:     {seen}", *(f"  {end}" for end in ends))))
