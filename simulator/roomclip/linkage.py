"""在庫連携設定: the life of a shop's linkage, and what an engine reports of its runs. Pure.

none --申請--> applied --保存する--> active <--再開 / 一時停止--> paused        (guide 5)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - part of the values made here
from enum import StrEnum

from simulator.errors import BadValue, Conflict

SERVICES = ("tempostar",)
STOCK_UPDATE_PATH = "/roomclip/stock-update/"

_APPLY_FIRST = "Apply for it first: 在庫連携設定 > 申請内容を確認する (guide 5.1)."
_SAVE_FIRST = "Fill in the form and press 保存する first (guide 5.2)."
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_SHOP_CODE = re.compile(r"[0-9]+", re.ASCII)
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+", re.ASCII)
_MAX_FIELD = 255
_MAX_SUMMARY = 4000
_MAX_COUNTS = 50


class LinkageState(StrEnum):
    """Where a linkage is in its life."""

    APPLIED = "applied"
    ACTIVE = "active"
    PAUSED = "paused"


class RunOutcome(StrEnum):
    """How an engine's run ended for one linkage."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class LinkageInputs:
    """What the merchant enters (guide 5.2): TEMPOSTAR's FTP user and password, and its ショップコード.

    `notify_to`: who is told of failures (guide 5.5)."""

    ftp_user: str
    ftp_password: str = field(repr=False)
    shop_code: str
    notify_to: str


@dataclass(frozen=True, slots=True)
class Linkage:
    """One shop's linkage. `sync_now`: a run is wanted at once; `stock_update_path`: 在庫更新用URL without the host;
    `store_account`, `auth_key`: for pushes in Next Engine's form (facts.md 5.1)."""

    linkage_id: str
    shop_id: str
    service: str
    state: LinkageState
    applied_at: datetime
    inputs: LinkageInputs | None
    saved_at: datetime | None
    sync_now: bool
    store_account: str
    url_token: str = field(repr=False)
    auth_key: str = field(repr=False)

    @property
    def stock_update_path(self) -> str:
        """在庫更新用URL, without scheme and host; its last part cannot be guessed."""
        return STOCK_UPDATE_PATH + self.url_token


@dataclass(frozen=True, slots=True)
class Run:
    """What an engine says about one run. Times by the engine's clock; `counts`: whatever it counts."""

    started_at: datetime
    finished_at: datetime
    outcome: RunOutcome
    summary: str = ""
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One line of 連携履歴."""

    run_id: str
    linkage_id: str
    reported_at: datetime
    run: Run


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of 連携履歴; `pages` is at least 1."""

    runs: tuple[RunRecord, ...]
    page: int
    pages: int
    total: int


def is_mail_address(text: str) -> bool:
    """Whether a mail could be sent there, by its form."""
    return _ADDRESS.fullmatch(text) is not None


def checked_service(service: str) -> str:
    """連携サービス.

    Raises: BadValue.
    """
    if service not in SERVICES:
        raise BadValue("service", service, "not a service this shop links with", next_step="Choose tempostar.")
    return service


def checked_inputs(inputs: LinkageInputs) -> LinkageInputs:
    """The inputs as entered. Nobody tries the login here (ASSUMPTION): the first run will.

    Raises: BadValue for a blank field, a ショップコード not of decimal digits, an address without @; none shows the
    password.
    """
    for name, value, shown in (
        ("ftp_user", inputs.ftp_user, inputs.ftp_user),
        ("ftp_password", inputs.ftp_password, "***"),
        ("shop_code", inputs.shop_code, inputs.shop_code),
        ("notify_to", inputs.notify_to, inputs.notify_to),
    ):
        if not value.strip():
            raise BadValue(name, "", "must not be blank", next_step="Fill it in and save again.")
        if _CONTROL.search(value) or len(value) > _MAX_FIELD:
            raise BadValue(name, shown, f"at most {_MAX_FIELD} characters, no control characters")
    if not _SHOP_CODE.fullmatch(inputs.shop_code):
        raise BadValue(
            "shop_code",
            inputs.shop_code,
            "decimal digits are wanted",
            next_step="TEMPOSTAR shows it at 連携ショップ基本設定 > ショップ一覧.",
        )
    if not is_mail_address(inputs.notify_to):
        raise BadValue("notify_to", inputs.notify_to, "a mail address is wanted")
    return inputs


def check_can_apply(present: LinkageState | None) -> None:
    """Raises: Conflict when there is a linkage already."""
    if present is not None:
        raise Conflict(f"The shop's linkage is {present} already.", next_step=_SAVE_FIRST)


def state_after_saving(present: LinkageState | None) -> LinkageState:
    """Saving starts the linking (guide 5.3); a paused linkage stays paused (ASSUMPTION).

    Raises: Conflict before 申請.
    """
    match present:
        case None:
            raise Conflict("The shop has no linkage to save.", next_step=_APPLY_FIRST)
        case LinkageState.PAUSED:
            return LinkageState.PAUSED
        case LinkageState.APPLIED | LinkageState.ACTIVE:
            return LinkageState.ACTIVE


def state_after_pause(present: LinkageState | None) -> LinkageState:
    """一時停止.

    Raises: Conflict unless it is active.
    """
    check_saved(present)
    if present is LinkageState.PAUSED:
        raise Conflict("The linkage is paused already.", next_step="再開 starts it again.")
    return LinkageState.PAUSED


def state_after_resume(present: LinkageState | None) -> LinkageState:
    """再開.

    Raises: Conflict unless it is paused.
    """
    check_saved(present)
    if present is LinkageState.ACTIVE:
        raise Conflict("The linkage is not paused.", next_step="There is nothing to resume.")
    return LinkageState.ACTIVE


def check_can_request_sync(present: LinkageState) -> None:
    """Raises: Conflict unless it is active."""
    check_saved(present)
    if present is LinkageState.PAUSED:
        raise Conflict("The linkage is paused; no sync was asked for.", next_step="再開 starts it and syncs at once.")


def checked_run(run: Run) -> Run:
    """A report that can be kept.

    Raises: BadValue when it ended before it began, for times without offset, too long a summary, too many counts.
    """
    if run.started_at.tzinfo is None or run.finished_at.tzinfo is None:
        raise BadValue("started_at", run.started_at.isoformat(), "times need their offset")
    if run.finished_at < run.started_at:
        raise BadValue("finished_at", run.finished_at.isoformat(), "earlier than started_at")
    if len(run.summary) > _MAX_SUMMARY:
        raise BadValue("summary", run.summary[:50] + "...", f"at most {_MAX_SUMMARY} characters")
    if len(run.counts) > _MAX_COUNTS:
        raise BadValue("counts", f"{len(run.counts)} of them", f"at most {_MAX_COUNTS}")
    return run


def check_saved(present: LinkageState | None) -> None:
    """Raises: Conflict before 保存する."""
    if present is None:
        raise Conflict("The shop has no linkage.", next_step=_APPLY_FIRST)
    if present is LinkageState.APPLIED:
        raise Conflict("The linkage was applied for and not saved yet.", next_step=_SAVE_FIRST)
