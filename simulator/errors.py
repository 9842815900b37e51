"""Every error of the lab, seen at a glance.

    LabError                     one clear sentence, and what to do next
    ├── Refused                  what was asked cannot be done; nothing was changed
    │   ├── BadValue             a field, its value, the reason                       HTTP 422
    │   ├── BadFile              a file with its problems row by row                  HTTP 422
    │   ├── Unknown              no such shop, SKU, item, snapshot ...                HTTP 404
    │   └── Conflict             against the present state (exists already ...)       HTTP 409
    │       ├── ChangedMeanwhile somebody else changed it since the page was opened
    │       └── StillUnderWay    the same form was sent before and has not ended
    ├── CannotStart              port taken, folder unusable, data of another version
    ├── DiskFailed               the disk is full or broken; nothing was changed           HTTP 507
    ├── WaitTimedOut             the condition did not come true within its limit     HTTP 504
    ├── EngineUnusable           the engine under test cannot be started, or does not end
    ├── CannotJudge              a verification broke off: neither conformant nor not
    └── LabUnreachable           a command found no running lab

`str(error)` is what a person reads: sentence, then next step. `status` is the HTTP status of the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LabError(Exception):
    """Base of all errors the lab raises on purpose."""

    status = 500

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(f"{message} {next_step}".strip())
        self.message = message
        self.next_step = next_step


class Refused(LabError):
    """The request was understood and turned down; the lab is as it was."""

    status = 422


class BadValue(Refused):
    """One value is not acceptable: names the field, the value and why."""

    def __init__(self, field: str, value: object, reason: str, *, next_step: str = "") -> None:
        super().__init__(f"{field}={value!r}: {reason}.", next_step=next_step)
        self.field = field
        self.value = value
        self.reason = reason


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong in one row. `row` counts records, the header row being 1; `column` is "" for the whole row."""

    row: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        # A name out of a file's header may hold line ends and other controls.
        column = self.column if self.column.isprintable() else repr(self.column)
        where = f"row {self.row}" + (f", {column}={self.value!r}" if column else "")
        return f"{where}: {self.reason}"


class BadFile(Refused):
    """A file was refused whole, with all its problems."""

    def __init__(self, name: str, problems: tuple[RowProblem, ...]) -> None:
        super().__init__(
            f"{name} was refused, nothing was imported: " + "; ".join(str(p) for p in problems) + ".",
            next_step="Mend the rows named and import the file again.",
        )
        self.name = name
        self.problems = problems


class Unknown(Refused):
    """A thing was named that is not there."""

    status = 404

    def __init__(self, what: str, name: object, *, next_step: str = "") -> None:
        super().__init__(f"There is no {what} {name!r}.", next_step=next_step)
        self.what = what
        self.name = name


class Conflict(Refused):
    """The present state does not allow it."""

    status = 409


class ChangedMeanwhile(Conflict):
    """A form was made of values that are not there any more."""

    def __init__(self) -> None:
        super().__init__(
            "What this form changes was changed by somebody else since the page was opened; nothing was done.",
            next_step="Compare with the present values and send it again.",
        )


class StillUnderWay(Conflict):
    """The same form was sent a moment ago, and what it does has not ended."""

    def __init__(self) -> None:
        super().__init__(
            "The same form was sent before and is still being carried out; this time nothing was done.",
            next_step="Open the page again in a while and see what became of it, in place of sending it again.",
        )


class CannotStart(LabError):
    """The lab could not be brought up."""


class DiskFailed(LabError):
    """What was asked could not be written; the lab is as it was."""

    status = 507


class WaitTimedOut(LabError):
    """A wait reached its time limit."""

    status = 504


class EngineTrouble(StrEnum):
    """What kept an engine from making a pass, as a verdict."""

    CANNOT_START = "cannot be started"
    TOO_SLOW = "does not end in time"
    NO_ANSWER = "does not answer"
    ODD_ANSWER = "gives an answer that means nothing"
    NOT_CONFIGURED = "says that it is not configured"
    CRASHED = "crashes"


class EngineUnusable(LabError):
    """The engine under test could not be made to do a pass; `trouble` says in which of the ways, `output` what it had
    said by then, its end."""

    def __init__(self, message: str, *, trouble: EngineTrouble, next_step: str = "", output: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.trouble = trouble
        self.output = output


class LabUnreachable(LabError):
    """No running lab answers at the address tried."""


class CannotJudge(LabError):
    """A verification could not be made or finished; nothing is said of the engine."""
