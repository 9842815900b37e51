"""Bytes as they come out of a bad day: flipped, lost, doubled, cut, mixed up, with another file's bytes in between."""

from __future__ import annotations

from hypothesis import strategies as st

TELLING = [
    b'"', b'""', b'"""', b",", b"\r", b"\n", b"\r\n", b"\n\r", b"\0", b"\t", b" ", b"-", b"\x1a", b"\xef\xbb\xbf",
    b"\xff\xfe", b"\x81", b"\xff", b'","', b'"\r\n"', b'"A-1","7"\r\n', b"\r\nA-1,7\r\n", "在庫数".encode(),
    "在庫数".encode("cp932"), "①㈱髙".encode(), "①㈱髙".encode("cp932"), "３".encode("cp932"), b"0", b"9",
]  # fmt: skip
"""What a reader may stumble over wherever it stands."""


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """`whole` after a mishap, or a few."""
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 4]))):
        whole = draw(st.sampled_from(MISHAPS))(draw, whole)
    return whole


def place_in(draw: st.DrawFn, whole: bytes) -> int:
    """Any place, and half of the time one where something begins or ends."""
    edges = [at for at, byte in enumerate(whole) if byte in b'",\r\n']
    if edges and draw(st.booleans()):
        return draw(st.sampled_from(edges))
    return draw(st.integers(0, len(whole)))


def flip(draw: st.DrawFn, whole: bytes) -> bytes:
    at = place_in(draw, whole)
    return whole[:at] + draw(st.binary(min_size=1, max_size=1)) + whole[at + 1 :]


def lose(draw: st.DrawFn, whole: bytes) -> bytes:
    at = place_in(draw, whole)
    return whole[:at] + whole[at + draw(st.sampled_from([1, 1, 1, 2, 3, 8, 40])) :]


def insert(draw: st.DrawFn, whole: bytes) -> bytes:
    at = place_in(draw, whole)
    return whole[:at] + draw(st.sampled_from(TELLING) | st.binary(max_size=4)) + whole[at:]


def double(draw: st.DrawFn, whole: bytes) -> bytes:
    start, end = sorted((place_in(draw, whole), place_in(draw, whole)))
    return whole[:end] + whole[start:end] + whole[end:]


def cut(draw: st.DrawFn, whole: bytes) -> bytes:
    at = place_in(draw, whole)
    return whole[:at] if draw(st.booleans()) else whole[at:]


def swap_lines(draw: st.DrawFn, whole: bytes) -> bytes:
    lines = whole.splitlines(keepends=True)
    return b"".join(draw(st.permutations(lines))) if len(lines) < 20 else whole


def end_lines_otherwise(draw: st.DrawFn, whole: bytes) -> bytes:
    pieces = whole.split(b"\r\n")
    ends = [draw(st.sampled_from([b"\r\n", b"\n", b"\r", b"\r\r\n"])) for _ in pieces[:-1]]
    return b"".join(piece + end for piece, end in zip(pieces, [*ends, b""], strict=True))


def encode_otherwise(draw: st.DrawFn, whole: bytes) -> bytes:
    """From some place on the bytes are those of another encoding."""
    at = place_in(draw, whole)
    was, other = draw(st.permutations(["cp932", "utf-8"]))
    return whole[:at] + whole[at:].decode(was, "ignore").encode(other, "ignore")


MISHAPS = [flip, lose, insert, double, cut, swap_lines, end_lines_otherwise, encode_otherwise]
