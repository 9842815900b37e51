"""Lets the pages be there sooner: addresses and templates are compiled when first used, and templates only once."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any

from jinja2 import BytecodeCache
from werkzeug.routing import Rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from jinja2.bccache import Bucket

_FOLDER = Path(__file__).with_name("__pycache__")


def quicken(app: Flask, folder: Path = _FOLDER) -> None:
    """Let an application that has neither routes nor rendered anything yet begin quickly. `folder`: for templates."""
    app.url_rule_class = _LateRule
    app.jinja_options = {**app.jinja_options, "bytecode_cache": _CompiledTemplates(folder)}


class _LateRule(Rule):
    """A rule whose two builders of addresses are made when first asked: most of a page's are never, and together they
    take as long as all the rest of an application."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        made: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, **values: Any) -> tuple[str, str]:  # noqa: ANN401 - werkzeug's
            if not made:
                made.append(super(_LateRule, self)._compile_builder(append_unknown))
            return made[0](rule, **values)

        return build


class _CompiledTemplates(BytecodeCache):
    """Compiled templates, where Python keeps compiled modules, and unless it is told not to (PYTHONDONTWRITEBYTECODE).

    Each is kept by name and source, so a changed template is compiled anew.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, if there is something of this very source; what is not whole is compiled anew."""
        with contextlib.suppress(OSError, EOFError, UnpicklingError), self._path(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled; a folder that cannot be written to costs time and nothing else."""
        if sys.dont_write_bytecode:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            with tempfile.NamedTemporaryFile("wb", dir=self._folder, prefix="template-", delete=False) as file:
                bucket.write_bytecode(file)
            Path(file.name).replace(self._path(bucket))

    def _path(self, bucket: Bucket) -> Path:
        return self._folder / f"template-{bucket.key}-{sys.implementation.cache_tag}.jinja"
