"""What a SKU is at both ends, and the one sentence that explains why they agree or do not. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from simulator.roomclip.linkage import LinkageState

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.lab_pages.stock_rows import FileRow
    from simulator.roomclip.listing import Variant
    from simulator.roomclip.sent_stock import LastUpdate
    from simulator.tempostar.catalog import Shop, Sku


class Standing(StrEnum):
    """How the two ends stand to each other; the kinds of `parts.badge`."""

    GOOD = "good"
    WAIT = "wait"
    BAD = "bad"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class FileSeen:
    """The present stock file of a shop. `row`: this SKU's, None without news of it; `read_at`: when a client had it
    whole since it was written, None when none had."""

    path: str
    written_at: datetime
    row: FileRow | None
    read_at: str | None


@dataclass(frozen=True, slots=True)
class BothEnds:
    """One SKU in one shop of TEMPOSTAR and in the RoomClip shop that is linked to it. `sku` None: TEMPOSTAR has none of
    this code; `waits`: it is queued for the next passes; `roomclip_shop` "": no RoomClip shop is linked to the shop;
    `variants`: all that have the code."""

    shop: Shop
    sku: Sku | None
    carried: bool
    linked: bool
    waits: bool
    next_pass: datetime | None
    file: FileSeen | None
    roomclip_shop: str
    linkage: LinkageState | None
    update: LastUpdate | None
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it stands, in a word and a sentence."""

    standing: Standing
    word: str
    sentence: str


def judge(ends: BothEnds) -> Verdict:
    """Whether the ends agree, and what explains it if not: the first obstacle on the way from TEMPOSTAR to RoomClip."""
    if ends.sku is None:
        return Verdict(Standing.BAD, "TEMPOSTARにない", "TEMPOSTARにこのSKUコードの商品がありません。")
    if not ends.roomclip_shop:
        return Verdict(
            Standing.QUIET, "未連携", "このショップコードで在庫連携設定を保存したRoomClipのショップがありません。"
        )
    if not ends.variants:
        return Verdict(
            Standing.BAD, "コード不一致",
            "RoomClipに、この種類別の自社管理コードを持つ商品がありません。RoomClipの商品管理で、コードをSKUコードと一致させてください。大文字と小文字、全角と半角、前後の空白も区別されます。",
        )  # fmt: skip
    if len(ends.variants) > 1:
        return Verdict(
            Standing.BAD, "コード重複",
            f"RoomClipで{len(ends.variants)}件が同じコードを持っています。どれの在庫か決められないので、更新は受け付けられません。商品管理で、コードが1つだけになるように直してください。",
        )  # fmt: skip
    if ends.variants[0].stock == ends.sku.stock:
        return _in_step(ends)
    return _differing(ends, ends.sku, ends.variants[0])


def _in_step(ends: BothEnds) -> Verdict:
    if not (ends.carried and ends.linked):
        return Verdict(Standing.GOOD, "一致", "在庫数は同じですが、取扱か連動がオフなので、今後の変更は送られません。")
    return Verdict(Standing.GOOD, "一致", "TEMPOSTARの在庫数とRoomClipの在庫数は同じです。")


def _differing(ends: BothEnds, sku: Sku, variant: Variant) -> Verdict:
    if not ends.carried:
        return Verdict(
            Standing.BAD,
            "取扱なし",
            "TEMPOSTARでこのショップの取扱がオフなので、在庫は送られません。商品編集の取扱/反映編集で取扱にチェックを入れてください。",
        )
    if not ends.linked:
        return Verdict(
            Standing.BAD,
            "連動オフ",
            "TEMPOSTARで在庫連動がオフなので、在庫は送られません。この商品の在庫管理の在庫連動設定で、連携するを選んでください。",
        )
    if ends.linkage is LinkageState.PAUSED:
        return Verdict(
            Standing.WAIT, "一時停止中", "RoomClipの在庫連携設定が一時停止されています。再開すると続きます。"
        )
    if ends.waits:
        when = "" if ends.next_pass is None else f"（{ends.next_pass:%m-%d %H:%M:%S}）"
        return Verdict(
            Standing.WAIT,
            "送信待ち",
            f"TEMPOSTARでの変更は、次の送信{when}を待っています。画面の上の「次の送信まで進める」で早められます。",
        )
    if ends.next_pass is None:
        return Verdict(
            Standing.BAD,
            "在庫反映停止",
            "TEMPOSTARの在庫反映が停止なので、変更は送られません。在庫管理設定で起動にしてください。",
        )
    if ends.update is not None and ends.update.rejection:
        return Verdict(
            Standing.BAD,
            "更新が拒否された",
            "エンジンが送った更新は、RoomClipに受け付けられませんでした。商品管理でコードを確かめ、一括同期をしてください。",
        )
    if ends.update is not None and ends.update.stock == sku.stock:
        return Verdict(
            Standing.BAD, "RoomClipで変わった",
            f"エンジンは{sku.stock}を送りましたが、そのあとRoomClipで{variant.stock}に変わりました（購入や手入力）。注文がTEMPOSTARに取り込まれると揃います。",
        )  # fmt: skip
    if ends.file is None or ends.file.row is None:
        return Verdict(
            Standing.BAD, "知らせがない",
            "いまの在庫ファイルにこのSKUの行はありません。知らせは上書きされたのかもしれません。一括同期をすると、もう一度送られます。",
        )  # fmt: skip
    if ends.file.row.stock != str(sku.stock):
        return Verdict(
            Standing.BAD,
            "ファイルと相違",
            "在庫ファイルの値がTEMPOSTARの在庫数と違います。ファイルが途中で切れているかもしれません。一括同期をすると、もう一度送られます。",
        )
    if ends.file.read_at is None:
        return Verdict(
            Standing.WAIT,
            "ファイル未読",
            "新しい在庫ファイルは、まだ読まれていません。エンジンを一度動かしてください。",
        )
    return Verdict(
        Standing.BAD,
        "更新されていない",
        "エンジンは在庫ファイルを読みましたが、RoomClipの在庫数はまだ違います。更新を送ったかどうかを、下のタイムラインで確かめてください。",
    )
