"""Faults of the layer `http`: between the shop's application and its clients.

A request that is struck is carried out, or not, exactly as the effect says; its entry in the journal tells what the
client got, and is written before the client has it.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, assert_never

from werkzeug.wrappers import Request, Response

from simulator.faults import http
from simulator.faults.control import INJECTED
from simulator.faults.kind import Layer
from simulator.faults.targets import route_of
from simulator.web.journalled import path_to_tell, tell_request
from simulator.web.problem import problem
from simulator.web.running import HangUp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from simulator.faults.armed import Firing, Take
    from simulator.faults.http import HttpEffect
    from simulator.journal import Journal

STRUCK = "zaikolab.struck"
"""Set in the environment of a struck request: its entry in the journal is written here, not by the application."""
_PAGE = "<!doctype html>\n<html><head><title>Please wait</title></head><body><h1>Please wait</h1></body></html>\n"
_GONE = "waitress.client_disconnected"


class StruckRequests:
    """The application as its clients meet it. With nothing armed a request goes straight through."""

    def __init__(self, app: WSGIApplication, take: Take, journal: Journal) -> None:
        self._app = app
        self._take = take
        self._journal = journal
        # Each answer held back keeps a thread of the server; the others serve whoever clears the fault.
        self._places = threading.BoundedSemaphore(http.MOST_HELD)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, be it not at all.

        Raises: HangUp, for the server.
        """
        request = Request(environ)
        route = route_of(request.method, request.path)
        firing = self._take(Layer.HTTP, route, path_to_tell(request.path) or "") if route else None
        answer = self._strike(firing, request) if firing else None
        return self._app(environ, start_response) if answer is None else answer(environ, start_response)

    def _strike(self, firing: Firing, request: Request) -> Response | None:
        """What the client gets; None when the fault does not strike after all.

        Raises: HangUp.
        """
        effect: HttpEffect = firing.effect
        if isinstance(effect, http.Late):
            return self._answer_late(firing, effect.seconds, request)
        firing.fire()
        match effect:
            case http.Status():
                answer = _refusal(effect.status, effect.retry_after)
            case http.StatusAfter():
                self._carry_out(request)
                answer = _refusal(effect.status, effect.retry_after)
            case http.DropBefore():
                self._hang_up(request, reset=effect.how == "reset")
            case http.DropAfter():
                self._carry_out(request)
                self._hang_up(request, reset=effect.how == "reset")
            case http.Malformed():
                answer = self._carry_out(request)
                answer.set_data(_first_half(answer.get_data()))
            case http.CutBody():
                return self._cut(self._carry_out(request), request)
            case http.NotJson():
                answer = Response(_PAGE, mimetype="text/html")
            case http.EmptyBody():
                answer = self._carry_out(request)
                answer.status_code = 200
                answer.set_data(b"")
            case http.WrongShape():
                answer = self._carry_out(request)
                answer.set_data(b'{"message": "ok"}')
            case http.Redirect():
                answer = Response(status=302, headers={"Location": effect.location})
            case _:
                assert_never(effect)
        self._tell(request, answer.status_code)
        return answer

    def _carry_out(self, request: Request) -> Response:
        return Response.from_app(self._app, {**request.environ, STRUCK: True}, buffered=True)

    def _answer_late(self, firing: Firing, seconds: float, request: Request) -> Response | None:
        if not self._places.acquire(blocking=False):
            firing.miss()
            return None
        try:
            answer = self._carry_out(request)
            firing.fire()
            with suppress(TimeoutError):
                firing.over.result(seconds)
        finally:
            self._places.release()
        if request.environ.get(_GONE, bool)():
            self._hang_up(request, reset=False)
        self._tell(request, answer.status_code)
        return answer

    def _cut(self, answer: Response, request: Request) -> Response:
        body = answer.get_data()

        def half_of_it() -> Iterator[bytes]:
            yield _first_half(body)
            raise HangUp(reset=False)

        self._tell(request, answer.status_code, remark=", cut half way")
        return Response(half_of_it(), answer.status, answer.headers)  # Content-Length is that of the whole

    def _hang_up(self, request: Request, *, reset: bool) -> NoReturn:
        self._tell(request, None)
        raise HangUp(reset=reset)

    def _tell(self, request: Request, status: int | None, *, remark: str = "") -> None:
        tell_request(self._journal, request.method, request.path, status, remark=remark)


def _refusal(status: int, retry_after: int) -> Response:
    headers = [] if retry_after < 0 else [("Retry-After", str(retry_after))]
    return problem(status, INJECTED, headers=headers)


def _first_half(body: bytes) -> bytes:
    return body[: len(body) // 2]
