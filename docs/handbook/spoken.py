"""What the code says of its fields and members: the text that stands below each, which Python itself forgets."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def texts_of(kind: type) -> dict[str, str]:
    """The text below each field or member of a class, by its name; fields without one are not in it."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(body, ast.ClassDef)
    return dict(_texts(body))


def first_sentence(text: str | None) -> str:
    """A docstring as one line, up to its first empty line."""
    return " ".join((text or "").partition("\n\n")[0].split())


def _texts(body: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for before, after in zip(body.body, body.body[1:], strict=False):
        match before, after:
            case (
                (ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)])),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, " ".join(text.split())
