"""How entries of the journal are told apart on a page: by word and sign, never by colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.journal import Service

if TYPE_CHECKING:
    from simulator.journal_lines import Line


@dataclass(frozen=True, slots=True)
class View:
    """One choice of the timeline. `service`, `kind`: what it filters by, "" for any; `sign`: one character."""

    key: str
    label: str
    sign: str
    service: str = ""
    kind: str = ""


VIEWS = (
    View("ftps", "FTPS", "⇅", Service.FTPS),
    View("http", "HTTP", "⇄", Service.HTTP),
    View("mail", "メール", "✉", Service.SMTP),
    View("file", "ファイル", "▤", Service.TEMPOSTAR, "reflection"),
    View("fault", "障害", "ϟ", Service.LAB, "fault"),
    View("clock", "時計", "◷", Service.CLOCK),
    View("tempostar", "TEMPOSTAR", "T", Service.TEMPOSTAR),
    View("roomclip", "RoomClip", "R", Service.ROOMCLIP),
    View("lab", "実験室", "◆", Service.LAB),
)
BY_KEY = {view.key: view for view in VIEWS}


def view_of(line: Line) -> View:
    """Which of them an entry is: the first that fits, so that files and faults come before their services."""
    return next(
        view
        for view in VIEWS
        if view.service == line.service and (not view.kind or line.kind.startswith(view.kind + "."))
    )
