"""Where steps 4 and 5 of the guide stand for one shop. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from simulator.roomclip.linkage import LinkageState, RunOutcome
from simulator.roomclip.listing import ListingStatus

if TYPE_CHECKING:
    from simulator.roomclip.item_lists import CatalogueStanding
    from simulator.roomclip.linkage import Linkage


class Standing(Enum):
    """How a step stands: the badge's kind and its word."""

    DONE = ("good", "完了")
    PARTLY = ("wait", "確認が必要")
    OPEN = ("quiet", "未完了")

    @property
    def badge(self) -> str:
        """The kind of badge."""
        return self.value[0]

    @property
    def word(self) -> str:
        """What the badge says."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `section`: the guide's number; `told`: how it stands, in words; `page`, `link`: where to go on, and
    what the link is called."""

    section: str
    title: str
    standing: Standing
    told: str
    page: str
    link: str


def guide_steps(catalogue: CatalogueStanding, linkage: Linkage | None, latest: RunOutcome | None) -> tuple[Step, ...]:
    """The steps in the guide's order. `latest`: how the linkage's latest run ended, None before the first."""
    return (*_item_steps(catalogue), *_linkage_steps(linkage, latest))


def _item_steps(catalogue: CatalogueStanding) -> tuple[Step, ...]:
    published = catalogue.by_status.get(ListingStatus.PUBLISHED, 0)
    if not catalogue.coded:
        codes = Standing.OPEN, "TEMPOSTARのSKUコードを入力した商品はまだありません。"
    elif catalogue.blank:
        codes = Standing.PARTLY, "コードが空欄の種類があり、その在庫は連携されません。"
    else:
        codes = Standing.DONE, "すべての商品に入力されています。"
    return (
        Step(
            "4",
            "RoomClipショッピングに商品を登録する",
            Standing.DONE if catalogue.items else Standing.OPEN,
            f"{catalogue.items:,} 商品が登録されています。" if catalogue.items else "商品はまだありません。",
            "roomclip_business.items" if catalogue.items else "roomclip_business.new_item",
            "商品管理へ" if catalogue.items else "商品を登録する",
        ),
        Step("4.3", "種類別の自社管理コードを入力する", *codes, "roomclip_business.items", "コードを確認する"),
        Step(
            "4.4",
            "出品ステータスを公開にする",
            Standing.DONE if published else Standing.OPEN,
            f"{published:,} 商品が公開されています。" if published else "公開の商品はまだありません。",
            "roomclip_business.items",
            "出品ステータスを変更する",
        ),
    )


def _linkage_steps(linkage: Linkage | None, latest: RunOutcome | None) -> tuple[Step, ...]:
    page = "roomclip_business.linkage"
    saved = linkage is not None and linkage.inputs is not None
    if linkage is not None and linkage.state is LinkageState.PAUSED:
        running = Standing.PARTLY, "一時停止中です。再開するまで在庫は連携されません。"
    elif latest is RunOutcome.OK:
        running = Standing.DONE, "在庫が連携されています。"
    elif latest is RunOutcome.FAILED:
        running = Standing.PARTLY, "最新の連携は正常に終わっていません。連携履歴で原因を確認します。"
    elif saved:
        running = Standing.PARTLY, "連携を待っています。zaikosync once で連携エンジンを1回動かします。"
    else:
        running = Standing.OPEN, "保存すると、すぐに連携が始まります。"
    return (
        Step(
            "5①",
            "利用在庫連携サービスを登録する",
            Standing.OPEN if linkage is None else Standing.DONE,
            "まだ登録されていません。" if linkage is None else "TEMPOSTARを登録しました。",
            page,
            "在庫連携設定へ",
        ),
        Step(
            "5②",
            "必要事項を入力して保存する",
            Standing.DONE if saved else Standing.OPEN,
            "保存されています。" if saved else "FTPユーザーID・パスワード・ショップコードを入力します。",
            page,
            "入力内容を確認する" if saved else "入力する",
        ),
        Step("5③", "連携の開始", *running, "roomclip_business.runs", "連携履歴を見る"),
    )
