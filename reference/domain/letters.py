"""The mails to the merchant, in Japanese: shop, time, what failed, what it means for stock, what to do next.

No password and no token can get in: nothing that holds one is passed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from reference.domain.incident import Cause, Failure, Incident
from reference.domain.linkage import Memory, Problem, ProblemKind
from reference.domain.orders import OrderFile, order_number
from reference.domain.refusal import read_refusal
from reference.domain.report import name_cause
from reference.errors import CertificateDefect, UntrustedReason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from reference.domain.watch import MissedNews

SUBJECT_PREFIX = "【在庫連携】"
LINES_PER_KIND = 50
_LOOK_AT_STOCK = (
    "",
    "■ご確認のお願い",
    "読む前に上書きされた在庫ファイルがあるかもしれません。一括同期をお願いする別のメールをご覧ください。",
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as plain text; `written_at` becomes its Date."""

    subject: str
    body: str
    written_at: datetime


def compose_failure(memory: Memory, failure: Failure, at: datetime) -> Letter:
    """Tell that a linkage fails, from now until the letter of `compose_recovery`."""
    about = [f"失敗した内容：{name_cause(failure.cause)}"]
    if failure.file_name:
        about.append(f"対象ファイル：{failure.file_name}")
    if failure.detail is not None:
        about.append(f"原因：{name_detail(failure.detail)}")
    if failure.about:
        about.append(failure.about)
    lines = [
        _opening(failure.cause),
        "",
        *_heading(memory, at),
        *about,
        "",
        "■在庫への影響",
        _stock_effect(failure.cause),
        "",
        "■次にお願いしたいこと",
        *advise(failure.cause),
        "",
        "同じ原因が続く間、このメールは再送しません。復旧した時にお知らせします。",
        f"（お問い合わせ用の記録：{failure.evidence}）",
    ]
    return Letter(f"{SUBJECT_PREFIX}失敗のお知らせ（ショップコード {memory.shop_code}）", _text(lines), at)


def compose_recovery(memory: Memory, incident: Incident, at: datetime) -> Letter:
    """Tell that an incident is over."""
    lines = [
        "在庫連携が復旧しました。",
        "",
        *_heading(memory, at),
        f"失敗が始まった日時：{_time(incident.opened_at)}",
        f"失敗していた内容：{'、'.join(name_cause(cause) for cause in incident.told)}",
        "",
        "■在庫への影響",
        *_recovered(incident),
        *(_LOOK_AT_STOCK if memory.watch.missed else ()),
    ]
    return Letter(f"{SUBJECT_PREFIX}復旧のお知らせ（ショップコード {memory.shop_code}）", _text(lines), at)


def compose_missed_news(memory: Memory, missed: MissedNews, at: datetime) -> Letter:
    """Tell that files may have been overwritten unread, once until all of it has come again."""
    lines = [
        "読む前に上書きされた在庫ファイルがあるかもしれません。",
        "",
        *_heading(memory, at),
        f"読めていないかもしれない期間：{_time(missed.since.astimezone(at.tzinfo))}より後",
        "",
        "■在庫への影響",
        "この間にTEMPOSTARで変わった在庫数が、RoomClipショッピングに反映されていないことがあります。",
        "新しく届いた在庫ファイルは反映しています。",
        "",
        "■次にお願いしたいこと",
        "TEMPOSTAR管理画面で一括同期を行ってください。連携中のすべての在庫数が届き直します。",
        "",
        "すべての在庫数が届き直すまで、RoomClipビジネスの連携履歴にこのことを表示します。このメールは再送しません。",
    ]
    return Letter(f"{SUBJECT_PREFIX}一括同期のお願い（ショップコード {memory.shop_code}）", _text(lines), at)


def compose_notice(memory: Memory, problems: Mapping[Problem, str], file_name: str, at: datetime) -> Letter:
    """Tell of codes and rows that could not be applied, each once; the rest of the file was applied, or is held."""
    held = memory.newest in {file.stamp for file in memory.brake.held}
    rest = (
        "このファイルの反映は止めています（別のメールをご覧ください）。"
        if held
        else "そのほかの在庫数は反映しています。"
    )
    lines = [f"在庫連携で確認が必要なものがあります。{rest}", "", *_heading(memory, at)]
    lines.append(f"対象ファイル：{file_name}")
    for kind in ProblemKind:
        told = [line for problem, line in problems.items() if problem.kind is kind]
        if told:
            lines += [
                "",
                *_introduce(kind),
                *(f"・{line}" for text in told[:LINES_PER_KIND] for line in text.split("\n")),
            ]
        if len(told) > LINES_PER_KIND:
            lines.append(f"・ほか{len(told) - LINES_PER_KIND}件")
    subject = f"{SUBJECT_PREFIX}商品コードの確認のお願い（ショップコード {memory.shop_code}）"
    return Letter(subject, _text(lines), at)


