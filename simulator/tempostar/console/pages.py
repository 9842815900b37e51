"""TEMPOSTAR's console, plain: shops, 在庫管理設定, 在庫一覧, 受注一覧, FTPS area, password (guide 1, 2.1, 3, 5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request

from simulator.errors import BadValue, Refused, Unknown
from simulator.tempostar.backoffice import FileSuffix, OutputColumns, SendType, Switch
from simulator.tempostar.catalog import FIRST_COMPANY, MALL_TYPES
from simulator.tempostar.ftps.paths import folders_in
from simulator.web.forms import see_other, tell
from simulator.web.refusal import refused_page

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.tempostar.area import Area
    from simulator.tempostar.backoffice import BackOffice

_CHOICES = {
    "order_intake": ("受注取込", tuple(Switch)),
    "reflection": ("在庫反映", tuple(Switch)),
    "send_type": ("在庫反映・送信タイプ", tuple(SendType)),
    "file_suffix": ("ファイル名（付加）", tuple(FileSuffix)),
    "output_columns": ("ファイル出力項目", tuple(OutputColumns)),
}
_TEXTS = {"interval_minutes": "在庫反映（送信間隔・分）", "file_prefix": "ファイル名"}


def create_blueprint(backoffice: BackOffice, area: Area) -> Blueprint:
    """The console of every company; `?company=` chooses one, else it is the first."""
    blueprint = Blueprint("tempostar", __name__, url_prefix="/tempostar", template_folder="templates")
    blueprint.register_error_handler(Refused, _refused)
    blueprint.context_processor(lambda: {"company": _company(), "companies": backoffice.companies()})

    @blueprint.before_request
    def know_the_company() -> None:
        if _company() not in {one.company_id for one in backoffice.companies()}:
            raise Unknown("company", _company())

    _add_shops(blueprint, backoffice)
    _add_stock(blueprint, backoffice)
    _add_orders(blueprint, backoffice)
    _add_area(blueprint, backoffice, area)
    return blueprint


def _add_shops(blueprint: Blueprint, backoffice: BackOffice) -> None:
    @blueprint.get("/")
    def shops() -> str:
        found = backoffice.shops(_company())
        return render_template("tempostar/shops.html", shops=found, mall_types=MALL_TYPES)

    @blueprint.post("/")
    def add_shop() -> BaseResponse:
        given = {name: request.form.get(name, "") for name in ("name", "short_name", "mall_type")}
        shop = backoffice.add_shop(**given, company_id=_company())
        tell(f"ショップ {shop.shop_code} を登録しました。")
        return see_other("tempostar.shops", company=_company())

    @blueprint.get("/shops/<shop_code>")
    def shop(shop_code: str) -> str:
        found = backoffice.shop(shop_code)
        return render_template(
            "tempostar/shop.html",
            shop=found,
            state=backoffice.reflection_state(shop_code),
            choices=_CHOICES,
            texts=_TEXTS,
        )

    @blueprint.post("/shops/<shop_code>")
    def change_stock_settings(shop_code: str) -> BaseResponse:
        given = {name: value for name in (*_CHOICES, *_TEXTS) if (value := request.form.get(name)) is not None}
        changes: dict[str, object] = dict(given)
        if "interval_minutes" in given:
            changes["interval_minutes"] = _whole("interval_minutes", given["interval_minutes"])
        backoffice.update_stock_settings(shop_code, **changes)
        tell("在庫管理設定を登録しました。")
        return see_other("tempostar.shop", shop_code=shop_code)

    @blueprint.post("/shops/<shop_code>/full-sync")
    def full_sync(shop_code: str) -> BaseResponse:
        backoffice.request_full_sync(shop_code)
        tell("一括同期を受け付けました。")
        return see_other("tempostar.shop", shop_code=shop_code)

    @blueprint.get("/ftp")
    def ftp() -> str:
        return render_template("tempostar/ftp.html", account=backoffice.ftp_account(_company()))

    @blueprint.post("/ftp")
    def issue_ftp_password() -> BaseResponse:
        backoffice.issue_ftp_password(_company())
        tell("FTPパスワードを発行しました。以前のパスワードは使えません。")
        return see_other("tempostar.ftp", company=_company())


def _add_stock(blueprint: Blueprint, backoffice: BackOffice) -> None:
    @blueprint.get("/stock")
    def stock() -> str:
        search = request.args.get("search", "")
        page = request.args.get("page", 1, type=int)
        found = backoffice.skus(search=search, page=page, company_id=_company())
        return render_template("tempostar/stock.html", found=found, search=search)

    @blueprint.post("/stock")
    def set_stock() -> BaseResponse:
        sku_code = request.form.get("sku_code", "")
        quantities = {name: request.form.get(name, "") for name in ("sellable", "held_back")}
        given = {name: _whole(name, text) for name, text in quantities.items() if text.strip()}
        stock = backoffice.set_stock(
            sku_code, sellable=given.get("sellable"), held_back=given.get("held_back"), company_id=_company()
        )
        tell(f"{sku_code} の想定在庫数を {stock.sellable}、保留在庫数を {stock.held_back} にしました。")
        return see_other(
            "tempostar.stock",
            search=request.form.get("search", ""),
            page=request.form.get("page", 1, type=int),
            company=_company(),
        )


def _add_orders(blueprint: Blueprint, backoffice: BackOffice) -> None:
    @blueprint.get("/orders")
    def orders() -> str:
        page = request.args.get("page", 1, type=int)
        return render_template("tempostar/orders.html", found=backoffice.orders(page=page, company_id=_company()))


def _add_area(blueprint: Blueprint, backoffice: BackOffice, area: Area) -> None:
    @blueprint.get("/area")
    def folder() -> str:
        path = "/" + request.args.get("path", "/").strip("/")
        folders = folders_in(path, backoffice.shop_codes(_company()))
        if folders is None:
            raise Unknown("folder", path)
        return render_template(
            "tempostar/area.html", path=path, base=path.rstrip("/"), folders=folders, files=area.files(_company(), path)
        )

    @blueprint.get("/area/file")
    def file() -> Response:
        path = request.args.get("path", "")
        content = area.read(_company(), path)
        if content is None:
            raise Unknown("file", path)
        return Response(
            content,
            content_type="application/octet-stream",
            headers={"Content-Disposition": "attachment"},
        )


def _company() -> int:
    return request.args.get("company", FIRST_COMPANY, type=int)


def _whole(field: str, text: str) -> int:
    # More digits than any quantity has would only cost time to convert.
    digits = text.strip().removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
        raise BadValue(field, text, "a whole number is wanted")
    return int(text)


def _refused(error: Refused) -> tuple[str, int]:
    return refused_page(error, "tempostar/layout.html")
