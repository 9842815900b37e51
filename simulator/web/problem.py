"""Every error of an HTTP request as one answer: RFC 9457 for programs, a plain Japanese page for browsers.

    LabError            its own status; sentence and next step as it says them
    InvalidRequest      422, the fields one by one (bodies and queries that do not fit the API's models)
    HTTPException       werkzeug's status and description; its headers (Retry-After, WWW-Authenticate) are kept
    anything else       500, one sentence without internals; the exception itself goes to `failed`

Members: `type` (about:blank: the status says it all), `title`, `status`, `detail`, and where the error carries them
`next_step`, `field`, `problems`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, request
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from simulator.errors import BadFile, BadValue, LabError, Refused
from simulator.web.parts_of_lab import SCREENS
from simulator.web.refusal import compose_sentence, compose_status_sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flask import Flask
    from werkzeug.wrappers import Response as BaseResponse

PROBLEM_TYPE = "application/problem+json"

_PAGE = Markup("""<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title} - zaikolab</title>
<link rel="icon" href="/web/icon.svg" type="image/svg+xml"><link rel="stylesheet" href="/web/lab.css"></head>
<body class="lab"><div class="labbar"><a class="brand" href="/">zaikolab</a>
<nav aria-label="実験室の画面">{screens}</nav></div>
<main id="main"><h1>{heading}</h1><p class="refused" role="alert">{sentence}</p>
<p><a href="/">どこに何があるかを見る</a></p>
<details><summary>詳しい理由（英語）</summary>
<p lang="en"><small>{title}. {detail} {next_step}</small></p></details></main>
</body></html>
""")
"""Like the other pages, but made without templates: what failed may be one."""
_SCREEN = Markup('<a href="{path}">{label}</a> ')
_OUR_FAULT = "The lab made a mistake of its own while answering this request; the request may be fine."


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with a request. `field`: dotted path into the body, or the name of the query parameter."""

    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


class InvalidRequest(Refused):
    """A body or query does not fit what the API documents; names every field."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__(
            "The request does not fit this operation: " + "; ".join(str(problem) for problem in problems) + ".",
            next_step="The API's document (openapi.json) says what it takes.",
        )
        self.problems = problems


def problem(
    status: int, detail: str, *, next_step: str = "", headers: Iterable[tuple[str, str]] = (), **members: object
) -> Response:
    """An answer of type application/problem+json. `members`: JSON values added to the standard ones."""
    content: dict[str, object] = {"type": "about:blank", "title": _title(status), "status": status, "detail": detail}
    if next_step:
        content["next_step"] = next_step
    text = json.dumps({**content, **members}, ensure_ascii=False)
    return Response(text, status, list(headers), content_type=PROBLEM_TYPE)


def register_problems(app: Flask, failed: Callable[[Exception], None], *, pages: bool = False) -> None:
    """Make every error of `app` such an answer. `failed` is told of exceptions that nobody raised on purpose; `pages`:
    the application has pages, so a browser gets one. An API answers programs only, whatever they say they accept."""

    def lab_error(error: LabError) -> Response:
        if pages and _wants_page():
            return _page(error.status, compose_sentence(error), error.message, error.next_step)
        return problem(error.status, error.message, next_step=error.next_step, **_members(error))

    def http_exception(error: HTTPException) -> BaseResponse:
        if error.response is not None or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
            return error.get_response()
        headers = [(name, value) for name, value in error.get_headers() if name.lower() != "content-type"]
        return status_answer(error.code, error.description or _title(error.code), headers=headers)

    def unexpected(error: Exception) -> Response:
        failed(error)
        return status_answer(
            HTTPStatus.INTERNAL_SERVER_ERROR, _OUR_FAULT, next_step="Please report it with the request."
        )

    def status_answer(
        status: int, detail: str, *, next_step: str = "", headers: Iterable[tuple[str, str]] = ()
    ) -> Response:
        if pages and _wants_page():
            return _page(status, compose_status_sentence(status), detail, next_step, headers)
        return problem(status, detail, next_step=next_step, headers=headers)

    app.register_error_handler(LabError, lab_error)
    app.register_error_handler(HTTPException, http_exception)
    app.register_error_handler(Exception, unexpected)


def _wants_page() -> bool:
    return request.accept_mimetypes.best_match([PROBLEM_TYPE, "text/html"], default=PROBLEM_TYPE) == "text/html"


def _page(status: int, sentence: str, detail: str, next_step: str, headers: Iterable[tuple[str, str]] = ()) -> Response:
    title = f"{int(status)} {_title(status)}"
    screens = Markup("").join(_SCREEN.format(path=path, label=label) for _, label, path in SCREENS)
    page = _PAGE.format(
        screens=screens,
        heading="見つかりませんでした" if status == HTTPStatus.NOT_FOUND else "できませんでした",
        title=title,
        sentence=sentence,
        detail=detail,
        next_step=next_step,
    )
    return Response(page, status, list(headers), mimetype="text/html")


def _members(error: LabError) -> dict[str, Any]:
    match error:
        case BadValue(field=field):
            return {"field": field}
        case BadFile(problems=rows):
            return {"problems": [asdict(row) for row in rows]}
        case InvalidRequest(problems=fields):
            return {"problems": [asdict(one) for one in fields]}
        case _:
            return {}


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
