"""What a pass came to: per linkage an outcome, counts and one sentence for the merchant's 連携履歴."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, assert_never

from reference.domain.incident import Cause, Failure

if TYPE_CHECKING:
    from datetime import datetime

    from reference.domain.watch import MissedNews


class ExitCode(IntEnum):
    """What the process tells its caller (contract 4)."""

    OK = 0
    """All well; of a pass: every linkage is synced, has nothing new or is paused."""
    FAILED = 1
    """Something failed; of a pass: at least one linkage, and its mail is on its way."""
    USAGE = 2
    """It was not asked for rightly, or a variable is missing or wrong; nothing was done."""


class Outcome(StrEnum):
    """How one linkage fared."""

    SYNCED = "synced"
    NOTHING_NEW = "nothing new"
    NO_FILE_YET = "no stock file yet"
    SKIPPED = "skipped"
    FAILED = "failed"
    LEFT_TO_ANOTHER = "left to another pass"


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows that were looked at in a pass, and how many orders were handed over."""

    updated: int = 0
    unchanged: int = 0
    unmatched: int = 0
    ambiguous: int = 0
    bad_rows: int = 0
    orders: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


@dataclass(frozen=True, slots=True)
class LinkageReport:
    """One linkage in one pass.

    `missed` is the open notice of files that may be lost; `caught_up` tells that this pass has cleared it.
    """

    linkage_id: str
    shop_id: str
    shop_code: str
    started_at: datetime
    finished_at: datetime
    outcome: Outcome
    counts: Counts = Counts()
    failure: Failure | None = None
    missed: MissedNews | None = None
    caught_up: bool = False

    @property
    def summary(self) -> str:
        """What the pass came to, in Japanese for the merchant, without secrets."""
        return summarise(self.outcome, self.counts, self.failure) + _tell_missed(self.missed, caught_up=self.caught_up)


@dataclass(frozen=True, slots=True)
class PassReport:
    """A whole pass; `trouble` are sentences about what is not one linkage's (the shop's list, the mail server).

    `notes` are sentences about what does not matter for the exit code (a run that the console did not take).
    """

    started_at: datetime
    finished_at: datetime
    linkages: tuple[LinkageReport, ...] = ()
    trouble: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """0 when every linkage was synced, had nothing new or was paused, and every mail is handed over."""
        failed = any(report.outcome is Outcome.FAILED for report in self.linkages)
        return ExitCode.FAILED if failed or self.trouble else ExitCode.OK


def summarise(outcome: Outcome, counts: Counts, failure: Failure | None = None) -> str:
    """Say in one Japanese sentence what a linkage's pass came to."""
    handed_over = f"注文{counts.orders}件をTEMPOSTARに渡しました。" if counts.orders else ""
    return _summarise_stock(outcome, counts, failure) + handed_over


def _summarise_stock(outcome: Outcome, counts: Counts, failure: Failure | None) -> str:
    match outcome:
        case Outcome.SYNCED:
            left_out = counts.unmatched + counts.ambiguous + counts.bad_rows
            more = f"、確認が必要なもの{left_out}件" if left_out else ""
            return f"在庫を反映しました（更新{counts.updated}件、変更なし{counts.unchanged}件{more}）。"
        case Outcome.NOTHING_NEW:
            return "新しい在庫ファイルはありませんでした。"
        case Outcome.NO_FILE_YET:
            return "在庫ファイルはまだありません。"
        case Outcome.SKIPPED:
            return "一時停止中のため、在庫連携を行っていません。"
        case Outcome.FAILED:
            return f"在庫連携に失敗しました（{name_cause(failure.cause) if failure else '原因不明'}）。"
        case Outcome.LEFT_TO_ANOTHER:
            return "別の在庫連携が実行中のため、行っていません。"
        case _:
            assert_never(outcome)


def _tell_missed(missed: MissedNews | None, *, caught_up: bool) -> str:
    if missed:
        return "読む前に上書きされた在庫ファイルがあるかもしれません。TEMPOSTARで一括同期を行ってください。"
    return "読む前に上書きされたかもしれない在庫数は、すべて届き直しました。" if caught_up else ""


def name_other_pass(linkage_id: str) -> str:
    """Say that a linkage is left to the pass that works on it."""
    return f"Another pass of linkage {linkage_id} is already running; it is left to that one."


def name_cause(cause: Cause) -> str:
    """Name a cause in the merchant's words."""
    return {
        Cause.LOGIN_REFUSED: "FTPユーザーIDまたはパスワードが受け付けられません",
        Cause.CERTIFICATE_REFUSED: "FTPSサーバーの証明書を確認できません",
        Cause.TLS_UNAVAILABLE: "FTPSサーバーとの通信を暗号化できません",
        Cause.FOLDER_MISSING: "ショップコードのフォルダが見つかりません",
        Cause.CONNECTION_FAILED: "FTPSサーバーに接続できません",
        Cause.NO_ROOM: "在庫ファイルを受信する場所に空きがありません",
        Cause.UNTRUSTED_FILE: "在庫ファイルを正しく読み取れません",
        Cause.STALE_FILE: "在庫ファイルが前回より古いものです",
        Cause.HELD_FILE: "多くの商品の在庫数が一度に0になるため、在庫ファイルの反映を止めています",
        Cause.OVERDUE_FILE: "届くはずの新しい在庫ファイルが届いていません",
        Cause.ORDER_HANDOVER: "RoomClipショッピングの注文をTEMPOSTARに渡せません",
        Cause.SHOP_API: "RoomClipショッピングに在庫を登録できません",
        Cause.SHOP_TOKEN_REFUSED: "RoomClipショッピングへの接続が認証されません",
    }[cause]
