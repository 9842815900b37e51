"""受注取込: takes in the order files that stand in the area (guide 2.1.2, contract 2)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulator.tempostar.catalog import FIRST_COMPANY, LISTED, Page, is_code, page_window
from simulator.tempostar.desk import Desk
from simulator.tempostar.orders import (
    OrderLine,
    TempostarOrder,
    compose_log,
    is_order_file,
    parse_orders,
    resolve_names,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from simulator.errors import RowProblem
    from simulator.tempostar.catalog import Shop
    from simulator.tempostar.orders import IncomingOrder

PAGE_SIZE = 50


class Intake(Desk):
    """The part of the back office that takes orders in. No journal entry names a buyer."""

    def orders(
        self,
        shop_code: str | None = None,
        *,
        page: int = 1,
        page_size: int = PAGE_SIZE,
        company_id: int = FIRST_COMPANY,
    ) -> Page[TempostarOrder]:
        """受注一覧: the orders of a shop, or of all shops of a company, the one taken in last first.

        Raises: Unknown for the shop or the company; BadValue for a page below 1 or a page size outside 1 to 1000.
        """
        if shop_code is None:
            self._check_company(company_id)
        else:
            company_id = self.shop(shop_code).company_id
        limit, offset = page_window(page, page_size)
        rows, total = self._orders.orders(company_id, shop_code, limit, offset)
        return Page(rows, total, page, page_size)

    def _take_orders_of(self, shops: Sequence[Shop]) -> None:
        """Take in the order files of shops, shop by shop; which of them have any is asked at once."""
        waiting = self._area.standing_in((shop.company_id, _folder(shop)) for shop in shops)
        for shop in shops:
            if _folder(shop) in waiting:
                self._take_orders(shop)

    def _take_orders(self, shop: Shop) -> None:
        """Take in the shop's order files by name; a refused one holds up none behind it.

        To be called in a transaction: a file, its orders, the stock they lower and its move belong together.
        """
        for file in self._area.files(shop.company_id, _folder(shop)):
            if is_order_file(file.name):
                self._take_file(shop, file.name, self._area.read(shop.company_id, file.path) or b"")

    def _take_file(self, shop: Shop, name: str, content: bytes) -> None:
        parsed = parse_orders(content, shop.shop_code)
        if parsed.problems:
            self._refuse_file(shop, name, parsed.problems)
            return
        known = self._orders.known([order.shop_order_number for order in parsed.orders])
        fresh = [order for order in parsed.orders if order.shop_order_number not in known]
        for order in parsed.orders:
            if order.shop_order_number in known:
                self._record(
                    "order.duplicate", f"Order {order.shop_order_number} was taken in before; nothing was changed.",
                    shop_code=shop.shop_code, shop_order_number=order.shop_order_number, file=name,
                )  # fmt: skip
        self._store_orders(shop, name, fresh)
        self._move(shop, name, "done")
        self._record(
            "order_file.taken", f"{name} of shop {shop.shop_code}: {len(fresh)} orders taken in, {len(known)} known.",
            shop_code=shop.shop_code, file=name, orders=len(fresh), duplicates=len(known),
        )  # fmt: skip

    def _store_orders(self, shop: Shop, file_name: str, orders: Sequence[IncomingOrder]) -> None:
        codes = {line.sku_code for order in orders for line in order.lines}
        sku_ids = self._records.sku_ids(shop.company_id, codes)
        reflected = self._orders.reflected_skus(shop.shop_code, sku_ids.values())
        quantities = Counter[int]()
        payments, carriers = self._records.payments(shop.company_id), self._records.carriers(shop.company_id)
        for number, order in enumerate(orders, self._orders.next_number()):
            resolved = resolve_names(order.payment_name, order.carrier_name, shop.shop_code, payments, carriers)
            taken = TempostarOrder(
                *(number, shop.shop_code, order.shop_order_number, order.ordered_at, self._now(), order.buyer_name),
                *(resolved.payment, order.payment_name, resolved.carrier, order.carrier_name),
                warnings=resolved.warnings,
                progress=resolved.progress,
                amounts=order.amounts,
                lines=_match_lines(order, sku_ids, reflected),
            )
            for line in taken.lines:
                if line.lowered:
                    quantities[sku_ids[line.sku_code]] += line.quantity
            self._orders.add(shop.company_id, taken)
            self._tell_order(taken, file_name)
        self._orders.lower_stock(quantities)
        self._queue.enqueue_skus(shop.company_id, list(quantities))

    def _tell_order(self, order: TempostarOrder, file_name: str) -> None:
        warned = f" with {', '.join(order.warnings)}" if order.warnings else ""
        self._record(
            "order.taken_in", f"Order {order.shop_order_number} was taken in{warned}; 進捗 {order.progress}.",
            skus=dict.fromkeys(line.sku_code for line in order.lines if is_code(line.sku_code)),
            shop_code=order.shop_code, shop_order_number=order.shop_order_number,
            system_order_number=order.system_order_number, payment=order.payment, payment_name=order.payment_name,
            carrier=order.carrier, carrier_name=order.carrier_name, warnings=list(order.warnings),
            progress=order.progress, file=file_name,
            lines=[
                {"sku_code": line.sku_code, "quantity": line.quantity, "matched": line.matched, "lowered": line.lowered}
                for line in order.lines[:LISTED]
            ],
        )  # fmt: skip

    def _refuse_file(self, shop: Shop, name: str, problems: Sequence[RowProblem]) -> None:
        self._move(shop, name, "error")
        self._area.write(shop.company_id, _log_path(shop, name, "log"), compose_log(name, problems))
        first = problems[0]
        # What stands in the field could be a buyer's name or address: it is in the log beside the file, not here.
        self._record(
            "order_file.refused", f"{name} of shop {shop.shop_code} was refused: row {first.row}, {first.reason}.",
            shop_code=shop.shop_code, file=name, problems=len(problems),
            rows=[{"row": one.row, "reason": one.reason} for one in problems[:LISTED]],
        )  # fmt: skip

    def _move(self, shop: Shop, name: str, outcome: str) -> None:
        """What stands in log/ is the latest outcome of a name, with the time of the intake."""
        for earlier in ("done", "error", "log"):
            self._area.remove(shop.company_id, _log_path(shop, name, earlier))
        path = _log_path(shop, name, outcome)
        self._area.rename(shop.company_id, f"/netorder/{shop.shop_code}/{name}", path)
        self._area.set_mtime(shop.company_id, path, self._now())


def _match_lines(
    order: IncomingOrder, sku_ids: Mapping[str, int], reflected: AbstractSet[int]
) -> tuple[OrderLine, ...]:
    return tuple(
        OrderLine(
            *(line.sku_code, line.name, line.option, line.quantity, line.unit_price),
            matched=line.sku_code in sku_ids,
            lowered=sku_ids.get(line.sku_code) in reflected,
        )
        for line in order.lines
    )


def _log_path(shop: Shop, name: str, outcome: str) -> str:
    return f"/netorder/{shop.shop_code}/log/{name}.{outcome}"


def _folder(shop: Shop) -> str:
    return f"/netorder/{shop.shop_code}"
