"""在庫反映: carries out the passes, and completes the files written in place (guide 2.1.3-2.1.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from simulator.errors import Conflict
from simulator.faults.file import Partial
from simulator.faults.kind import Layer
from simulator.faults.targets import REFLECTION
from simulator.tempostar.area import STOCK_FOLDER
from simulator.tempostar.catalog import LISTED
from simulator.tempostar.desk import Desk
from simulator.tempostar.faulty_reflecting import strike_file
from simulator.tempostar.queue_records import UnfinishedFile
from simulator.tempostar.reflection import (
    NothingToSend,
    SendElsewhere,
    SendType,
    Switch,
    WriteFile,
    encode_header,
    plan_following_pass,
    plan_half,
    plan_pass,
    plan_slice,
)
from simulator.tempostar.stock_file import compose_file_name, find_cut

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from simulator.config import Settings
    from simulator.faults.armed import Firing
    from simulator.tempostar.catalog import Shop


@dataclass(frozen=True, slots=True)
class ReflectionState:
    """How 在庫反映 of a shop stands. `next_pass`: None while it and 受注取込 are 停止;
    `queued`: SKUs waiting; `last_path`: where the last pass that wrote put its file, None before the first."""

    next_pass: datetime | None
    queued: int
    last_path: str | None


class Reflecting(Desk):
    """The part of the back office that sends stock."""

    def reflection_state(self, shop_code: str) -> ReflectionState:
        """When the next pass is due and how much waits for it.

        Raises: Unknown for the shop.
        """
        self.shop(shop_code)
        return ReflectionState(
            self._queue.next_pass(shop_code), self._queue.queued(shop_code), self._queue.last_path(shop_code)
        )

    def sending_plan(self, shop_code: str) -> tuple[datetime | None, str | None]:
        """When a shop's next pass is due, and where the last one that wrote put its file: what `reflection_state` tells
        without counting what waits.

        Raises: Unknown for the shop.
        """
        self.shop(shop_code)
        return self._queue.next_pass(shop_code), self._queue.last_path(shop_code)

    def request_full_sync(self, shop_code: str) -> None:
        """一括同期: queue every carried and linked SKU, by SKU code behind those that wait (public: facts.md 0.4).

        They go out with the passes to come; what changes meanwhile and has been sent already waits behind them.

        Raises: Unknown for the shop; Conflict while its 在庫反映 is 停止.
        """
        with self._store.transaction():
            if self.shop(shop_code).stock.reflection is Switch.OFF:
                raise Conflict(
                    f"在庫反映 of shop {shop_code} is 停止, so nothing would be sent.",
                    next_step="Set 在庫反映 to 起動: that alone queues every linked SKU.",
                )
            self._queue.enqueue_all(shop_code)
            queued = self._queue.queued(shop_code)
            self._record(
                "full_sync.requested", f"一括同期 of shop {shop_code}: {queued} SKUs wait.",
                shop_code=shop_code, queued=queued,
            )  # fmt: skip

    def replace_stock_file(self, shop_code: str, path: str) -> bool:
        """Write a stock file anew at this moment, out of turn, as a pass would: with the SKUs that wait, or with every
        linked one when none does. Its time is a second later than the old one's at least.

        False when a pass would not write there now, or the file is being written.
        Raises: Unknown for the shop.
        """
        with self._store.transaction():
            shop, now = self.shop(shop_code), self._now()
            old = self._area.stat(shop.company_id, path)
            name = compose_file_name(shop.stock.file_prefix, shop.stock.file_suffix, now)
            if (
                old is None
                or shop.stock.reflection is Switch.OFF
                or shop.stock.send_type is not SendType.FTPS_AREA
                or path != _path(shop, name)
                or self._queue.is_being_written(shop.company_id, path)
            ):
                return False
            if not self._queue.queued(shop_code):
                self._queue.enqueue_all(shop_code)
            if not self._send_stock(shop, now):
                return False
            self._area.set_mtime(shop.company_id, path, max(now, old.mtime + timedelta(seconds=1)))
        return True

    def _begin_passes(self, now: datetime) -> tuple[Shop, ...]:
        """The shops whose passes are due, each planned anew; what is 起動 there is to be carried out."""
        due = dict(self._queue.due_passes(now))
        shops = self._records.shops_of(due)
        self._queue.plan_passes(
            {
                shop.shop_code: plan_following_pass(due[shop.shop_code], shop.stock.interval_minutes, now)
                for shop in shops
            }
        )
        return shops

    def _send_stock(self, shop: Shop, now: datetime) -> bool:
        """Carry out a pass; whether it put SKUs into the area."""
        settings = self._settings()
        limit = plan_slice(settings)
        if limit is None:
            rows = self._queue.read_all(shop.shop_code, settings.negative)
        else:
            rows = self._queue.read_oldest(shop.shop_code, limit, settings.negative)
        plan = plan_pass(shop.stock, settings, rows, now)
        path, half = _path(shop, plan.file_name), plan_half(settings)
        firing = None
        if not isinstance(plan, SendElsewhere) and plan.content is not None:
            firing = self._take(Layer.FILE, REFLECTION, path)
        if firing is not None and isinstance(firing.effect, Partial):
            firing.fire()
            half = timedelta(seconds=firing.effect.seconds)
        elif firing is not None and self._fail(firing, shop, path, plan.content or b"", settings):
            return False
        if limit is None:
            self._queue.empty_queue(shop.shop_code)
        else:
            self._queue.drop_oldest(shop.shop_code, limit)
        data: dict[str, Any] = {
            "shop_code": shop.shop_code,
            "path": path,
            "remaining": self._queue.queued(shop.shop_code),
            "content": settings.content,
            "skipped": len(plan.skipped),
            "skipped_skus": list(plan.skipped[:LISTED]),
        }
        match plan:
            case WriteFile():
                data |= {"rows": plan.rows, "bytes": len(plan.content)}
                summary = f"{path} was written with {plan.rows} SKUs, {data['remaining']} wait."
                self._put(shop, path, plan.content, half, now, _entry("written", summary, plan, data))
            case SendElsewhere():
                data |= {"path": "", "rows": plan.rows, "bytes": len(plan.content)}
                summary = f"{plan.file_name} with {plan.rows} SKUs went to another FTP server."
                self._tell(_entry("sent_elsewhere", summary, plan, data))
            case NothingToSend():
                self._send_nothing(shop, plan, half, now, data)
            case _:
                assert_never(plan)
        return isinstance(plan, WriteFile)

    def _fail(self, firing: Firing, shop: Shop, path: str, content: bytes, settings: Settings) -> bool:
        """Let a fault strike the writing of a file; what the pass had to tell waits on then."""
        header = encode_header(shop.stock, settings)
        became = strike_file(firing, self._area, shop.company_id, path, content, header)
        if became is None:
            return False
        if self._area.stat(shop.company_id, path) is not None:
            self._queue.set_last_path(shop.shop_code, path)
        queued = self._queue.queued(shop.shop_code)
        self._record(
            "reflection.failed", f"{path} {became} (fault); {queued} SKUs wait on.",
            shop_code=shop.shop_code, path=path, remaining=queued,
        )  # fmt: skip
        return True

    def _send_nothing(
        self, shop: Shop, plan: NothingToSend, half: timedelta | None, now: datetime, data: dict[str, Any]
    ) -> None:
        did = "nothing was touched"
        last_path = self._queue.last_path(shop.shop_code)
        data |= {"path": "", "unchanged": self._settings().unchanged}
        if plan.content is not None:
            data["path"] = _path(shop, plan.file_name)
            did = f"{data['path']} was written without rows"
        elif plan.delete and last_path is not None and self._area.remove(shop.company_id, last_path):
            data["path"] = last_path
            did = f"{last_path} was deleted"
        entry = _entry("nothing_to_send", f"Shop {shop.shop_code} had nothing to send; {did}.", plan, data)
        if plan.content is None:
            self._tell(entry)
        else:
            self._put(shop, data["path"], plan.content, half, now, entry)

    def _put(
        self, shop: Shop, path: str, content: bytes, half: timedelta | None, now: datetime, entry: dict[str, Any]
    ) -> None:
        self._queue.set_last_path(shop.shop_code, path)
        if half is None:
            self._area.write(shop.company_id, path, content)
            self._tell(entry)
            return
        visible = content[: find_cut(content)]
        self._area.write(shop.company_id, path, visible)
        self._queue.begin_writing(now + half, UnfinishedFile(shop.company_id, path, content, entry))
        self._record(
            "reflection.writing", f"{path} is being written; {len(visible)} bytes are visible.",
            shop_code=shop.shop_code, path=path, bytes=len(visible),
        )  # fmt: skip

    def _complete_files(self, now: datetime) -> None:
        for file in self._queue.take_due_writings(now):
            self._area.write(file.company_id, file.path, file.content, completes=True)
            self._tell(file.entry)

    def _tell(self, entry: Mapping[str, Any]) -> None:
        self._record(entry["kind"], entry["summary"], skus=entry["skus"], **entry["data"])


def _path(shop: Shop, file_name: str) -> str:
    return f"{STOCK_FOLDER}/{shop.shop_code}/{file_name}"


def _entry(
    kind: str, summary: str, plan: WriteFile | SendElsewhere | NothingToSend, data: Mapping[str, Any]
) -> dict[str, Any]:
    """What the journal will hold, as JSON values: a file written in place is told of when it is complete."""
    skus = [] if isinstance(plan, NothingToSend) else list(plan.sku_codes)
    return {"kind": f"reflection.{kind}", "summary": summary, "skus": skus, "data": dict(data)}
