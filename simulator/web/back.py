"""The way back to the page a form was on: a path of this lab, never another site's address."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import request

FIELD = "back"
HOME = "/lab/"
_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")
"""What a browser cannot take for anything but a path: one slash, no backslash, no space or control character."""


def way_back() -> str:
    """Where a form of the page under way leads back to: the page itself; after a refused form, where that came from."""
    if request.method in {"GET", "HEAD"}:
        return checked_back(request.full_path.removesuffix("?"))
    if (sent := request.form.get(FIELD)) is not None:
        return checked_back(sent)
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc != request.host:
        return HOME
    return checked_back(came_from.path + (f"?{came_from.query}" if came_from.query else ""))


def checked_back(path: str) -> str:
    """The path, if it is one of this lab; else the lab's own page."""
    return path if _PATH.fullmatch(path) else HOME
