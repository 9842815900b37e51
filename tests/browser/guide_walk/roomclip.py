"""Guide 4 and 5, on RoomClipビジネス, with TEMPOSTAR's console beside it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.guide_walk.person import Person, step
from tests.browser.guide_walk.tempostar import CHAIR_SKU, CURTAIN_SKUS, LAMP_SKU, SHOP

CHAIR, CURTAINS, LAMP = "R-CHAIR", "R-CURTAIN", "R-LAMP"
ITEMS_CSV = f"""商品管理番号,親子・単品フラグ,商品名,カラー,サイズ,種類別の自社管理コード,販売価格,在庫数,出品ステータス
{LAMP},0,和紙のランプ,,,{LAMP_SKU},9800,0,下書き
{CURTAINS},1,遮光カーテン,,,,,,下書き
{CURTAINS},2,,ブルー,80cm,{CURTAIN_SKUS[0]},4200,0,
{CURTAINS},2,,グレー,80cm,{CURTAIN_SKUS[1]},4200,0,
""".replace("\n", "\r\n")


@step("register-item")
def register_item(person: Person) -> str:
    person.go_to("RoomClipビジネス")
    person.follow("商品管理", "商品を登録する")
    person.reads("商品詳細設定")
    person.type_into("商品管理番号", CHAIR)
    person.type_into("商品名", "オーク材の椅子")
    details = person.page.get_by_role("group", name="2.詳細設定")
    details.get_by_label("種類別の自社管理コード").fill(CHAIR_SKU)
    details.get_by_label("販売価格").fill("24800")
    expect(details.get_by_label("在庫数")).to_have_value("0")
    person.press("登録")
    person.is_told("登録しました。")
    expect(details.get_by_label("種類別の自社管理コード")).to_have_value(CHAIR_SKU)
    return f"椅子が、種類別の自社管理コード{CHAIR_SKU}、在庫数0で登録されました。"


@step("import-items")
def import_items(person: Person) -> str:
    person.follow("商品CSV")
    file = {"name": "items.csv", "mimeType": "text/csv", "buffer": ITEMS_CSV.encode("cp932")}
    person.field("商品CSV").set_input_files([file])  # type: ignore[list-item]  # a dict is one way to give a file
    person.press("インポート")
    person.is_told("2 商品を取り込みました。")
    person.reads("確認が必要な行はありません")
    return "単品のランプと、カラー・サイズのあるカーテンが取り込まれました。"


@step("publish")
def publish(person: Person) -> str:
    person.follow("商品管理")
    for number in (CHAIR, CURTAINS):
        row = person.row(number)
        row.get_by_label(f"{number} 出品ステータス").select_option(label="公開")
        person.press("変更", row)
        person.is_told("出品ステータスを公開にしました。")
    expect(person.page.get_by_label(f"{LAMP} 出品ステータス")).to_have_value("下書き")
    person.go_to("ショップ")
    for name in ("オーク材の椅子", "遮光カーテン"):
        expect(person.ware(name)).to_contain_text("売り切れ")
    expect(person.page.get_by_text("和紙のランプ")).to_have_count(0)
    return "公開の椅子とカーテンが売り切れとして並び、下書きのランプは出ていません。"


@step("ftp-password")
def ftp_password(person: Person) -> str:
    person.go_to("TEMPOSTAR")
    person.follow("設定(歯車マーク)", "共通設定", "FTPパスワード発行")
    person.press("発行")
    person.is_told("FTPパスワードを発行しました。")
    account = person.page.get_by_role("region", name="FTPアカウント")
    person.noted["FTPユーザーID"] = account.get_by_label("FTPユーザーID", exact=True).inner_text()
    person.noted["FTPユーザーパスワード"] = account.get_by_label("FTPユーザーパスワード", exact=True).inner_text()
    assert person.noted["FTPユーザーID"].endswith("_0")
    person.press("隠す")
    return "FTPユーザーIDとパスワードが発行されました。パスワードは「表示」で見られます。"


@step("shop-code")
def shop_code(person: Person) -> str:
    person.follow("設定(歯車マーク)", "共通設定", "連携ショップ基本設定")
    person.noted["ショップコード"] = person.row(SHOP).get_by_role("rowheader").inner_text()
    return f"ショップ一覧の{SHOP}の行に、ショップコード{person.noted['ショップコード']}があります。"


@step("apply")
def apply(person: Person) -> str:
    person.go_to("RoomClipビジネス")
    person.follow("ショップ管理", "在庫連携設定")
    person.choose("連携サービス", "TEMPOSTAR")
    person.press("申請内容を確認する")
    expect(person.field("FTPユーザーID")).to_be_visible()
    return "利用する在庫連携サービスにTEMPOSTARが登録され、必要事項の入力欄が開きます。"


@step("save-linkage")
def save_linkage(person: Person) -> str:
    for label in ("FTPユーザーID", "FTPユーザーパスワード", "ショップコード"):
        person.type_into(label, person.noted[label])
    person.press("保存する")
    person.is_told("保存しました。連携を開始します。")
    shown = person.page.get_by_role("region", name="連携中のサービス入力情報")
    expect(shown).to_contain_text(person.noted["FTPユーザーID"])
    expect(shown).to_contain_text(person.noted["ショップコード"])
    expect(shown).to_contain_text("在庫更新用URL")
    expect(shown).to_contain_text("連携中")
    expect(person.page.get_by_text(person.noted["FTPユーザーパスワード"])).to_have_count(0)
    return "連携中のサービス入力情報と在庫更新用URLが表示されました。パスワードは伏せられています。"
