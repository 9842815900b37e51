"""Stock set from outside: by the shop API, and by pushes to the 在庫更新用URL."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from typing import TYPE_CHECKING

import orjson

from simulator.errors import BadValue, DiskFailed, Unknown
from simulator.journal import Service
from simulator.roomclip.floor import Floor
from simulator.roomclip.sales import GoodLevels, checked_updates, plan_updates
from simulator.roomclip.stock_push import Processed, PushKey, PushRefused, StockPush, compose_push_answer, parse_push

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.roomclip.linkage import Linkage
    from simulator.roomclip.sales import StockPlan, StockReport
    from simulator.roomclip.sent_stock import LastUpdate

_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_JOURNALLED_REJECTIONS = 100


class StockUpdates(Floor):
    """Takes stock for 公開, 下書き and 非公開 alike, and also while a linkage is paused: keeping to the pause is the
    engine's part (contract 3)."""

    def set_stock(
        self, shop_id: str, updates: Sequence[tuple[str, int]] | GoodLevels, idempotency_key: str | None = None
    ) -> StockReport:
        """Set absolute stock by code, all rows in one transaction. The same key and updates answer the same and do
        nothing twice.

        Raises: Unknown shop; BadValue for anything that is not 1 to 10,000 (code, whole number from 0) pairs, a code
        given twice, a key used before for other updates.
        """
        self.shop(shop_id)
        if idempotency_key is not None and not _KEY.fullmatch(idempotency_key):
            raise BadValue("Idempotency-Key", idempotency_key, "1 to 255 visible ASCII characters are wanted")
        wanted = updates if isinstance(updates, GoodLevels) else checked_updates(updates)
        digest = "" if idempotency_key is None else _digest(wanted)
        with self._store.transaction():
            if idempotency_key is not None and (kept := self._answers.find(shop_id, idempotency_key)) is not None:
                if kept[0] != digest:
                    raise BadValue(
                        "Idempotency-Key",
                        idempotency_key,
                        "was used before for other updates",
                        next_step="Take a new key for a new request.",
                    )
                return kept[1]
            plan = self._planned(shop_id, wanted)
            self._carry_out(shop_id, wanted, plan)
            report = plan.report
            if idempotency_key is not None:
                self._answers.keep(shop_id, idempotency_key, digest, report)
            self._journal.record(
                Service.ROOMCLIP,
                "stock.synced",
                f"Stock was set from outside: {report.updated} changed, {report.unchanged} unchanged,"
                f" {len(report.rejected)} rejected.",
                skus=plan.codes,
                shop_id=shop_id,
                updated=report.updated,
                unchanged=report.unchanged,
                rejected=len(report.rejected),
                rejections=[
                    {"variant_code": one.variant_code, "reason": one.reason}
                    for one in report.rejected[:_JOURNALLED_REJECTIONS]
                ],
            )
        return report

    def push_stock(self, url_token: str, query: Mapping[str, str]) -> bytes:
        """Carry out one push in Next Engine's form and answer it: XML, declared and encoded EUC-JP.

        Raises: Unknown when no 在庫更新用URL ends in the token. Everything else is in the answer: 0, -2, -3.
        """
        linkage = self._linkages.by_token(url_token)
        if linkage is None:
            raise Unknown("在庫更新用URL", "...", next_step="在庫連携設定 shows the right one.")
        try:
            with self._store.transaction():
                processed = self._push(linkage, query)
        except (DiskFailed, sqlite3.OperationalError):
            processed = Processed.SYSTEM_ERROR
        return compose_push_answer(query, processed)

    def _push(self, linkage: Linkage, query: Mapping[str, str]) -> Processed:
        push = parse_push(query, PushKey(linkage.store_account, linkage.auth_key))
        code = query.get("Code", "")
        reason = push.reason if isinstance(push, PushRefused) else self._carry_out_push(linkage.shop_id, push)
        processed = Processed.CLIENT_ERROR if reason else Processed.DONE
        self._journal.record(
            Service.ROOMCLIP,
            "stock.pushed",
            f"A stock push for {code or '?'} was answered {processed.value}{': ' + reason if reason else ''}.",
            skus=filter(None, (code,)),
            shop_id=linkage.shop_id,
            processed=processed.value,
            stock=query.get("Stock", ""),
            reason=reason,
        )
        return processed

    def _carry_out_push(self, shop_id: str, push: StockPush) -> str:
        wanted = GoodLevels([push.code], [push.stock or 0])
        plan = self._planned(shop_id, wanted)
        if push.stock is not None:
            self._carry_out(shop_id, wanted, plan)
        return f"{plan.report.rejected[0].reason} code" if plan.report.rejected else ""

    def last_update(self, shop_id: str, code: str) -> LastUpdate | None:
        """What was sent last for a code, None when nothing was. Raises: Unknown shop."""
        self.shop(shop_id)
        return self._sent.last(shop_id, code)

    def _planned(self, shop_id: str, wanted: GoodLevels) -> StockPlan:
        return plan_updates(wanted, self._stock.holders(shop_id, wanted.codes))

    def _carry_out(self, shop_id: str, wanted: GoodLevels, plan: StockPlan) -> None:
        now = self._now()
        if plan.codes:
            self._stock.carry_out(shop_id, plan, self._shops.next_revision(shop_id), now)
        self._stock.keep_sent(plan.kept, now)
        self._sent.forget_refused(shop_id, wanted.codes)
        if rejected := plan.report.rejected:
            stocks = dict(zip(wanted.codes, wanted.stocks, strict=True))
            refused = [(one.variant_code, stocks[one.variant_code], one.reason) for one in rejected]
            self._sent.keep_refused(shop_id, now, refused)


def _digest(wanted: GoodLevels) -> str:
    return hashlib.sha256(orjson.dumps(list(zip(wanted.codes, wanted.stocks, strict=True)))).hexdigest()
