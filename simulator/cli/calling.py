"""The command `zaikolab call GET /clock`: any operation of the control API, as pages show it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from simulator.cli.context import Context, show_json
from simulator.errors import BadValue

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@click.command()
@click.argument("method", type=click.Choice(METHODS, case_sensitive=False))
@click.argument("path")
@click.argument("body", required=False, metavar="[JSON | @FILE]")
@click.pass_obj
def call(context: Context, method: str, path: str, body: str | None) -> None:
    """Carry out one operation of the running lab's control API, METHOD and PATH, and print its answer.

    PATH is what follows /lab/v1, percent-encoded where it has to be. The body is JSON; @FILE sends a file as it is, as
    text/csv.

    \b
    Example: zaikolab call GET /clock
             zaikolab call POST /clock/advance '{"minutes": 5}'
             zaikolab call POST /roomclip/shops/1/items/csv @items.csv
    """
    content, media_type = (b"", "") if body is None else _content(body)
    answer = context.client().call(method.upper(), _checked(path), content, media_type)
    if answer.is_json:
        show_json(answer.value)
    elif answer.content:
        sys.stdout.flush()
        sys.stdout.buffer.write(answer.content)
        sys.stdout.buffer.flush()


def _checked(path: str) -> str:
    """The path as it goes to the lab, without the leading slash."""
    if not path.startswith("/") or path.startswith("//") or ".." in path.partition("?")[0].split("/"):
        raise BadValue(
            "PATH", path, "what follows /lab/v1 is wanted, beginning with a slash",
            next_step="Example: zaikolab call GET /clock",
        )  # fmt: skip
    return path.removeprefix("/")


def _content(body: str) -> tuple[bytes, str]:
    """What is sent, and its media type."""
    if body.startswith("@"):
        try:
            return Path(body[1:]).read_bytes(), "text/csv"
        except OSError as error:
            raise BadValue("FILE", body[1:], str(error.strerror or error)) from None
    try:
        json.loads(body)
    except ValueError as error:
        raise BadValue(
            "JSON", body, f"no JSON: {error}", next_step="A file is named with @ before it: @items.csv"
        ) from None
    return body.encode("utf-8", "surrogateescape"), "application/json"
