"""Talks to a running lab over its control API, for the commands; and remembers where that lab is.

`zaikolab up` leaves `running.json` in its home folder, so that the other commands find it without being told.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from simulator.errors import BadValue, CannotStart, LabError, LabUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import urllib3

LONGEST_ANSWER = 70.0
"""Seconds of real time; the longest wait of the control API ends before."""
_WEB_ADDRESS = re.compile(r"https?://(\[[0-9a-f:.]+\]|[^\[\]/:?#\s]+)(:[0-9]{1,5})?", re.IGNORECASE)


class ProblemAnswered(LabError):
    """The lab turned a command down; `status` is its HTTP status, the text is its own."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(
            str(problem.get("detail") or problem.get("title")), next_step=str(problem.get("next_step", ""))
        )
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """What the lab answered: the bytes, and whether they are JSON."""

    content: bytes
    is_json: bool

    @property
    def value(self) -> Any:  # noqa: ANN401 - JSON
        """The JSON value."""
        return json.loads(self.content)


@dataclass(frozen=True, slots=True)
class RunningLab:
    """Where the lab started last from this home folder is."""

    url: str
    pid: int

    @classmethod
    def find(cls, home: Path) -> RunningLab:
        """Read what `up` left behind.

        Raises: LabUnreachable when there is nothing, or its process is gone.
        """
        try:
            kept = json.loads((home / "running.json").read_text(encoding="utf-8"))
            found = cls(str(kept["url"]), int(kept["pid"]))
        except (OSError, ValueError, KeyError, TypeError):
            raise LabUnreachable("No lab is running.", next_step="Start one with `zaikolab up --demo`.") from None
        if not _alive(found.pid):
            raise LabUnreachable(
                f"The lab at {found.url} is not running any more.", next_step="Start one with `zaikolab up --demo`."
            )
        return found

    @contextmanager
    def kept(self, home: Path) -> Iterator[None]:
        """Leave word for the other commands while the lab runs.

        Raises: CannotStart when the home folder cannot be written to.
        """
        try:
            self._keep(home)
        except OSError as error:
            raise CannotStart(
                f"The home folder {home} cannot be used: {error.strerror}.",
                next_step="Name another with ZAIKOLAB_HOME.",
            ) from error
        try:
            yield
        finally:
            self._forget(home)

    def _keep(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = home / "running.json.partial"
        partial.write_text(json.dumps({"url": self.url, "pid": self.pid}), encoding="utf-8")
        partial.replace(home / "running.json")

    def _forget(self, home: Path) -> None:
        with suppress(LabUnreachable):
            if RunningLab.find(home) == self:  # else another lab has left its own word since
                (home / "running.json").unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class ControlClient:
    """The control API of one lab. Answers are the JSON values of contract 5.

    Raises: BadValue for a URL that is no web address; every request LabUnreachable or ProblemAnswered.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        if not _WEB_ADDRESS.fullmatch(self.url):
            raise BadValue("--lab", url, "no address of a lab", next_step="Example: --lab http://127.0.0.1:8080")
        import urllib3  # here, since a lab that starts needs this module and nothing of it

        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=2.0, read=LONGEST_ANSWER))

    def get(self, path: str, **query: object) -> Any:  # noqa: ANN401 - JSON
        """GET below /lab/v1/; empty query values are left out."""
        return self._ask("GET", path, {k: v for k, v in query.items() if v not in (None, "")}, None)

    def post(self, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """POST a JSON body below /lab/v1/."""
        return self._ask("POST", path, {}, body)

    def put(self, path: str, body: object) -> Any:  # noqa: ANN401 - JSON
        """PUT a JSON body below /lab/v1/."""
        return self._ask("PUT", path, {}, body)

    def delete(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """DELETE below /lab/v1/."""
        return self._ask("DELETE", path, {}, None)

    def call(self, method: str, path: str, content: bytes = b"", media_type: str = "") -> Answer:
        """Any operation below /lab/v1/, with a body as it is. `path`: percent-encoded, with its query."""
        headers = {"Content-Type": media_type} if media_type else {}
        answer = self._request(method, f"{self.url}/lab/v1/{path}", body=content, headers=headers)
        is_json = answer.headers.get("Content-Type", "").partition(";")[0].endswith("json")
        if answer.status >= 400:
            raise ProblemAnswered(answer.status, self._read(answer) if is_json else {})
        return Answer(answer.data, is_json)

    def close(self) -> None:
        """Give the connections back."""
        self._pool.clear()

    def _ask(self, method: str, path: str, query: Mapping[str, object], body: object) -> Any:  # noqa: ANN401 - JSON
        url = f"{self.url}/lab/v1/{path}" + (f"?{urlencode(query)}" if query else "")
        answer = self._request(method, url, json=body)
        answered = self._read(answer) if answer.data else None
        if answer.status >= 400:
            raise ProblemAnswered(answer.status, answered if isinstance(answered, dict) else {})
        return answered

    def _request(self, method: str, url: str, **sent: Any) -> urllib3.BaseHTTPResponse:  # noqa: ANN401 - urllib3's own
        import urllib3

        try:
            return self._pool.request(method, url, **sent)
        except urllib3.exceptions.ReadTimeoutError as error:
            raise LabUnreachable(
                f"The lab at {self.url} has not answered within {LONGEST_ANSWER:g} s.",
                next_step="It may be at it still: `zaikolab journal` tells when it is done.",
            ) from error
        except urllib3.exceptions.HTTPError as error:
            raise LabUnreachable(
                f"No lab answers at {self.url} ({type(error).__name__}).",
                next_step="Start one with `zaikolab up`, or name another with --lab URL.",
            ) from error

    def _read(self, answer: urllib3.BaseHTTPResponse) -> Any:  # noqa: ANN401 - JSON
        try:
            return answer.json()
        except ValueError as error:
            raise LabUnreachable(
                f"What answers at {self.url} is not a lab.", next_step="Name the lab's address with --lab URL."
            ) from error