def compose_refused_orders(memory: Memory, file: OrderFile, told: str, at: datetime) -> Letter:
    """Tell that TEMPOSTAR did not take an order file in, once, with the rows its log names and what to do by hand."""
    rows = tuple(read_refusal(told))
    numbers = [order_number(memory.shop_code, order) for order in file.orders]
    lines = [
        "TEMPOSTARが注文を取り込めませんでした。在庫数の反映は続けています。",
        "",
        *_heading(memory, at),
        f"対象ファイル：{file.name}",
        "",
        "■取り込まれていない注文（ショップ受注番号）",
        *(f"・{number}" for number in numbers[:LINES_PER_KIND]),
        *([f"・ほか{len(numbers) - LINES_PER_KIND}件"] if len(numbers) > LINES_PER_KIND else []),
        "",
        "■TEMPOSTARの記録",
        *(f"・{one.row}行目：{one.reason}" for one in rows[:LINES_PER_KIND]),
        *([f"・ほか{len(rows) - LINES_PER_KIND}件"] if len(rows) > LINES_PER_KIND else []),
        f"くわしくは、FTPS領域の /netorder/{memory.shop_code}/log/{file.name}.log をご覧ください。",
        "",
        "■在庫への影響",
        "この注文の分の在庫数は、RoomClipショッピングに戻しません。",
        "",
        "■次にお願いしたいこと",
        "1. この注文をTEMPOSTARに手動で登録し、想定在庫数を確認してください。",
        f"2. 済みましたら、FTPS領域の /netorder/{memory.shop_code}/log/ から",
        f"   {file.name}.error を削除してください。それ以後の在庫ファイルの在庫数をそのまま反映します。",
        "3. 削除してから送信間隔の2回分（5分なら10分）ほど後に、一括同期を行ってください。",
    ]
    subject = f"{SUBJECT_PREFIX}注文の確認のお願い（ショップコード {memory.shop_code}）"
    return Letter(subject, _text(lines), at)


def name_detail(detail: UntrustedReason | CertificateDefect) -> str:
    """Say in Japanese what is wrong with a file or a certificate."""
    return {
        UntrustedReason.EMPTY: "ファイルの中身がありません",
        UntrustedReason.CUT: "最後の行が途中で切れています",
        UntrustedReason.MALFORMED: "引用符の対応が正しくありません",
        UntrustedReason.UNDECODABLE: "文字コードを判別できません",
        UntrustedReason.NO_KEY_COLUMNS: "「商品コード」または「在庫数」の列がありません",
        UntrustedReason.DOUBLED_KEY_COLUMNS: "商品コードまたは在庫数の列が2つ以上あります",
        UntrustedReason.SHORT: "受信したバイト数がファイルの大きさと合いません",
        UntrustedReason.CHANGED_WHILE_READ: "読み取り中にファイルが書き換えられました",
        UntrustedReason.NOT_CLOSED_CLEANLY: "ファイルの受信が途中で終わりました",
        CertificateDefect.EXPIRED: "証明書の有効期限が切れています",
        CertificateDefect.NOT_YET_VALID: "証明書の有効期間がまだ始まっていません",
        CertificateDefect.WRONG_HOST: "証明書のホスト名が接続先と異なります",
        CertificateDefect.UNTRUSTED: "信頼できる認証局の証明書ではありません",
    }[detail]


