"""What follows from the guide: stock arrives, a sale, a pause, a failure with its mail."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.guide_walk.person import Person, step
from tests.browser.guide_walk.roomclip import CHAIR, CURTAINS, LAMP
from tests.browser.guide_walk.tempostar import CHAIR_SKU, CURTAIN_SKUS, LAMP_SKU, STOCK

SOLD = {CURTAIN_SKUS[1]: "クレジットカード", CHAIR_SKU: "Amazon決済"}
"""One of each is sold, paid so."""


def _sync(person: Person, *, exit_code: int = 0) -> None:
    """TEMPOSTAR's next pass by the clock, then the engine's."""
    person.press("次の送信まで進める")
    assert person.engine.run().exit_code == exit_code


def _item(person: Person, number: str) -> Locator:
    """An item's rows on 商品管理."""
    person.go_to("RoomClipビジネス")
    person.follow("商品管理")
    return person.page.get_by_role("rowgroup").filter(has=person.page.get_by_text(number, exact=True))


def _set_stock(person: Person, sku: str, quantity: int) -> None:
    person.go_to("TEMPOSTAR")
    person.follow("在庫管理", "在庫一覧")
    person.type_into(f"想定在庫数 {sku}", str(quantity))
    person.press("更新", person.row(sku))
    expect(person.page.get_by_role("status").first).to_be_visible()


def _number_of(person: Person, sku: str) -> str:
    """The stock on the row of a code on the item's list."""
    return person.cell(person.row(sku), "在庫数").inner_text().split()[0]


@step("first-sync")
def first_sync(person: Person) -> str:
    _sync(person)
    expect(person.page.get_by_role("group", name="実験室の時計")).to_contain_text("09:05:00")
    person.go_to("TEMPOSTAR")
    person.follow("FTPS領域", "netstock/", f"{person.noted['ショップコード']}/", "stock.csv")
    person.reads("商品コード", "商品基本コード", "商品名", "属性1名", "属性2名", "在庫数", *STOCK)
    _item(person, CHAIR)
    for sku, stock in STOCK.items():
        assert _number_of(person, sku) == str(stock), sku
    person.go_to("ショップ")
    for name in ("オーク材の椅子", "遮光カーテン"):
        expect(person.ware(name)).to_contain_text("在庫あり")
    return "TEMPOSTARの在庫数がRoomClipショッピングに届き、公開の商品が在庫ありになりました。"


@step("draft-stock")
def draft_stock(person: Person) -> str:
    expect(person.page.get_by_text("和紙のランプ")).to_have_count(0)
    lamp = _item(person, LAMP)
    assert _number_of(person, LAMP_SKU) == str(STOCK[LAMP_SKU])
    expect(lamp.get_by_label(f"{LAMP} 出品ステータス")).to_have_value("下書き")
    return "下書きのランプの在庫数は8ですが、店舗には出ていません。"


@step("sale")
def sale(person: Person) -> str:
    person.go_to("ショップ")
    person.follow("遮光カーテン")
    person.choose("カラー", "グレー")
    person.choose("サイズ", "80cm")
    _pay_with(person, "クレジットカード")
    person.go_to("ショップ")
    person.follow("オーク材の椅子")
    _pay_with(person, "Amazon決済")
    _item(person, CURTAINS)
    for sku in SOLD:
        assert _number_of(person, sku) == str(STOCK[sku] - 1)
    person.go_to("ショップ")
    person.follow("注文履歴")
    return "2件の注文が受け付けられ、グレーのカーテンの在庫は3から2に、椅子は12から11に減りました。"


def _pay_with(person: Person, method: str) -> None:
    person.page.get_by_label(method, exact=True).check()
    person.press("購入する")
    person.reads("ご注文ありがとうございます", method)


@step("order-taken-in")
def order_taken_in(person: Person) -> str:
    assert person.engine.run().exit_code == 0
    person.press("次の送信まで進める")
    person.go_to("TEMPOSTAR")
    person.follow("在庫管理", "在庫一覧")
    for sku in SOLD:
        expect(person.field(f"想定在庫数 {sku}")).to_have_value(str(STOCK[sku] - 1))
    person.follow("受注管理", "受注一覧")
    for sku, method in SOLD.items():
        order = person.row(sku)
        for column, text in (("支払方法", method), ("配送方法", "その他"), ("進捗", "自動"), ("警告", "なし")):
            expect(person.cell(order, column)).to_contain_text(text)
    return "受注一覧に2件の注文が入り、支払方法はクレジットカードとAmazon決済、配送方法はその他、警告はありません。"


@step("pause")
def pause(person: Person) -> str:
    assert person.engine.run().exit_code == 0  # what the order changed arrives before the pause
    person.go_to("RoomClipビジネス")
    person.follow("在庫連携設定")
    person.press("一時停止")
    person.is_told("連携を一時停止しました。")
    _set_stock(person, CHAIR_SKU, 10)
    _sync(person)
    _item(person, CHAIR)
    assert _number_of(person, CHAIR_SKU) == str(STOCK[CHAIR_SKU] - 1)
    person.follow("在庫連携設定")
    person.reads("一時停止中")
    return "一時停止中です。TEMPOSTARで椅子を10に変えても、RoomClipの在庫数は11のままです。"


@step("resume")
def resume(person: Person) -> str:
    person.press("再開")
    person.is_told("連携を再開しました。")
    _sync(person)
    _item(person, CHAIR)
    assert _number_of(person, CHAIR_SKU) == "10"
    return "再開した後の同期で、椅子の在庫数が10になりました。"


@step("failure-mail")
def failure_mail(person: Person) -> str:
    _set_stock(person, CHAIR_SKU, 7)
    person.go_to("実験室")
    person.follow("障害")
    person.press("次のログインを拒否する")
    _sync(person, exit_code=1)
    _item(person, CHAIR)
    assert _number_of(person, CHAIR_SKU) == "10"
    person.go_to("受信メール")
    mails = person.page.get_by_role("list", name="メール、新しい順").get_by_role("listitem")
    expect(mails.first).to_contain_text("失敗")
    mails.first.get_by_role("link").click()
    expect(person.page.get_by_role("article", name="本文")).to_contain_text("owner@shop.example")
    return "連携の失敗を知らせるメールが店舗に届きました。椅子の在庫数は10のままです。"


@step("recovery-mail")
def recovery_mail(person: Person) -> str:
    _sync(person)
    _item(person, CHAIR)
    assert _number_of(person, CHAIR_SKU) == "7"
    person.go_to("受信メール")
    mails = person.page.get_by_role("list", name="メール、新しい順").get_by_role("listitem")
    expect(mails.first).to_contain_text("復旧")
    mails.first.get_by_role("link").click()
    expect(person.page.get_by_role("article", name="本文")).to_be_visible()
    return "復旧を知らせるメールが届き、椅子の在庫数は7になりました。"
