"""FTPS領域: the area as a file browser, and one file with its bytes, rows and differences to the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Response, render_template, request

from simulator.errors import Unknown
from simulator.tempostar.area import STOCK_FOLDER, AreaFile
from simulator.tempostar.catalog import Page, page_window
from simulator.tempostar.console.company import chosen_company
from simulator.tempostar.console.differences import Differences, Kind, compare
from simulator.tempostar.console.file_view import (
    READ_AT_MOST,
    ROWS_A_PAGE,
    Decoded,
    Table,
    count_line_ends,
    decode,
    dump,
    read_table,
    repeated_codes,
)
from simulator.tempostar.console.shown_shops import shown_shops
from simulator.tempostar.ftps.paths import folders_in
from simulator.web.calls import Call

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.tempostar.area import Area, FileBefore
    from simulator.tempostar.backoffice import BackOffice

ORDER_FOLDER = "/netorder"
FILES_A_PAGE = 100
DIFFERENCES_SHOWN = 200
_DUMPED = 512
"""Bytes shown in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as far as it was looked at."""

    content: bytes
    whole: bool
    decoded: Decoded
    table: Table


def add_pages(blueprint: Blueprint, backoffice: BackOffice, area: Area) -> None:
    """The pages of the FTPS area."""

    @blueprint.get("/area")
    def folder() -> str:
        path = "/" + request.args.get("path", "/").strip("/")
        folders = folders_in(path, backoffice.shop_codes(chosen_company()))
        if folders is None:
            raise Unknown("folder", path)
        page = request.args.get("page", 1, type=int)
        if path in {STOCK_FOLDER, ORDER_FOLDER}:
            folders = tuple(shop.shop_code for shop in shown_shops(backoffice).rows)
        limit, offset = page_window(page, FILES_A_PAGE)
        files, total = area.newest(chosen_company(), path, limit, offset)
        return render_template(
            "tempostar/area.html",
            path=path,
            base=path.rstrip("/"),
            folders=folders,
            found=Page(files, total, page, FILES_A_PAGE),
            who=_who_writes(path),
            names={shop.shop_code: shop.name for shop in shown_shops(backoffice).rows},
            chooses_shops=path in {STOCK_FOLDER, ORDER_FOLDER},
            call=Call("GET", f"/tempostar/area?path={quote(path)}&company_id={chosen_company()}"),
        )

    @blueprint.get("/area/view")
    def view_file() -> str:
        path, file = _asked(area)
        seen = _look(area.read_first(chosen_company(), path, READ_AT_MOST) or b"", file.size)
        before = area.before(chosen_company(), path, READ_AT_MOST)
        page = request.args.get("page", 1, type=int)
        limit, offset = page_window(page, ROWS_A_PAGE)
        rows = seen.table.rows
        return render_template(
            "tempostar/file.html",
            path=path,
            file=file,
            folder=path.rpartition("/")[0] or "/",
            seen=seen,
            line_ends=count_line_ends(seen.content),
            found=Page(rows[offset : offset + limit], len(rows), page, ROWS_A_PAGE),
            first_row=offset + (2 if seen.table.header else 1),
            repeated=repeated_codes(seen.table) if path.startswith(STOCK_FOLDER) else [],
            before=before,
            differences=_differences(seen, before),
            kinds=Kind,
            most=DIFFERENCES_SHOWN,
            dumped=dump(seen.content[:_DUMPED], seen.decoded.codec) if "hex" in request.args else None,
            who=_who_writes(path.rpartition("/")[0]),
            call=Call("GET", f"/tempostar/area/content?path={quote(path)}&company_id={chosen_company()}"),
        )

    @blueprint.get("/area/file")
    def file() -> Response:
        path, _ = _asked(area)
        return Response(
            area.read(chosen_company(), path),
            content_type="application/octet-stream",
            headers={"Content-Disposition": "attachment"},
        )


def _asked(area: Area) -> tuple[str, AreaFile]:
    path = request.args.get("path", "")
    file = area.stat(chosen_company(), path)
    if file is None:
        raise Unknown("file", path)
    return path, file


def _who_writes(folder: str) -> str:
    """Who puts the files of a folder there: the area takes uploads into order folders only."""
    match folder.strip("/").split("/"):
        case ["netstock", _]:
            return "TEMPOSTAR(在庫反映)"
        case ["netorder", _]:
            return "FTPSクライアント"
        case ["netorder", _, "log"]:
            return "TEMPOSTAR(受注取込)"
        case _:
            return ""


def _look(content: bytes, size: int) -> Seen:
    whole = len(content) == size
    decoded = decode(content, whole=whole)
    text = decoded.text
    if not whole:  # the last line may be a part of one
        text = text[: text.rfind("\n") + 1]
    return Seen(content, whole, decoded, read_table(text))


def _differences(seen: Seen, before: FileBefore | None) -> Differences | None:
    """None where there is nothing to compare with, or a file is larger than what is looked at."""
    if before is None or not seen.whole:
        return None
    old = _look(before.first_bytes, before.file.size)
    return compare(old.table.levels(), seen.table.levels()) if old.whole else None
