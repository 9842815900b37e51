"""RoomClipビジネス, plain: 商品管理, 在庫連携設定, 連携履歴 (guide 4 and 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request

from simulator.errors import BadFile, BadValue, Refused
from simulator.roomclip.console.item_form import SPARE_ROWS, read_item
from simulator.roomclip.item_csv import compose_template
from simulator.roomclip.linkage import LinkageState
from simulator.roomclip.listing import ItemKind, ListingStatus, parse_number
from simulator.web.forms import see_other, tell
from simulator.web.refusal import refused_page

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.roomclip.shop import RoomClip

_STATES = {
    LinkageState.APPLIED: "申請済み（設定待ち）",
    LinkageState.ACTIVE: "連携中",
    LinkageState.PAUSED: "一時停止中",
}
_OUTCOMES = {"ok": "成功", "failed": "失敗", "skipped": "実行なし"}


def create_blueprint(roomclip: RoomClip) -> Blueprint:
    """The console of every shop of one RoomClip, each under its id."""
    blueprint = Blueprint("roomclip_business", __name__, url_prefix="/roomclip/business", template_folder="templates")
    blueprint.register_error_handler(Refused, _refused)
    blueprint.context_processor(
        lambda: {"shops": roomclip.shops(), "shop_id": (request.view_args or {}).get("shop_id")}
    )

    @blueprint.get("/")
    def start() -> BaseResponse:
        return see_other("roomclip_business.items", shop_id=roomclip.shops()[0].shop_id)

    _add_items(blueprint, roomclip)
    _add_item(blueprint, roomclip)
    _add_linkage(blueprint, roomclip)
    return blueprint


def _add_items(blueprint: Blueprint, roomclip: RoomClip) -> None:
    @blueprint.get("/<shop_id>/items")
    def items(shop_id: str) -> str:
        search = request.args.get("search", "")
        found = roomclip.items(shop_id, search, max(1, request.args.get("page", 1, type=int)))
        return render_template("roomclip/items.html", found=found, search=search, statuses=tuple(ListingStatus))

    @blueprint.get("/<shop_id>/items/import")
    def last_import(shop_id: str) -> str:
        return render_template("roomclip/import.html", record=roomclip.last_import(shop_id))

    @blueprint.post("/<shop_id>/items/import")
    def import_items(shop_id: str) -> BaseResponse:
        file = request.files.get("file")
        if file is None or not file.filename:
            raise BadValue("file", "", "no file was chosen", next_step="Choose a 商品CSV and import again.")
        report = roomclip.import_items(shop_id, file.read(), file.filename)
        tell(f"{report.imported} 商品を取り込みました。")
        return see_other("roomclip_business.last_import", shop_id=shop_id)

    @blueprint.get("/<shop_id>/items/template.csv")
    def template(shop_id: str) -> Response:
        roomclip.shop(shop_id)
        headers = {"Content-Disposition": 'attachment; filename="items.csv"'}
        return Response(compose_template(), headers=headers, content_type="text/csv; charset=Shift_JIS")

    @blueprint.post("/<shop_id>/items/status")
    def set_status(shop_id: str) -> BaseResponse:
        item = roomclip.set_listing_status(shop_id, request.form.get("item_number", ""), request.form.get("status", ""))
        tell(f"{item.item_number} の出品ステータスを{item.status}にしました。")
        return see_other(
            "roomclip_business.items",
            shop_id=shop_id,
            search=request.form.get("search", ""),
            page=request.form.get("page", 1, type=int),
        )


def _add_item(blueprint: Blueprint, roomclip: RoomClip) -> None:
    @blueprint.get("/<shop_id>/items/new")
    def new_item(shop_id: str) -> str:
        roomclip.shop(shop_id)
        return render_template("roomclip/item.html", item=None, **_choices())

    @blueprint.post("/<shop_id>/items/new")
    def register_item(shop_id: str) -> BaseResponse:
        item = roomclip.register_item(shop_id, read_item(request.form))
        tell(f"{item.item_number} を登録しました。")
        return see_other("roomclip_business.item", shop_id=shop_id, number=item.item_number)

    @blueprint.get("/<shop_id>/items/edit")
    def item(shop_id: str) -> str:
        found = roomclip.item(shop_id, request.args.get("number", ""))
        return render_template("roomclip/item.html", item=found, **_choices())

    @blueprint.post("/<shop_id>/items/edit")
    def edit_item(shop_id: str) -> BaseResponse:
        edited = roomclip.edit_item(shop_id, read_item(request.form))
        tell(f"{edited.item_number} を更新しました。")
        return see_other("roomclip_business.item", shop_id=shop_id, number=edited.item_number)

    @blueprint.post("/<shop_id>/items/stock")
    def edit_stock(shop_id: str) -> BaseResponse:
        stock = parse_number("在庫数", request.form.get("stock", ""))
        variant = roomclip.edit_stock(shop_id, request.form.get("variant_id", ""), stock)
        tell(f"{variant.variant_code or variant.item_number} の在庫数を {variant.stock} にしました。")
        return see_other("roomclip_business.item", shop_id=shop_id, number=variant.item_number)

    @blueprint.post("/<shop_id>/items/delete")
    def delete_item(shop_id: str) -> BaseResponse:
        number = request.form.get("item_number", "")
        roomclip.delete_item(shop_id, number)
        tell(f"{number} を削除しました。")
        return see_other("roomclip_business.items", shop_id=shop_id)


def _add_linkage(blueprint: Blueprint, roomclip: RoomClip) -> None:
    @blueprint.get("/<shop_id>/linkage")
    def linkage(shop_id: str) -> str:
        found = roomclip.linkage(shop_id)
        url = "" if found is None else request.host_url.rstrip("/") + found.stock_update_path
        owner = roomclip.shop(shop_id).owner_mail
        return render_template(
            "roomclip/linkage.html", linkage=found, stock_update_url=url, owner=owner, states=_STATES
        )

    @blueprint.post("/<shop_id>/linkage/apply")
    def apply(shop_id: str) -> BaseResponse:
        roomclip.apply_for_linkage(shop_id, request.form.get("service", ""))
        tell("連携サービスを登録しました。必要事項を入力して保存してください。")
        return see_other("roomclip_business.linkage", shop_id=shop_id)

    @blueprint.post("/<shop_id>/linkage")
    def save(shop_id: str) -> BaseResponse:
        given = {name: request.form.get(name, "") for name in ("ftp_user", "ftp_password", "shop_code", "notify_to")}
        saved = roomclip.save_linkage(shop_id, **given)
        paused = saved.state is LinkageState.PAUSED
        tell("保存しました。連携は一時停止中のままです。" if paused else "保存しました。連携を開始します。")
        return see_other("roomclip_business.linkage", shop_id=shop_id)

    @blueprint.post("/<shop_id>/linkage/pause")
    def pause(shop_id: str) -> BaseResponse:
        roomclip.pause(shop_id)
        tell("連携を一時停止しました。")
        return see_other("roomclip_business.linkage", shop_id=shop_id)

    @blueprint.post("/<shop_id>/linkage/resume")
    def resume(shop_id: str) -> BaseResponse:
        roomclip.resume(shop_id)
        tell("連携を再開しました。")
        return see_other("roomclip_business.linkage", shop_id=shop_id)

    @blueprint.get("/<shop_id>/runs")
    def runs(shop_id: str) -> str:
        return render_template("roomclip/runs.html", runs=roomclip.runs(shop_id), outcomes=_OUTCOMES)


def _choices() -> dict[str, object]:
    return {"statuses": tuple(ListingStatus), "kinds": tuple(ItemKind), "spare_rows": SPARE_ROWS}


def _refused(error: Refused) -> tuple[str, int]:
    problems = error.problems if isinstance(error, BadFile) else ()
    return refused_page(error, "roomclip/layout.html", template="roomclip/refused.html", problems=problems)
