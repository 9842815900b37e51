"""The bytes of a stock file, in memory or on disk: what can be told of a part without having all of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK = 1 << 20


class Content(Protocol):
    """Bytes that can be sliced; `bytes` are such, and so is a file that is too large to be held in memory."""

    def __len__(self) -> int:
        """Return how many bytes there are."""
        ...

    def __getitem__(self, part: slice, /) -> bytes:
        """Return a part, or all of it with `[:]`."""
        ...


def digest_of(content: Content) -> str:
    """Return the SHA-256 of all bytes, in hexadecimal."""
    digest = hashlib.sha256()
    for block in blocks_of(content, _BLOCK):
        digest.update(block)
    return digest.hexdigest()


def blocks_of(content: Content, size: int) -> Iterator[bytes]:
    """Return the bytes in blocks of `size`, the last one shorter."""
    for start in range(0, len(content), size):
        yield content[start : start + size]
