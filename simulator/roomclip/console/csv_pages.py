"""ショップ管理 > 商品CSV: what it holds, a template, and importing it with what is wrong row by row (guide 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, g, render_template, request

from simulator.errors import BadFile, BadValue
from simulator.roomclip.console import calls
from simulator.roomclip.item_csv import COLUMNS, compose_template
from simulator.web.forms import see_other, shown_again, tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.errors import RowProblem
    from simulator.roomclip.item_lists import ImportRecord
    from simulator.roomclip.shop import RoomClip

SHOWN_PROBLEMS = 500
"""Rows of a refused file that its page shows; the number of the others is told."""
WARNINGS_PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class WarningPage:
    """A stretch of the warnings kept of an import."""

    rows: tuple[RowProblem, ...]
    page: int
    pages: int
    total: int


def add_csv(blueprint: Blueprint, roomclip: RoomClip) -> None:
    """The pages of 商品CSV."""

    @blueprint.get("/<shop_id>/items/import")
    def csv(shop_id: str) -> str:
        record = roomclip.last_import(shop_id)
        error = g.get("zaikolab_refused")
        problems = error.problems if isinstance(error, BadFile) else ()
        return render_template(
            "roomclip/import.html",
            record=record,
            warnings=None if record is None else _warnings(record, request.args.get("page", 1, type=int)),
            problems=problems[:SHOWN_PROBLEMS],
            others=max(0, len(problems) - SHOWN_PROBLEMS),
            columns=COLUMNS,
            imported=calls.import_items(shop_id, "items.csv"),
        )

    @blueprint.post("/<shop_id>/items/import")
    @shown_again("roomclip_business.csv")
    def import_items(shop_id: str) -> BaseResponse:
        file = request.files.get("file")
        if file is None or not file.filename:
            raise BadValue("file", "", "no file was chosen", next_step="Choose a 商品CSV and import again.")
        report = roomclip.import_items(shop_id, file.read(), file.filename)
        tell(f"{report.imported} 商品を取り込みました。", calls.import_items(shop_id, file.filename))
        return see_other("roomclip_business.csv", shop_id=shop_id)

    @blueprint.get("/<shop_id>/items/template.csv")
    def template(shop_id: str) -> Response:
        roomclip.shop(shop_id)
        headers = {"Content-Disposition": 'attachment; filename="items.csv"'}
        return Response(compose_template(), headers=headers, content_type="text/csv; charset=Shift_JIS")


def _warnings(record: ImportRecord, page: int) -> WarningPage:
    pages = max(1, -(-len(record.warnings) // WARNINGS_PER_PAGE))
    page = min(max(1, page), pages)
    shown = record.warnings[(page - 1) * WARNINGS_PER_PAGE : page * WARNINGS_PER_PAGE]
    return WarningPage(shown, page, pages, len(record.warnings))