def advise(cause: Cause) -> tuple[str, ...]:
    """Say in Japanese what the merchant does next, by the screens of the vendor guide."""
    match cause:
        case Cause.LOGIN_REFUSED:
            return (
                "1. TEMPOSTARでFTPユーザーIDを確認し、FTPパスワードを発行し直してください。",
                "2. RoomClipビジネス > ショップ管理 > 在庫連携設定 に入力し、<保存する>を押してください。",
            )
        case Cause.FOLDER_MISSING:
            return (
                "1. TEMPOSTAR管理画面 > 店舗共通設定 > 連携ショップ基本設定 > ショップ一覧 で",
                "   ショップコードを確認してください。",
                "2. RoomClipビジネス > ショップ管理 > 在庫連携設定 に入力し、<保存する>を押してください。",
            )
        case Cause.CERTIFICATE_REFUSED | Cause.TLS_UNAVAILABLE:
            return (
                "安全のため接続を中止しました。設定の変更は不要です。続く場合は連携サービスの窓口へお知らせください。",
            )
        case Cause.CONNECTION_FAILED:
            return ("自動で再試行します。長く続く場合は、TEMPOSTARの障害情報をご確認ください。",)
        case Cause.UNTRUSTED_FILE:
            return (
                "1. TEMPOSTAR管理画面 > 設定 > 在庫管理設定 で、ファイル名（[stock] [なし].csv）と",
                "   ファイル出力項目（全項目と在庫）を確認してください。",
                "2. 一括同期を行い、在庫ファイルを出力し直してください。",
            )
        case Cause.STALE_FILE:
            return (
                "1. FTPS領域に古い在庫ファイルが戻されていないか確認し、あれば削除してください。",
                "2. TEMPOSTAR管理画面で一括同期を行い、在庫ファイルを出力し直してください。",
            )
        case Cause.HELD_FILE:
            return (
                "1. TEMPOSTARの在庫一覧で、これらの商品の在庫数が0でよいか確認してください。",
                "2. 0でよければ、連携の担当者がコマンド zaikosync release を実行すると、次の回に反映します。",
                "3. 0でなければ、TEMPOSTARで在庫数を直し、一括同期を行ってください。止めている在庫数は使いません。",
            )
        case Cause.OVERDUE_FILE:
            return (
                "1. TEMPOSTAR管理画面 > 設定 > 在庫管理設定 で、在庫反映が「起動」、送信タイプが「FTPS領域」で",
                "   あることを確認してください。",
                "2. 一括同期を行い、在庫ファイルを出力し直してください。",
            )
        case Cause.ORDER_HANDOVER:
            return (
                "自動で再試行します。続く場合は、次の点を確認してください。",
                "1. FTPS領域に空きがあるか（不要なファイルは削除してください）。",
                "2. RoomClipビジネス > ショップ管理 > 在庫連携設定 のショップコードが正しいか。",
            )
        case Cause.NO_ROOM:
            return ("自動で再試行します。設定の変更は不要です。続く場合は連携サービスの窓口へお知らせください。",)
        case Cause.SHOP_API | Cause.SHOP_TOKEN_REFUSED:
            return ("自動で再試行します。続く場合はRoomClipショッピングの窓口へお知らせください。",)
        case _:
            assert_never(cause)


def _opening(cause: Cause) -> str:
    match cause:
        case Cause.HELD_FILE:
            return "在庫ファイルの反映を止めています。この在庫数でよいか確認してください。"
        case Cause.OVERDUE_FILE:
            return "新しい在庫ファイルが届いていません。"
        case _:
            return "在庫連携に失敗しました。"


def _stock_effect(cause: Cause) -> str:
    if cause is Cause.SHOP_API:
        return "登録できなかった分の在庫数は変更していません。復旧後に続きから反映します。"
    if cause is Cause.ORDER_HANDOVER:
        return (
            "在庫数の反映は続けています。渡せていない注文は復旧後に渡します。"
            "それまで、注文の分の在庫数はRoomClipショッピングに戻しません。"
        )
    if cause is Cause.HELD_FILE:
        return (
            "このファイルでは在庫数は変更していません。これより新しい在庫ファイルは反映します。"
            "止めている間は前の在庫数のまま販売しますので、売り越しにご注意ください。"
        )
    if cause is Cause.OVERDUE_FILE:
        return "在庫数は変更していません。新しい在庫ファイルが届くまで、TEMPOSTARでの在庫の増減は反映されません。"
    if cause in {Cause.UNTRUSTED_FILE, Cause.STALE_FILE}:
        return "このファイルでは在庫数は変更していません。これより新しい正しいファイルは反映します。"
    return "在庫数は変更していません。復旧するまで、TEMPOSTARでの在庫の増減はRoomClipショッピングに反映されません。"


def _recovered(incident: Incident) -> tuple[str, ...]:
    if incident.told == (Cause.ORDER_HANDOVER,):
        return ("待っていた注文をTEMPOSTARに渡しました。在庫数の反映は続けていました。",)
    if incident.told == (Cause.HELD_FILE,):
        return ("反映を止めていた在庫数はなくなりました。ほかの在庫数の反映は続けていました。",)
    return ("在庫数の反映を再開しました。",)


def _introduce(kind: ProblemKind) -> tuple[str, ...]:
    match kind:
        case ProblemKind.BAD_ROW:
            return ("■在庫ファイルの確認が必要な行", "TEMPOSTARの在庫一覧で、商品コードと在庫数を確認してください。")
        case ProblemKind.UNMATCHED:
            return (
                "■RoomClipショッピングに同じコードがない商品コード（在庫数は変更していません）",
                "商品管理の「種類別の自社管理コード」を、TEMPOSTARのSKUコードと完全に一致させてください。",
            )
        case ProblemKind.AMBIGUOUS:
            return (
                "■2つ以上の商品に登録されているコード（どの商品の在庫数も変更していません）",
                "商品管理の「種類別の自社管理コード」が商品ごとに異なるようにしてください。",
            )
        case _:
            assert_never(kind)


def _heading(memory: Memory, at: datetime) -> tuple[str, ...]:
    return (f"ショップ：{memory.shop_id}（ショップコード {memory.shop_code}）", f"日時：{_time(at)}")


def _time(at: datetime) -> str:
    return f"{at:%Y年%m月%d日 %H:%M}（日本時間）"


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
