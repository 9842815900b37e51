"""ショップ管理 > 在庫連携設定: applying, saving, pausing, and what engines report (guide 5)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from simulator.errors import Unknown
from simulator.journal import Service
from simulator.roomclip.floor import Floor
from simulator.roomclip.linkage import (
    Linkage,
    LinkageInputs,
    LinkageState,
    RunPage,
    check_can_apply,
    check_can_request_sync,
    check_saved,
    checked_inputs,
    checked_run,
    checked_service,
    state_after_pause,
    state_after_resume,
    state_after_saving,
)
from simulator.roomclip.listing import checked_number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from simulator.roomclip.linkage import Run, RunRecord

MAX_RUNS = 1000
RUNS_PER_PAGE = 50


class Linking(Floor):
    """The shops' linkages."""

    def apply_for_linkage(self, shop_id: str, service: str = "tempostar") -> Linkage:
        """申請内容を確認する: register the service in use (guide 5.1).

        Raises: Unknown shop; BadValue for another service; Conflict when applied already.
        """
        self.shop(shop_id)
        checked_service(service)
        with self._store.transaction():
            present = self._linkages.of_shop(shop_id)
            check_can_apply(None if present is None else present.state)
            linkage = self._linkages.add(
                shop_id, service, self._now(), (secrets.token_urlsafe(24), secrets.token_hex(16))
            )
            self._tell_linkage("linkage.applied", f"Shop {shop_id} applied for linking with {service}.", linkage)
        return linkage

    def save_linkage(
        self, shop_id: str, *, ftp_user: str, ftp_password: str, shop_code: str, notify_to: str | None = None
    ) -> Linkage:
        """保存する: linking starts at once (guide 5.3). `notify_to` None: as before, at first the shop's owner.

        Raises: Unknown shop; BadValue; Conflict before 申請.
        """
        shop = self.shop(shop_id)
        with self._store.transaction():
            present = self._linkages.of_shop(shop_id)
            state = state_after_saving(None if present is None else present.state)
            assert present is not None  # noqa: S101 - state_after_saving refuses none
            before = shop.owner_mail if present.inputs is None else present.inputs.notify_to
            told = before if notify_to is None else notify_to
            inputs = checked_inputs(LinkageInputs(ftp_user, ftp_password, shop_code, told))
            linkage = self._linkages.save(present, inputs, state, self._now())
            self._tell_linkage(
                "linkage.saved", f"Shop {shop_id} saved its linkage for ショップコード {shop_code}.", linkage
            )
        return linkage

    def pause(self, shop_id: str) -> Linkage:
        """一時停止 (guide 5.4).

        Raises: Unknown shop; Conflict unless the linkage is active.
        """
        return self._change(shop_id, state_after_pause, "linkage.paused", "paused", sync_now=None)

    def resume(self, shop_id: str) -> Linkage:
        """再開: linking goes on, at once.

        Raises: Unknown shop; Conflict unless the linkage is paused.
        """
        return self._change(shop_id, state_after_resume, "linkage.resumed", "resumed", sync_now=True)

    def request_sync(self, url_token: str) -> Linkage:
        """The 在庫更新用URL called without parameters: a run is wanted at once.

        Raises: Unknown when no URL ends in the token; Conflict unless the linkage is active.
        """
        with self._store.transaction():
            present = self._linkages.by_token(url_token)
            if present is None:
                raise Unknown("在庫更新用URL", "...", next_step="在庫連携設定 shows the right one.")
            check_can_request_sync(present.state)
            linkage = self._linkages.set_state(present, present.state, sync_now=True)
            self._tell_linkage("sync.requested", f"A sync of shop {present.shop_id} was asked for.", linkage)
        return linkage

    def linkage(self, shop_id: str) -> Linkage | None:
        """The shop's linkage, None before 申請.

        Raises: Unknown shop.
        """
        self.shop(shop_id)
        return self._linkages.of_shop(shop_id)

    def linkages(self) -> tuple[Linkage, ...]:
        """Every linkage that was saved: what engines work on."""
        return self._linkages.saved()

    def first_linkages(self, limit: int) -> tuple[Linkage, ...]:
        """The first of them, `limit` at most."""
        return self._linkages.saved(limit)

    def linkages_with(self, shop_codes: Collection[str]) -> tuple[Linkage, ...]:
        """The linkages that were saved with one of these ショップコード of TEMPOSTAR."""
        return self._linkages.saved_with(shop_codes)

    def linkages_as_json(self, linkage_ids: Collection[str] = ()) -> str:
        """The same as the shop API answers them: a JSON list, of these ids or of all where none is named."""
        return self._linkages.saved_as_json(linkage_ids)

    def record_run(self, linkage_id: str, run: Run) -> RunRecord:
        """Take an engine's report into 連携履歴; the wish for a run is fulfilled by it.

        Raises: Unknown linkage; BadValue; Conflict before the linkage was saved.
        """
        checked_run(run)
        with self._store.transaction():
            linkage = self._linkages.by_id(linkage_id)
            if linkage is None or linkage.linkage_id != linkage_id:
                raise Unknown("linkage", linkage_id, next_step="GET /linkages lists them.")
            check_saved(linkage.state)
            self._linkages.set_state(linkage, linkage.state, sync_now=False)
            record = self._linkages.add_run(linkage, self._now(), run)
            self._journal.record(
                Service.ROOMCLIP, "run.recorded", f"A run of linkage {linkage_id} ended: {run.outcome}.",
                linkage_id=linkage_id, shop_id=linkage.shop_id, outcome=run.outcome, told=run.summary,
                counts=run.counts, seconds=(run.finished_at - run.started_at) / timedelta(seconds=1),
            )  # fmt: skip
        return record

    def runs(self, shop_id: str, limit: int = 100) -> tuple[RunRecord, ...]:
        """連携履歴: the latest runs, newest first, at most 1,000.

        Raises: Unknown shop; BadValue.
        """
        checked_number("limit", limit, least=1, most=MAX_RUNS)
        linkage = self.linkage(shop_id)
        return () if linkage is None else self._linkages.runs(linkage.linkage_id, limit)

    def run_page(self, shop_id: str, page: int = 1) -> RunPage:
        """One page of 連携履歴, newest first.

        Raises: Unknown shop; BadValue for a page below 1.
        """
        checked_number("page", page, least=1)
        linkage = self.linkage(shop_id)
        if linkage is None:
            return RunPage((), page, 1, 0)
        with self._store.lock:
            total = self._linkages.count_runs(linkage.linkage_id)
            found = self._linkages.runs(linkage.linkage_id, RUNS_PER_PAGE, (page - 1) * RUNS_PER_PAGE)
        return RunPage(found, page, max(1, -(-total // RUNS_PER_PAGE)), total)

    def last_success(self, shop_id: str) -> RunRecord | None:
        """The latest run that ended well, None before the first.

        Raises: Unknown shop.
        """
        linkage = self.linkage(shop_id)
        return None if linkage is None else self._linkages.last_success(linkage.linkage_id)

    def _change(
        self,
        shop_id: str,
        step: Callable[[LinkageState | None], LinkageState],
        kind: str,
        word: str,
        *,
        sync_now: bool | None,
    ) -> Linkage:
        self.shop(shop_id)
        with self._store.transaction():
            present = self._linkages.of_shop(shop_id)
            state = step(None if present is None else present.state)
            assert present is not None  # noqa: S101 - every step refuses none
            wish = present.sync_now if sync_now is None else sync_now
            linkage = self._linkages.set_state(present, state, sync_now=wish)
            self._tell_linkage(kind, f"The linkage of shop {shop_id} was {word}.", linkage)
        return linkage

    def _tell_linkage(self, kind: str, summary: str, linkage: Linkage) -> None:
        inputs = {} if linkage.inputs is None else {
            "ftp_user": linkage.inputs.ftp_user, "shop_code": linkage.inputs.shop_code
        }  # fmt: skip
        self._journal.record(
            Service.ROOMCLIP, kind, summary, linkage_id=linkage.linkage_id, shop_id=linkage.shop_id,
            service_name=linkage.service, state=linkage.state, **inputs,
        )  # fmt: skip
