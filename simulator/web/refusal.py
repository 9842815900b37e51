"""What a page says when something was refused: one Japanese sentence, made of the error's kind and field.

The error's own English sentence, which tells details and the next step, stands below it, so that no error is worded
twice where it is raised.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import g, render_template, request

from simulator.errors import BadFile, BadValue, ChangedMeanwhile, Conflict, LabError, Refused, StillUnderWay, Unknown
from simulator.web.forms import page_to_show_again

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_SHOWN = 100
_WHOLE = "0から999,999,999までの半角の整数で入力してください。"
_BOUNDS = "欄の下にある範囲の半角の数字で入力してください。"
_TIME = "いまの時刻からあとの366日以内を、年月日と時刻で入力してください。"
_CHOOSE = "画面にある選択肢から選んでください。"
_NAME = "255文字以内で、制御文字を入れずに入力してください。"
_CODE = "100文字以内で、制御文字を入れずに入力してください。"
_UNUSED = "実験室ではこの送信先は使いません。空欄のままにしてください。"

_FIELDS: Mapping[str, tuple[str, str]] = {
    "name": ("ショップ名(正式名称)", _NAME),
    "short_name": ("ショップ名(略称)", _NAME),
    "mall_type": ("モール種別", _CHOOSE),
    "ftp_settings": ("FTP設定", _UNUSED),
    "mail_settings": ("メール設定", _UNUSED),
    "void": ("確認", "以前のパスワードが使えなくなります。よければチェックを入れて、もう一度発行してください。"),
    "order_intake": ("受注取込", _CHOOSE),
    "reflection": ("在庫反映", _CHOOSE),
    "interval_minutes": ("在庫反映(送信間隔)", "1から1440までの分数を半角の整数で入力してください。"),
    "send_type": ("在庫反映・送信タイプ", _CHOOSE),
    "file_prefix": ("ファイル名", "半角英数字・ハイフン・アンダースコアの32文字以内で入力してください。"),
    "file_suffix": ("ファイル名に付加する日付", _CHOOSE),
    "output_columns": ("ファイル出力項目", _CHOOSE),
    "carrier_name": ("配送業者", _NAME),
    "console_name": ("管理画面", _NAME),
    "payment_name": ("支払方法", _NAME),
    "shop_names": ("ショップの列の名前", _NAME),
    "payments": ("支払方法", "1行以上に、ショップの列の名前を記入してください。"),
    "product_code": ("商品コード(商品基本コード)", _CODE),
    "product_name": ("商品名", _NAME),
    "skus": ("SKU", "1行以上にSKUコードを入力してください。"),
    "sku_code": ("SKUコード", _CODE),
    "attribute1": ("属性1名", _NAME),
    "attribute2": ("属性2名", _NAME),
    "product_codes": ("対象商品", "商品一覧でチェックを入れてから、もう一度押してください。"),
    "sku_codes": ("対象のSKU", "在庫一覧でチェックを入れてから、もう一度押してください。"),
    "bulk_choice": ("変更するショップ", "1つ以上のショップで、変更しない以外を選んでください。"),
    "sellable": ("想定在庫数", "半角の整数で入力してください。"),
    "held_back": ("保留在庫数", _WHOLE),
    "page": ("ページ番号", ""),
    "商品管理番号": ("商品管理番号", ""),
    "商品名": ("商品名", ""),
    "種類別の自社管理コード": ("種類別の自社管理コード", ""),
    "カラー": ("カラー", ""),
    "サイズ": ("サイズ", ""),
    "販売価格": ("販売価格", _WHOLE),
    "在庫数": ("在庫数", _WHOLE),
    "出品ステータス": ("出品ステータス", _CHOOSE),
    "kind": ("出品の種類", "単品は1行だけ、カラー・サイズを空欄にして登録してください。"),
    "variants": ("詳細設定の行", "同じカラー・サイズの行を作らず、1行以上に自社管理コードか価格を入力してください。"),
    "file": ("商品CSVのファイル", "ファイルを選んで、もう一度インポートしてください。"),
    "service": ("連携サービス", _CHOOSE),
    "ftp_user": ("FTPユーザーID", "255文字以内で入力してください。"),
    "ftp_password": ("FTPユーザーパスワード", "255文字以内で入力してください。"),
    "shop_code": ("ショップコード", "半角数字で入力してください。TEMPOSTARのショップ一覧で確認できます。"),
    "notify_to": ("連携失敗時の通知先", "メールアドレスを入力してください。"),
    "quantity": ("数量", _CHOOSE),
    "payment_method": ("支払方法", _CHOOSE),
    "now": ("時刻", _TIME),
    "time": ("時刻", _TIME),
    "minutes": ("進める時間(分)", "0から527,040までの半角の数字で入力してください。"),
    "seconds": ("秒数(seconds)", "欄の下にある範囲の半角の数字で入力してください。時計を進めるときは整数です。"),
    "rate": ("速さ", "0より大きい半角の数字で入力してください。時計は100,000倍までです。"),
    "mode": ("時計", _CHOOSE),
    "on": ("場面(on)", _CHOOSE),
    "path": ("パス(path)", "この場面のパスの形で入力してください。例: /netstock/*/stock.csv"),
    "nth": ("何回目から(nth)", _BOUNDS),
    "times": ("何回(times)", _BOUNDS),
    "at": ("バイト数(at)", _BOUNDS),
    "by": ("増減(by)", _BOUNDS),
    "code": ("返事の番号(code)", _BOUNDS),
    "status": ("ステータス(status)", _BOUNDS),
    "retry_after": ("Retry-After", _BOUNDS),
    "how": ("切りかた(how)", _CHOOSE),
    "text": ("文(text)", "1行、400文字以内で入力してください。"),
    "location": ("転送先(location)", "1行、400文字以内で入力してください。"),
    "snapshot": (
        "名前",
        "半角英数字で始まる、半角英数字・ハイフン・アンダースコア・ピリオドの64文字以内で入力してください。",
    ),
    "catalogue_size": ("SKU数", "1から2,000,000までの半角の整数で入力してください。"),
    "seed": ("カタログの番号", "0以上の半角の整数で入力してください。"),
    "confirmed": ("確認", "すべてなくなることを確かめて、チェックを入れてください。"),
    "column_order": ("項目の順", "在庫ファイルの項目名を、それぞれ一度だけ、半角カンマ区切りで入力してください。"),
    "slice_size": ("一回の送信のSKU数", "1から1,000,000までの半角の整数で入力してください。"),
    "bulk_delay_minutes": ("一括更新の遅れ(分)", "0から1440までの半角の整数で入力してください。"),
}
"""What the pages call a field, and what it takes."""

_THINGS: Mapping[str, str] = {
    "shop": "ショップ",
    "company": "会社",
    "product": "商品",
    "SKU": "SKU",
    "carrier": "配送業者",
    "payment": "支払方法",
    "folder": "フォルダ",
    "file": "ファイル",
    "mail": "メール",
    "RoomClip shop": "ショップ",
    "item": "商品",
    "item on sale": "販売中の商品",
    "variant": "商品",
    "order": "注文",
    "fault": "障害",
    "kind of fault": "障害の種類",
    "journal entry": "記録",
    "snapshot": "保存した状態",
}

_STATUSES: Mapping[int, str] = {
    HTTPStatus.FORBIDDEN: "この操作は受け付けられません。実験室の画面を開き直して、そこから送信してください。",
    HTTPStatus.NOT_FOUND: "ページが見つかりません。",
    HTTPStatus.METHOD_NOT_ALLOWED: "このページではできない操作です。",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "送信されたデータが大きすぎます。16MiBまで送信できます。",
    HTTPStatus.INTERNAL_SERVER_ERROR: "実験室の内部で問題が起きました。操作は正しかったかもしれません。",
}


def refused_page(
    error: Refused, layout: str, *, template: str = "web/refused.html", **values: object
) -> tuple[str, int]:
    """The page that tells of a refusal: the form's own, with what was typed, where its view says which
    (`forms.shown_again`), else one within a console's `layout`. `values`: instead of `heading` and `sentence`, and what
    else that one's template needs."""
    if (page := page_to_show_again()) is not None and "zaikolab_refused" not in g:
        g.zaikolab_refused, g.zaikolab_refused_words = error, values
        try:
            return page(**request.view_args or {}), error.status
        except Refused:
            g.pop("zaikolab_refused")  # what the page is about is not there itself
    values = {"heading": compose_heading(error), "sentence": compose_sentence(error), **values}
    return render_template(template, layout=layout, error=error, **values), error.status


