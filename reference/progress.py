"""How far a long pass is: a bar where a person watches a terminal, a line a minute where a log does."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

import click

from reference.service.ports import tell_nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress, TaskID

    from reference.service.ports import Tell

LINE_EVERY = 60.0


@dataclass(slots=True)
class MinuteLines:
    """Prints a line when a minute has gone by since the last one, or since the beginning."""

    now: Callable[[], float] = monotonic
    last: float = field(init=False)

    def __post_init__(self) -> None:
        self.last = self.now()

    def __call__(self, what: str, done: int, of: int) -> None:
        """Hear of progress."""
        if self.now() - self.last >= LINE_EVERY:
            self.last = self.now()
            click.echo(f"zaikosync: {what}: {done:,} of {of:,}", err=True)


@dataclass(slots=True)
class Bars:
    """Moves a bar for each kind of work."""

    progress: Progress
    bars: dict[str, TaskID] = field(default_factory=dict)

    def __call__(self, what: str, done: int, of: int) -> None:
        """Hear of progress."""
        if what not in self.bars:
            self.bars[what] = self.progress.add_task(what)
        self.progress.update(self.bars[what], completed=done, total=of)


@contextmanager
def showing(*, silent: bool = False) -> Iterator[Tell]:
    """Lend what tells of progress on stderr; the bars are gone when the pass is over."""
    if silent:
        yield tell_nobody
    elif sys.stderr.isatty():
        # Rich takes a fifth of the start, and most passes are not watched.
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            yield Bars(progress)
    else:
        yield MinuteLines()
