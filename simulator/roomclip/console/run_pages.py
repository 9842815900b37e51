"""ショップ管理 > 連携履歴: what engines reported, and the mails that came with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from flask import render_template, request

from simulator.roomclip.linkage import RunOutcome

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
            mails=mails_of_runs(found.runs, [one for one in mails if _is_to(address, one)]),
        )


def mails_of_runs(runs: Sequence[RunRecord], mails: Sequence[Received]) -> dict[str, int]:
    """The number of the mail that came with a run, by run id, where one came. While the clock stands still runs and
    mails have one time: each mail belongs to one run, and to a failed one first."""
    left = sorted(mails, key=lambda one: one.seq)
    found: dict[str, int] = {}
    for record in sorted(runs, key=lambda one: (one.run.outcome is not RunOutcome.FAILED, int(one.run_id))):
        until = record.reported_at + _MAIL_AFTER
        mail = next((one for one in left if record.run.started_at <= one.received_at <= until), None)
        if mail is not None:
            left.remove(mail)
            found[record.run_id] = mail.seq
    return found


def _is_to(address: str, mail: Received) -> bool:
    return address.lower() in {recipient.lower() for recipient in mail.recipients}