def field_name(field: str) -> str:
    """What the pages call a field; its own name if they have no other."""
    return _FIELDS.get(field, (field, ""))[0]


def compose_heading(error: Refused) -> str:
    """The title of the page that tells of a refusal."""
    match error:
        case Unknown():
            return "見つかりませんでした"
        case BadFile():
            return "取り込めませんでした"
        case _:
            return "できませんでした"


def compose_sentence(error: LabError) -> str:
    """What was refused, in Japanese."""
    match error:
        case BadValue(field=field, value=value):
            label, wanted = _FIELDS.get(field, (field, ""))
            if isinstance(value, str) and not value.strip():
                return f"{label}を指定してください。{wanted}"
            shown = f"「{str(value)[:_LONGEST_SHOWN]}」" if isinstance(value, (str, int)) else ""
            return f"{label}{shown}は受け付けられません。{wanted}"
        case BadFile(name=name):
            return f"{name} は取り込まれませんでした。次の行を直して、もう一度インポートしてください。"
        case Unknown(what=what, name=name):
            return f"{_THINGS.get(what, what)}「{str(name)[:_LONGEST_SHOWN]}」は見つかりません。"
        case ChangedMeanwhile():
            return (
                "この画面を開いたあとに、別の画面で変更されました。何も変更していません。"
                "現在の値を確かめて、もう一度送信してください。"
            )
        case StillUnderWay():
            return (
                "同じ操作がまだ終わっていません。今回は何もしていません。"
                "もう一度送信せずに、しばらくしてからこの画面を開き直して、結果を確かめてください。"
            )
        case Conflict():
            return "すでに登録されているか、現在の状態ではできない操作です。何も変更されていません。"
        case _:
            return compose_status_sentence(error.status)


def compose_status_sentence(status: int) -> str:
    """What became of a request that no rule of the services refused, in Japanese."""
    return _STATUSES.get(status, "リクエストを処理できませんでした。")
