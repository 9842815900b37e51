"""APIs that check what they take and document what they do; the only module that knows spectree.

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

import copy
import json
import zlib
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Response, request
from pydantic import BaseModel, ConfigDict, ValidationError
from spectree import Response as Answers
from spectree import SecurityScheme, SecuritySchemeData, SpecTree
from spectree.models import SecureType
from spectree.plugins.flask_plugin import FlaskPlugin
from spectree.utils import get_multidict_items
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from simulator.web.problem import PROBLEM_TYPE, FieldProblem, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    View = Callable[..., "BaseModel | Response"]

MAX_BODY = 16 * 1024 * 1024
"""Bytes of a request body, also after unpacking."""

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


class Api(SpecTree):
    """One documented HTTP API. `bearer`: says that it wants `Authorization: Bearer <token>` (its blueprint checks)."""

    def __init__(self, *, title: str, version: str, description: str = "", bearer: bool = False) -> None:
        scheme = SecurityScheme(name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))
        self._pending: dict[str, tuple[Any, Any]] = {}
        self._media: dict[str, tuple[str, str]] = {}
        super().__init__(
            backend=_Checks,
            naming_strategy=lambda model: model.__name__,
            nested_naming_strategy=lambda _parent, child: child,
            annotations=False,
            mode="strict",
            path=f"no-pages-{title}",
            title=title,
            version=version,
            description=description,
            security_schemes=[scheme] if bearer else None,
            security={"token": []} if bearer else {},
        )

    def operation(
        self,
        *,
        query: type[BaseModel] | None = None,
        json: type[BaseModel] | None = None,
        answer: type[BaseModel] | None = None,
        status: int = HTTPStatus.OK,
        problems: Sequence[int] = (),
        tag: str = "",
        takes: str = "",
        gives: str = "",
        name: str = "",
    ) -> Callable[[View], Callable[..., Response]]:
        """Declare a view as an operation. `problems`: error statuses beside 422; `takes`, `gives`: media type of a body
        or an answer that is not JSON (the view reads or returns it itself); `name`: its operationId, else the view's.
        """

        def declare(view: View) -> Callable[..., Response]:
            models: dict[str, Any] = {f"HTTP_{int(code)}": Problem for code in problems}
            if query or json or takes:
                models.setdefault("HTTP_422", Problem)
            success = f"HTTP_{int(status)}"
            answers = Answers(success, **models) if answer is None else Answers(**{success: answer}, **models)
            operation_id = name or view.__name__
            if takes or gives:
                self._media[operation_id] = (takes, gives)

            @wraps(view)
            def answering(**path: object) -> Response:
                found = view(**path)
                if isinstance(found, Response):
                    return found
                return Response(found.model_dump_json(), status, content_type="application/json")

            checked = self.validate(
                query=query, json=json, resp=answers, tags=(tag,) if tag else (), operation_id=operation_id
            )
            declared: Callable[..., Response] = checked(answering)
            return declared

        return declare

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document; wants an application context."""
        for model, mode in self._pending.values():
            super()._add_model(model=model, mode=mode)
        self._pending.clear()
        document: dict[str, Any] = copy.deepcopy(self.spec)
        for path in document["paths"].values():
            for operation in path.values():
                self._mend(operation)
        return document

    def _add_model(self, model: Any, mode: Any = "validation") -> str:  # noqa: ANN401 - spectree's own types
        # Schemas are made with the first `openapi()`: made here they would cost the lab a tenth of a second at start.
        name: str = self.naming_strategy(model)
        if model is not ValidationError:
            self._pending.setdefault(name, (model, mode))
        return name

    def _mend(self, operation: dict[str, Any]) -> None:
        """What spectree cannot say: the media types of problems and of bodies that are not JSON; no default 422."""
        takes, gives = self._media.get(operation["operationId"], ("", ""))
        text = {"schema": {"type": "string"}}
        if takes:
            operation["requestBody"] = {"content": {takes: text}, "required": True}
        for code, answer in list(operation["responses"].items()):
            for kind, content in list(answer.get("content", {}).items()):
                match content["schema"]["$ref"].rsplit("/", 1)[-1]:
                    case "Problem":
                        answer["content"] = {PROBLEM_TYPE: content}
                    case "ValidationError":
                        del operation["responses"][code]
                    case _:
                        answer["content"] = {kind: content}
            if gives and int(code) < HTTPStatus.BAD_REQUEST:
                answer["content"] = {gives: text}


class _Checks(FlaskPlugin):
    """Runs an operation: checks the query and the body, calls the view."""

    def validate(
        self,
        func: Callable[..., Response],
        query: type[BaseModel] | None,
        json: type[BaseModel] | None,
        *rest: Any,  # noqa: ANN401 - what of spectree's own handling is not used
        **path: Any,  # noqa: ANN401 - values of the path, as Flask gives them
    ) -> Response:
        del rest
        if query is not None:
            path["query"] = _checked(query, get_multidict_items(request.args, query))
        if json is not None:
            path["json"] = _checked_body(json)
        return func(**path)


def _checked(model: type[_Model], values: object) -> _Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _invalid(error) from None


def _checked_body(model: type[_Model]) -> _Model:
    body = read_body()
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
    match request.headers.get("Content-Encoding", "identity"):
        case "identity":
            return body
        case "gzip":
            return _unpacked(body)
        case other:
            raise UnsupportedMediaType(f"Content-Encoding {other!r} is not known here; gzip and identity are.")


def _unpacked(body: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        content = unpacker.decompress(body, MAX_BODY + 1)
    except zlib.error:
        raise InvalidRequest((FieldProblem("body", "not gzip, although Content-Encoding says so"),)) from None
    if len(content) > MAX_BODY:
        raise RequestEntityTooLarge
    if not unpacker.eof:
        raise InvalidRequest((FieldProblem("body", "the gzip data ends too early"),))
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
    return Response(json.dumps(content, ensure_ascii=False), status, content_type="application/json")
