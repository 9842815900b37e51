"""Composes the OpenAPI document of an API; the only module that knows spectree.

spectree is loaded here and nowhere else, with the first document asked for: it would cost a starting lab a tenth of a
second.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from spectree import Response as Answers
from spectree import SecurityScheme, SecuritySchemeData, SpecTree
from spectree.models import SecureType

from simulator.web.problem import PROBLEM_TYPE
from simulator.web.spec import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from spectree.metadata import FunctionDecorator

    from simulator.web.spec import Api, Operation


def compose_document(api: Api) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the API's operations in the present application."""
    spec = _Spec(api)
    document: dict[str, Any] = spec.spec
    by_name = {operation.name: operation for operation in api.operations.values()}
    for path in document["paths"].values():
        for described in path.values():
            _mend(described, by_name[described["operationId"]])
    unwanted = [name for name in document["components"]["schemas"] if name.startswith("ValidationError")]
    for name in unwanted:
        del document["components"]["schemas"][name]
    return document


class _Spec(SpecTree):
    """spectree's view of an API: it describes the operations, their views check and answer themselves."""

    def __init__(self, api: Api) -> None:
        scheme = SecurityScheme(name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))
        super().__init__(
            "flask",
            naming_strategy=lambda model: model.__name__,
            nested_naming_strategy=lambda _parent, child: child,
            annotations=False,
            mode="strict",
            path="no-pages-of-spectree",
            title=api.title,
            version=api.version,
            description=api.description,
            security_schemes=[scheme] if api.bearer else None,
            security={"token": []} if api.bearer else {},
        )
        self._described = {view: self._describe(view, operation) for view, operation in api.operations.items()}

    def get_function_metadata(self, func: Callable[..., Any]) -> FunctionDecorator | None:
        """What spectree asks for each view of the application."""
        described = self._described.get(func)
        return None if described is None else super().get_function_metadata(described)

    def _describe(self, view: Callable[..., Any], operation: Operation) -> Callable[..., Any]:
        models: dict[str, Any] = {f"HTTP_{status}": Problem for status in operation.problems}
        success = f"HTTP_{operation.status}"
        if operation.answer is None:
            answers = Answers(success, **models)
        else:
            answers = Answers(**{success: operation.answer}, **models)
        described: Callable[..., Any] = self.validate(
            query=operation.query,
            json=operation.json,
            resp=answers,
            tags=(operation.tag,) if operation.tag else (),
            operation_id=operation.name,
        )(view)
        return described


def _mend(described: dict[str, Any], operation: Operation) -> None:
    """What spectree cannot say: the media types of problems and of what is not JSON; and no 422 where none can be."""
    text = {"schema": {"type": "string"}}
    if operation.takes:
        described["requestBody"] = {"content": {operation.takes: text}, "required": True}
    answers = described["responses"]
    for code in list(answers):
        if int(code) in operation.problems:
            answers[code]["content"] = {PROBLEM_TYPE: answers[code]["content"].pop("application/json")}
        elif int(code) >= HTTPStatus.BAD_REQUEST:
            del answers[code]
        elif operation.gives:
            answers[code]["content"] = {operation.gives: text}
