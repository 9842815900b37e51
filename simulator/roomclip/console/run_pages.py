"""ショップ管理 > 連携履歴: what engines reported, and the mails that came with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from flask import render_template, request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Blueprint

    from simulator.roomclip.linkage import RunRecord
    from simulator.roomclip.shop import RoomClip

OUTCOMES = {"ok": ("good", "成功"), "failed": ("bad", "失敗"), "skipped": ("quiet", "実行なし")}
"""Badge and word of each outcome."""
COUNTS = {
    "updated": "更新",
    "unchanged": "変更なし",
    "unmatched": "一致なし",
    "ambiguous": "コード重複",
    "bad_rows": "不正な行",
    "orders": "注文",
}
"""What the counts of the reference engine are called; another engine's keep their names."""
_MAIL_AFTER = timedelta(minutes=1)
"""An engine may send its mail after it has reported."""


class Received(Protocol):
    """What runs need to know of a mail."""

    @property
    def seq(self) -> int:
        """Its number."""

    @property
    def received_at(self) -> datetime:
        """Lab time."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Addresses."""


def add_runs(blueprint: Blueprint, roomclip: RoomClip, latest_mails: Callable[[], Sequence[Received]]) -> None:
    """The pages of 連携履歴."""

    @blueprint.get("/<shop_id>/runs")
    def runs(shop_id: str) -> str:
        found = roomclip.run_page(shop_id, max(1, request.args.get("page", 1, type=int)))
        linkage = roomclip.linkage(shop_id)
        address = "" if linkage is None or linkage.inputs is None else linkage.inputs.notify_to
        mails = latest_mails() if found.runs else ()
        return render_template(
            "roomclip/runs.html",
            found=found,
            outcomes=OUTCOMES,
            counts=COUNTS,
            linkage=linkage,
            mails={one.run_id: _mail_of(one, address, mails) for one in found.runs},
        )


def _mail_of(record: RunRecord, address: str, mails: Sequence[Received]) -> int | None:
    """The number of the first mail that came to `address` during the run."""
    until = record.reported_at + _MAIL_AFTER
    numbers = [
        one.seq
        for one in mails
        if record.run.started_at <= one.received_at <= until
        and address.lower() in {recipient.lower() for recipient in one.recipients}
    ]
    return min(numbers, default=None)
