"""TEMPOSTAR's side of the setup: the shop, its 在庫管理設定, and the stock file that comes of it (guide 1 and 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then, when

from simulator.config import StockColumn
from simulator.conformance.area_visits import try_download
from simulator.conformance.expectations import expect
from simulator.conformance.steps.sentences import Sentence, Table
from simulator.conformance.stock_folder import COMPANY

if TYPE_CHECKING:
    from simulator.conformance.world import World

_FIELDS = {
    "受注取込": "order_intake",
    "在庫反映": "reflection",
    "送信間隔": "interval_minutes",
    "送信タイプ": "send_type",
    "ファイル名": "file_prefix",
    "ファイル名の日付": "file_suffix",
    "ファイル出力項目": "output_columns",
}
_FIELD = "「{field:" + "|".join(_FIELDS) + "}」"
NOT_RESUMED = "522"
"""The reply to a data connection that does not resume the control connection's TLS session."""
_CONTENT = {"差分": "diff", "全件": "full"}
_COLUMNS = Table("項目")
_ROWS = Table("SKUコード", "在庫数")
_ROW = Table("在庫数", may=StockColumn)


@given("TEMPOSTARにRoomClipショッピング店を追加している")
@when("TEMPOSTARにRoomClipショッピング店を追加する")
def add_shop(world: World) -> None:
    """Guide 1: add the RoomClip shop."""
    world.add_shop()


@given("在庫管理設定をガイドどおりに登録している")
def save_stock_settings(world: World) -> None:
    """Guide 2: save the stock settings, the carrier and the payment names."""
    world.save_stock_settings()


@given("在庫連携の設定を終えている")
def finish_setup(world: World) -> None:
    """Guide 1, 2 and 5: everything but products and items."""
    world.finish_setup()


@given(Sentence(f"在庫管理設定の{_FIELD}を「{{value}}」にしている"))
def change_stock_setting(world: World, field: str, value: str) -> None:
    """Change one of the shop's 在庫管理設定 by its name on the page."""
    world.lab.tempostar.update_stock_settings(world.shop_code, **{_FIELDS[field]: value})


@given(Sentence("在庫ファイルの内容が「{content:差分|全件}」である"))
def choose_content(world: World, content: str) -> None:
    """Have a pass write the changed SKUs only (差分) or every linked one (全件)."""
    world.lab.change_settings(content=_CONTENT[content])


@given(Sentence("一度に送られるSKUが「{count:int}」件までである"))
def limit_slice(world: World, count: int) -> None:
    """Have a pass write at most so many SKUs."""
    world.lab.change_settings(slice_size=count)


@given("FTPS領域がファイルの転送にログインと同じ暗号化の続きを求めている")
def require_session_reuse(world: World) -> None:
    """Have the area refuse data connections that do not resume the control connection's TLS session."""
    world.lab.change_settings(tls_session_reuse=True)


@then("ログインの続きでない暗号化では在庫ファイルを受け取れない")
def check_session_reuse(world: World) -> None:
    """A download whose data connection begins a TLS session of its own is refused for that."""
    account = world.lab.tempostar.ftp_account()
    seen = "no FTP password has been issued"
    if account is not None:
        with world.visiting_area() as area:
            seen = try_download(area, account, world.stock_path())
    expect(seen.startswith(NOT_RESUMED), f"a download refused with {NOT_RESUMED}", seen or "the whole file")


@then("ショップ一覧にRoomClipショッピング店がショップコードとともに表示される")
def check_shop_listed(world: World) -> None:
    """The shop stands in the list with a code of five digits."""
    listed = [shop for shop in world.lab.tempostar.shops() if shop.name == "RoomClipShopping"]
    seen = [(shop.name, shop.short_name, shop.shop_code) for shop in listed]
    right = len(listed) == 1 and len(listed[0].shop_code) == 5 and listed[0].shop_code.isdecimal()
    expect(right, "RoomClipShopping with a shop code of five digits", seen)


@then("取扱/反映編集のRoomClipショッピング店の列はETCと数字で表示される")
def check_column_heading(world: World) -> None:
    """Guide 3.2.1.3: the shop's column is headed ETC and a number."""
    seen = [shop.etc_column for shop in world.lab.tempostar.shops() if shop.shop_code == world.shop_code]
    right = len(seen) == 1 and seen[0].startswith("ETC") and seen[0].removeprefix("ETC").isdecimal()
    expect(right, "a column headed ETC and a number", ", ".join(seen) or "no such shop")


@then(Sentence("FTPS領域に在庫ファイル「{name}」が{presence:ある|ない}"))
def check_stock_file(world: World, name: str, presence: str) -> None:
    """A file of this name is, or is not, in the shop's folder."""
    names = _names(world)
    expected = f"{name} {'in' if presence == 'ある' else 'not in'} /netstock/{world.shop_code}"
    expect((name in names) == (presence == "ある"), expected, ", ".join(names) or "no files")


@then(Sentence("FTPS領域に在庫ファイルが{presence:ある|ない}"))
def check_any_stock_file(world: World, presence: str) -> None:
    """A stock file, whatever its name, is or is not in the shop's folder."""
    names = _names(world)
    expected = f"{'a' if presence == 'ある' else 'no'} stock file in /netstock/{world.shop_code}"
    expect(bool(names) == (presence == "ある"), expected, ", ".join(names) or "no files")


@then(Sentence("在庫ファイルの項目は次のとおりである:", _COLUMNS))
def check_columns(world: World, datatable: list[list[str]]) -> None:
    """The columns of the file, in any order."""
    wanted = [row["項目"] for row in _COLUMNS.read(datatable)]
    rows = world.stock_rows()
    seen = list(rows[0]) if rows else []
    expect(sorted(seen) == sorted(wanted), f"columns {', '.join(wanted)}", ", ".join(seen) or "no rows")


@then(Sentence("在庫ファイルに載っているSKUは次のとおりである:", _ROWS))
def check_rows(world: World, datatable: list[list[str]]) -> None:
    """The file holds exactly these SKUs with these stocks."""
    wanted = {row["SKUコード"]: row["在庫数"] for row in _ROWS.read(datatable)}
    seen = {row["商品コード"]: row["在庫数"] for row in world.stock_rows()}
    expect(seen == wanted, f"in its file {wanted}", seen, *world.ends(sorted(wanted.keys() | seen.keys())))


@then(Sentence("在庫ファイルの「{sku}」の行は次のとおりである:", _ROW))
def check_row(world: World, sku: str, datatable: list[list[str]]) -> None:
    """One row of the file, column by column."""
    (wanted,) = _ROW.read(datatable)
    seen = [row for row in world.stock_rows() if row.get("商品コード") == sku]
    found = bool(seen) and {column: seen[0].get(column) for column in wanted} == wanted
    expect(found, f"a row of {sku} with {wanted}", seen, *world.ends([sku]))


@then(Sentence("在庫ファイルの更新時刻は「{time}」である"))
def check_file_time(world: World, time: str) -> None:
    """When the newest stock file was written, on the lab's clock."""
    file = world.lab.area.stat(COMPANY, world.stock_path())
    seen = f"{file.mtime:%H:%M}" if file else "no file"
    expect(seen == time, f"a stock file written at {time}", seen)


def _names(world: World) -> list[str]:
    return [file.name for file in world.lab.area.files(COMPANY, f"/netstock/{world.shop_code}")]
