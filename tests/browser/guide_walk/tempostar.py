"""Guide 1 to 3, on TEMPOSTAR's console."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.guide_walk.person import Person, step

SHOP, SHORT = "RoomClipShopping", "RCs"
CHAIR, CURTAINS, LAMP = "P-CHAIR", "P-CURTAIN", "P-LAMP"
CHAIR_SKU, LAMP_SKU = "CHAIR-01", "LAMP-01"
CURTAIN_SKUS = ("CURTAIN-BL-80", "CURTAIN-GR-80")
STOCK = {CHAIR_SKU: 12, CURTAIN_SKUS[0]: 5, CURTAIN_SKUS[1]: 3, LAMP_SKU: 8}


@step("add-shop")
def add_shop(person: Person) -> str:
    person.go_to("TEMPOSTAR")
    person.follow("設定(歯車マーク)", "共通設定", "連携ショップ基本設定", "連携ショップ新規追加")
    expect(person.page.get_by_role("heading", name="連携ショップ新規追加")).to_be_visible()
    return "連携ショップ新規追加の画面が開きます。"


@step("register-shop")
def register_shop(person: Person) -> str:
    person.choose("モール種別", "roomclip(受注・在庫連携のみ)")
    person.type_into("ショップ名(正式名称)", SHOP)
    person.type_into("ショップ名(略称)", SHORT)
    for blank in ("FTP設定", "メール設定"):
        expect(person.field(blank)).to_have_value("")
    person.press("登録")
    person.is_told("登録しました。")
    person.has_cells(
        SHOP, **{"ショップ名(正式名称)": SHOP, "ショップ名(略称)": SHORT, "モール種別": "roomclip(受注・在庫連携のみ)"}
    )
    code = person.row(SHOP).get_by_role("rowheader").inner_text()
    assert code.isdecimal()
    assert len(code) == 5
    return f"ショップ一覧に{SHOP}が載り、ショップコード{code}が付きました。"


@step("choose-shop")
def choose_shop(person: Person) -> str:
    person.follow("設定(歯車マーク)", "在庫管理設定", "在庫管理設定 ショップ一覧", SHOP)
    expect(person.page.get_by_role("heading", name=f"在庫管理設定 {SHOP}")).to_be_visible()
    return f"{SHOP}の在庫管理設定が開きます。"


@step("stock-settings")
def stock_settings(person: Person) -> str:
    person.choose("受注取込", "起動")
    person.choose("在庫反映", "起動")
    person.type_into("在庫反映(送信間隔)", "5")
    person.choose("在庫反映・送信タイプ", "FTPS領域")
    name = person.page.get_by_role("group", name="ファイル名")
    name.get_by_role("textbox").fill("stock")
    name.get_by_role("combobox").select_option(label="なし")
    expect(name).to_contain_text(".csv")
    person.choose("ファイル出力項目", "全項目と在庫")
    person.press("登録")
    person.is_told("登録しました。")
    for label, value in (
        ("受注取込", "起動"), ("在庫反映", "起動"), ("在庫反映(送信間隔)", "5"), ("在庫反映・送信タイプ", "FTPS領域"),
        ("ファイル出力項目", "全項目と在庫"),
    ):  # fmt: skip
        expect(person.field(label)).to_have_value(value)
    expect(name.get_by_role("textbox")).to_have_value("stock")
    expect(name.get_by_role("combobox")).to_have_value("なし")
    return "設定が登録され、次の送信の時刻が5分後に決まりました。"


@step("carrier")
def carrier(person: Person) -> str:
    person.follow("設定(歯車マーク)", "受注管理設定(基本)", "配送業者設定", "新規登録")
    for label in ("配送業者", "管理画面", SHORT):
        person.type_into(label, "その他")
    person.press("登録")
    person.is_told("登録しました。")
    person.has_cells("その他", **{"配送業者": "その他", "管理画面": "その他", SHORT: "その他"})
    return f"配送業者設定の{SHORT}の列に、その他が入りました。"


def _pay(person: Person, method: str) -> str:
    person.follow("設定(歯車マーク)", "受注管理設定(基本)", "支払方法設定", "新規登録")
    person.page.get_by_label(f"{method} {SHORT}", exact=True).fill(method)
    person.press("登録")
    person.is_told("登録しました。")
    person.has_cells(method, **{"支払方法": method, SHORT: method})
    return f"支払方法設定の{method}の行、{SHORT}の列に、{method}が入りました。"


@step("card-payment")
def card_payment(person: Person) -> str:
    return _pay(person, "クレジットカード")


@step("amazon-payment")
def amazon_payment(person: Person) -> str:
    return _pay(person, "Amazon決済")


@step("register-products")
def register_products(person: Person) -> str:
    for code, name, skus in (
        (CHAIR, "オーク材の椅子", [(CHAIR_SKU, "", "")]),
        (CURTAINS, "遮光カーテン", [(CURTAIN_SKUS[0], "ブルー", "80cm"), (CURTAIN_SKUS[1], "グレー", "80cm")]),
        (LAMP, "和紙のランプ", [(LAMP_SKU, "", "")]),
    ):
        person.go_to("TEMPOSTAR")
        person.follow("商品管理", "商品登録")
        person.type_into("商品コード(商品基本コード)", code)
        person.type_into("商品名", name)
        for row, (sku, first, second) in enumerate(skus, 1):
            for label, text in (("SKUコード", sku), ("属性1名", first), ("属性2名", second)):
                person.type_into(f"{label} {row}行目", text)
            person.type_into(f"想定在庫数 {row}行目", str(STOCK[sku]))
        person.press("登録")
        person.is_told("登録しました。")
    return "3つの商品が、4つのSKUコードとともに登録されました。"


@step("registered-products")
def registered_products(person: Person) -> str:
    person.go_to("TEMPOSTAR")
    person.follow("商品管理", "商品一覧")
    person.reads(CHAIR, CURTAINS, LAMP)
    return "登録した商品が商品一覧にあります。"


@step("choose-for-shop")
def choose_for_shop(person: Person) -> str:
    person.follow(CHAIR)
    shops = person.page.get_by_role("group", name="登録店舗")
    expect(shops.get_by_label(SHOP)).not_to_be_checked()
    shops.get_by_label(SHOP).check()
    person.press("登録")
    person.is_told("登録しました。")
    expect(shops.get_by_label(SHOP)).to_be_checked()
    return f"椅子の登録店舗に{SHOP}が入りました。"


@step("carried")
def carried(person: Person) -> str:
    person.follow("取扱/反映編集")
    heading = person.page.get_by_role("columnheader", name="ETC1")
    expect(heading).to_contain_text(SHORT)
    tick = person.page.get_by_label("ETC1 取扱", exact=True)
    expect(tick).to_be_checked()
    person.press("更新")
    person.is_told("更新しました。")
    expect(tick).to_be_checked()
    return "ETC1の列の取扱にチェックが入っています。"


@step("link")
def link(person: Person) -> str:
    person.follow("この商品の在庫管理へ", "在庫連動設定")
    where = person.page.get_by_label(f"在庫連携先 ETC1 {CHAIR_SKU}", exact=True)
    expect(where).to_have_value("連携しない")
    where.select_option(label="連携する")
    person.press("在庫連動設定更新")
    person.is_told("更新しました。")
    expect(where).to_have_value("連携する")
    return f"{CHAIR_SKU}の在庫連携先が連携するになりました。"


@step("carry-in-bulk")
def carry_in_bulk(person: Person) -> str:
    person.follow("商品管理", "商品一覧")
    for code in (CURTAINS, LAMP):
        person.page.get_by_role("checkbox", name=code, exact=True).check()
    person.press("一括更新:取扱ショップ")
    person.reads("反映までにはお時間がかかる場合があります。")
    person.page.get_by_role("group", name=SHOP).get_by_label("追加", exact=True).check()
    person.press("更新")
    person.reads("反映待ち")
    return "一括更新が受け付けられ、反映待ちと表示されます。"


@step("bulk-takes-time")
def bulk_takes_time(person: Person) -> str:
    badge = person.row(CURTAINS).get_by_text(SHORT)
    expect(badge).to_have_count(0)
    person.go_to("実験室")
    person.page.get_by_text("時刻を指定する・速さを変える").click()
    now = person.field("時刻を指定")
    now.fill(now.input_value()[:14] + "01:00")
    person.press("この時刻まで進める")
    person.go_to("TEMPOSTAR")
    person.follow("商品管理", "商品一覧")
    expect(badge).to_be_visible()
    return f"1分後、カーテンとランプの取扱ショップに{SHORT}が入りました。"


@step("link-in-bulk")
def link_in_bulk(person: Person) -> str:
    person.follow("在庫管理", "在庫一覧")
    for code in (*CURTAIN_SKUS, LAMP_SKU):
        expect(person.row(code)).to_contain_text("連動しない")
        person.page.get_by_role("checkbox", name=code, exact=True).check()
    person.press("在庫連動一括設定")
    person.page.get_by_role("group", name="想定在庫連動設定").get_by_label(SHOP).select_option(label="連動する")
    person.press("実行")
    expect(person.page.get_by_role("status").first).to_be_visible()
    person.follow("在庫管理", "在庫一覧")
    for code in STOCK:
        for state in ("取扱あり", "連動する"):
            expect(person.cell(person.row(code), "取扱・在庫連動")).to_contain_text(state)
    return "4つのSKUすべてが、取扱あり・連動するになりました。"
