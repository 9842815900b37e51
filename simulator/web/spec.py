"""APIs that check what they take and document what they do.

An API is made once per blueprint factory and its operations are declared beside their views:

    api = Api(title="RoomClip shop API", version="1", bearer=True)

    @blueprint.post("/shops/<shop_id>/stock")
    @api.operation(json=StockUpdates, answer=StockReport, problems=(401, 404, 409), tag="stock")
    def set_stock(shop_id: str, json: StockUpdates) -> StockReport:
        '''First line: summary of the operation. The rest: its description.'''
        return StockReport(...)

    @blueprint.get("/openapi.json")
    def document() -> dict[str, Any]:
        return api.openapi()

A view receives its checked body as `json` and its checked query as `query`. It returns a model, which goes out with the
operation's `status`, or a Flask Response, which goes out untouched (the way for large answers). What does not fit
becomes InvalidRequest (422). JSON bodies may come with Content-Encoding: gzip. Names of views and of models are unique
in an API.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar, get_origin

from flask import Response, request
from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from simulator.web.problem import FieldProblem, InvalidRequest
from simulator.web.running import MAX_BODY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    View = Callable[..., "BaseModel | Response"]

_Model = TypeVar("_Model", bound=BaseModel)


class ApiModel(BaseModel):
    """Base of request and answer models: unknown members are refused, types are not guessed, and the costly part of a
    model is built with its first use instead of at start."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True, frozen=True)


class QueryModel(ApiModel):
    """Base of query models: values arrive as text and are converted."""

    model_config = ConfigDict(strict=False)


class AnswerModel(ApiModel):
    """Base of answer models: `AnswerModel.model_validate(value)` takes its fields from an object's attributes."""

    model_config = ConfigDict(strict=False, extra="ignore", from_attributes=True)


class RowProblemModel(AnswerModel):
    """One thing wrong: a field of the request, or a row of a file."""

    field: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    reason: str
    sentence: str | None = None


class Problem(AnswerModel):
    """An error answer, RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    next_step: str | None = None
    field: str | None = None
    problems: list[RowProblemModel] | None = None


class Done(AnswerModel):
    """It was done; there is nothing to tell."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What an operation says of itself: see `Api.operation`."""

    name: str
    query: type[BaseModel] | None
    json: type[BaseModel] | None
    answer: type[BaseModel] | None
    status: int
    problems: tuple[int, ...]
    tag: str
    takes: str
    gives: str


class Api:
    """One documented HTTP API. `bearer`: says that it wants `Authorization: Bearer <token>` (its blueprint checks)."""

    def __init__(self, *, title: str, version: str, description: str = "", bearer: bool = False) -> None:
        self.title = title
        self.version = version
        self.description = description
        self.bearer = bearer
        self.operations: dict[Callable[..., Response], Operation] = {}
        """Each operation by the view function that Flask got."""

    def operation(
        self,
        *,
        query: type[BaseModel] | None = None,
        json: type[BaseModel] | None = None,
        quick: Callable[[bytes], object | None] | None = None,
        answer: type[BaseModel] | None = None,
        status: int = HTTPStatus.OK,
        problems: Sequence[int] = (),
        tag: str = "",
        takes: str = "",
        gives: str = "",
        name: str = "",
    ) -> Callable[[View], Callable[..., Response]]:
        """Declare a view as an operation. `problems`: error statuses beside those of what it takes (413, 415, 422);
        `takes`, `gives`: media type of a body or an answer that is not JSON (the view reads or returns it itself);
        `name`: its operationId, else the view's; `quick`: a faster reader of large bodies, whose answer the view gets
        as `json`; what it answers None to is read by the model, which says what is wrong.
        """
        errors = {int(status) for status in problems}
        if query or json or takes:
            errors.add(int(HTTPStatus.UNPROCESSABLE_ENTITY))
        if json or takes:
            errors |= {int(HTTPStatus.REQUEST_ENTITY_TOO_LARGE), int(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)}

        def declare(view: View) -> Callable[..., Response]:
            @wraps(view)
            def checked(**values: object) -> Response:
                if query is not None:
                    values["query"] = _checked_query(query)
                if json is not None:
                    values["json"] = _checked_body(json, quick)
                found = view(**values)
                if isinstance(found, Response):
                    return found
                return Response(found.model_dump_json(), status, content_type="application/json")

            self.operations[checked] = Operation(
                name or view.__name__, query, json, answer, int(status), tuple(sorted(errors)), tag, takes, gives
            )
            return checked

        return declare

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document; wants an application context. Slow with its first call, which loads spectree."""
        from simulator.web.document import compose_document

        return compose_document(self)


def _checked_query(model: type[_Model]) -> _Model:
    values: dict[str, object] = {}
    for name in request.args:
        given = request.args.getlist(name)
        field = model.model_fields.get(name)
        many = len(given) > 1 or (field is not None and get_origin(field.annotation) is list)
        values[name] = given if many else given[0]
    return _checked(model, values)


def _checked(model: type[_Model], values: object) -> _Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _invalid(error) from None


def _checked_body(model: type[_Model], quick: Callable[[bytes], object | None] | None) -> object:
    body = read_body()
    if quick is not None and (found := quick(body)) is not None:
        return found
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise _invalid(error) from None


def read_body() -> bytes:
    """The request's body, unpacked when it came with Content-Encoding: gzip.

    Raises: RequestEntityTooLarge above MAX_BODY bytes; UnsupportedMediaType for another encoding; InvalidRequest for
    damaged gzip.
    """
    body = request.get_data()
    match request.headers.get("Content-Encoding", "").strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _unpacked(body)
        case other:
            raise UnsupportedMediaType(f"Content-Encoding {other!r} is not known here; gzip and identity are.")


def _unpacked(body: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            content = packed.read(MAX_BODY + 1)
    except (EOFError, OSError, zlib.error):
        raise InvalidRequest((FieldProblem("body", "not whole gzip, although Content-Encoding says so"),)) from None
    if len(content) > MAX_BODY:
        raise RequestEntityTooLarge
    return content


def _invalid(error: ValidationError) -> InvalidRequest:
    return InvalidRequest(
        tuple(
            FieldProblem(".".join(str(part) for part in one["loc"]) or "body", one["msg"])
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        )
    )


def json_answer(content: object, status: int = HTTPStatus.OK) -> Response:
    """A JSON answer from plain values: the quick way out for large ones."""
    return ready_json(json.dumps(content, ensure_ascii=False), status)


def ready_json(text: str | bytes, status: int = HTTPStatus.OK) -> Response:
    """A JSON answer from its text, bytes in UTF-8."""
    return Response(text, status, content_type="application/json")
