"""The timeline: what happened, newest first, and one entry with its neighbours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Response, render_template, request

from simulator.journal_lines import Filter
from simulator.lab_pages.views import BY_KEY, VIEWS, view_of

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.control.ports import Lab

ON_A_PAGE = 50
NEIGHBOURS = 5
_MOST_SKUS = 200
_NO_CONTENT = 204
_FILTERS = ("view", "kind", "sku", "text")


def add_timeline(blueprint: Blueprint, lab: Lab) -> None:
    """Add the timeline's views."""
    blueprint.context_processor(lambda: {"view_of": view_of})

    @blueprint.get("/")
    def timeline() -> str:
        given = _given()
        before = request.args.get("before", type=int)
        found = lab.journal.newest(_filter(given), before=before, limit=ON_A_PAGE)
        return render_template(
            "lab/timeline.html", found=found, given=given, views=VIEWS, kinds=lab.journal.kinds(), before=before,
            last_seq=_last_seq(lab),
        )  # fmt: skip

    @blueprint.get("/new")
    def new_entries() -> BaseResponse | str:
        after, last_seq, given = request.args.get("after", 0, type=int), _last_seq(lab), _given()
        found = lab.journal.newest(
            _filter(given), after=min(max(0, after), last_seq), before=last_seq + 1, limit=ON_A_PAGE
        )
        if not found.lines and last_seq <= after:
            return Response(status=_NO_CONTENT)
        return render_template("lab/new_entries.html", found=found, given=given, last_seq=last_seq)

    @blueprint.get("/entries/<int:seq>")
    def entry(seq: int) -> str:
        found = lab.journal.entry(seq)
        around = lab.journal.newest(
            Filter(),
            before=found.seq + NEIGHBOURS + 1,
            after=max(0, found.seq - NEIGHBOURS - 1),
            limit=2 * NEIGHBOURS + 1,
        )
        data = json.dumps(found.data, ensure_ascii=False, indent=2)
        return render_template(
            "lab/entry.html", entry=found, lines_around=around.lines, data=data,
            skus=found.skus[:_MOST_SKUS], more_skus=len(found.skus) - len(found.skus[:_MOST_SKUS]),
        )  # fmt: skip


def _last_seq(lab: Lab) -> int:
    """The number of the newest entry: asked before the entries, so that none falls between this answer and the next."""
    return lab.journal.last_seq()


def _given() -> dict[str, str]:
    """The filters of the page's address, those that say something."""
    return {name: value for name in _FILTERS if (value := request.args.get(name, "").strip())}


def _filter(given: dict[str, str]) -> Filter:
    view: Any = BY_KEY.get(given.get("view", ""))
    service, kind = ("", "") if view is None else (view.service, view.kind)
    return Filter(service, given.get("kind", "") or kind, given.get("sku", ""), given.get("text", ""))
