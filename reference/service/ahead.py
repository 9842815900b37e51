"""What takes long at the other end is asked for in a thread, while something else is waited for or worked on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Result = TypeVar("Result")


@contextmanager
def begun(do: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Do it from now on; what is lent waits for it, and returns or raises what came of it.

    Whatever becomes of the block, it has come to its end by the end of the block: nothing goes on behind.
    """
    with ThreadPoolExecutor(1, "ahead") as thread:
        yield thread.submit(do).result
