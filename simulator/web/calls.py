"""An action of a page as it is typed: the control API's operation as a `zaikolab` command and as curl."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTROL_API = "/lab/v1"


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of the control API. `path`: below /lab/v1, percent-encoded where it has to be; `body`: JSON values;
    `command`: the `zaikolab` command that does the same, where there is a command of its own for it; `upload`:
    the name of a file that is sent as it is, in place of a JSON body."""

    method: str
    path: str
    body: Mapping[str, object] | None = None
    command: str = ""
    upload: str = ""

    def as_command(self) -> str:
        """One line for a shell; the lab is the one started last."""
        if self.command:
            return self.command
        words = ["zaikolab", "call", self.method, self.path]
        if self.upload:
            words.append(f"@{self.upload}")
        elif self.body is not None:
            words.append(_json(self.body))
        return shlex.join(words)

    def as_curl(self, lab: str) -> str:
        """One line for a shell. `lab`: the lab's address, e.g. http://127.0.0.1:8080."""
        words = ["curl", "--fail-with-body", "-X", self.method]
        if self.upload:
            words += ["-H", "Content-Type: text/csv", "--data-binary", f"@{self.upload}"]
        elif self.body is not None:
            words += ["-H", "Content-Type: application/json", "-d", _json(self.body)]
        return shlex.join([*words, lab.rstrip("/") + CONTROL_API + self.path])


def _json(body: Mapping[str, object]) -> str:
    return json.dumps(body, ensure_ascii=False)
