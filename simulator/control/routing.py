"""Turns the methods of a class into operations of the control API.

class ClockRoutes:
    @route("POST", "/clock/advance", json=Advance, answer=ClockState)
    def advance_clock(self, json: Advance) -> ClockState: ...

mount(blueprint, api, ClockRoutes(lab), tag="clock")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Blueprint

    from simulator.web.spec import Api

_View = TypeVar("_View", bound="Callable[..., Any]")
_MARK = "_control_route"


def route(method: str, path: str, **operation: Any) -> Callable[[_View], _View]:  # noqa: ANN401 - Api.operation's own
    """Mark a method as an operation; `operation`: what `Api.operation` takes."""

    def mark(view: _View) -> _View:
        setattr(view, _MARK, (method, path, operation))
        return view

    return mark


def mount(blueprint: Blueprint, api: Api, routes: object, *, tag: str, prefix: str = "") -> None:
    """Add every marked method of `routes` to a blueprint, below `prefix`, in the order they are written."""
    for name in vars(type(routes)):
        view = getattr(routes, name)
        if (marked := getattr(view, _MARK, None)) is not None:
            method, path, operation = marked
            declared = api.operation(tag=tag, name=f"{tag}_{name}", **operation)(view)
            blueprint.add_url_rule(prefix + path, f"{tag}_{name}", declared, methods=[method])
