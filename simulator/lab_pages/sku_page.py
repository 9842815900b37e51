"""Both ends of a SKU side by side: what TEMPOSTAR says, what its file says, what the engine sent, what RoomClip has."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import render_template, request

from simulator.journal_lines import Filter
from simulator.lab_pages.both_ends import BothEnds, FileSeen, judge
from simulator.lab_pages.stock_rows import find_row
from simulator.tempostar.catalog import LAST_PAGE, Page

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.control.ports import Lab
    from simulator.roomclip.linkage import Linkage
    from simulator.tempostar.catalog import Shop

SUGGESTED = 20
SHOPS_A_PAGE = 5
_TIMELINE = 30
_READINGS = 50
"""Downloads looked at for one of the present file."""


def add_sku(blueprint: Blueprint, lab: Lab) -> None:
    """Add the view."""

    @blueprint.get("/sku")
    def sku() -> str:
        code = request.args.get("code", "").replace("\0", "")
        page = max(1, min(request.args.get("page", 1, type=int), LAST_PAGE))
        shops = look(lab, code, page)
        rows = [(ends, judge(ends)) for ends in shops.rows]
        variants = () if shops.total or not code else lab.variants_of(code, limit=SUGGESTED)
        found = lab.journal.newest(Filter(sku=code), limit=_TIMELINE) if code else None
        suggested = () if shops.total else lab.codes_beginning(code, limit=SUGGESTED)
        return render_template(
            "lab/sku.html", code=code, rows=rows, known=shops.total, variants=variants, found=found,
            suggested=suggested, shops=shops,
        )  # fmt: skip


def look(lab: Lab, code: str, page: int = 1) -> Page[BothEnds]:
    """A SKU in shops of TEMPOSTAR that it is about, each beside the RoomClip shop that is linked to it."""
    with lab.area.transaction():  # nothing moves between the questions
        found = lab.holders(code, limit=SHOPS_A_PAGE, offset=(page - 1) * SHOPS_A_PAGE)
        linkages = {
            one.inputs.shop_code: one for one in lab.roomclip.linkages_with(found.shop_codes) if one.inputs is not None
        }
        shops = [lab.tempostar.shop(shop_code) for shop_code in found.shop_codes]
        rows = tuple(_look_in(lab, code, shop, linkages.get(shop.shop_code)) for shop in shops)
    return Page(rows, found.total, page, SHOPS_A_PAGE)


def _look_in(lab: Lab, code: str, shop: Shop, linkage: Linkage | None) -> BothEnds:
    sku = lab.tempostar.find_sku(code, company_id=shop.company_id)
    standing = next((one for one in sku.shops if one.shop_code == shop.shop_code), None) if sku else None
    next_pass, last_path = lab.tempostar.sending_plan(shop.shop_code)
    roomclip_shop = "" if linkage is None else linkage.shop_id
    return BothEnds(
        shop=shop,
        sku=sku,
        carried=standing is not None and standing.carried,
        linked=standing is not None and standing.linked,
        waits=sku is not None and lab.tempostar.waits(shop.shop_code, code),
        next_pass=next_pass,
        file=None if last_path is None else _file(lab, shop, last_path, code),
        roomclip_shop=roomclip_shop,
        linkage=None if linkage is None else linkage.state,
        update=lab.roomclip.last_update(roomclip_shop, code) if roomclip_shop else None,
        variants=lab.roomclip.variants(roomclip_shop, codes=[code]).variants if roomclip_shop else (),
    )


def _file(lab: Lab, shop: Shop, path: str, code: str) -> FileSeen | None:
    stat, content = lab.area.stat(shop.company_id, path), lab.area.read(shop.company_id, path)
    if stat is None or content is None:
        return None
    row = find_row(content, code)
    return FileSeen(path, stat.mtime, row, _read_at(lab, path, stat.mtime, "" if row is None else code))


def _read_at(lab: Lab, path: str, written_at: datetime, code: str) -> str | None:
    """When a client had the file whole since it was written: as far as the last downloads and passes tell. `code`: one
    that stands in the file, "" when none is known."""
    # By the SKU an index leads there; passes over very many SKUs do not name them.
    written = lab.journal.newest(Filter(kind="reflection.written", sku=code), limit=_READINGS).lines if code else ()
    if not written:
        written = lab.journal.newest(Filter(kind="reflection.written", text=path), limit=_READINGS).lines
    since = next((line.seq for line in written if datetime.fromisoformat(line.at) <= written_at), 0)
    for line in lab.journal.newest(Filter(kind="ftps.sent", text=path), after=since, limit=_READINGS).lines:
        data = lab.journal.entry(line.seq).data
        if data.get("path") == path and data.get("complete"):
            return line.at
    return None
