"""What buyers do: buying and cancelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import Conflict, Unknown
from simulator.journal import Service
from simulator.roomclip.floor import Floor
from simulator.roomclip.listing import checked_number
from simulator.roomclip.records import number_of, variant_id_of
from simulator.roomclip.sales import (
    Buyer,
    Order,
    OrderPage,
    OrderState,
    checked_method,
    plan_purchase,
    wanted_quantities,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_ORDERS = 10_000
ORDERS_PER_PAGE = 50
_MAX_SEQ = 2**62


class Ordering(Floor):
    """The shop's orders."""

    def purchase(
        self,
        shop_id: str,
        lines: Sequence[tuple[str, int]],
        payment_method: str = "クレジットカード",
        shipping_method: str = "その他",
        buyer: Buyer | None = None,
    ) -> Order:
        """Buy (variant id, quantity) pairs, all or none; the shop's stock is lower at once.

        Raises: Unknown shop or variant; BadValue; Conflict when an item is not 公開 (guide 4.4.1) or too short.
        """
        self.shop(shop_id)
        wanted = wanted_quantities([(variant_id_of(number_of("variant", name)), count) for name, count in lines])
        checked_method("payment_method", payment_method)
        checked_method("shipping_method", shipping_method)
        with self._store.transaction():
            found = {name: self._items.variant(shop_id, name) for name in wanted}
            bought = plan_purchase(wanted, {name: variant for name, variant in found.items() if variant is not None})
            revision = self._shops.next_revision(shop_id)
            self._stock.move(shop_id, [(line.variant_id, -line.quantity) for line in bought], revision)
            order = self._orders.add(
                shop_id,
                Order(
                    revision,
                    "",
                    self._now(),
                    OrderState.PLACED,
                    payment_method,
                    shipping_method,
                    buyer or Buyer(),
                    bought,
                ),
            )
            self._tell_order("order.placed", f"Order {order.order_id} was placed by {payment_method}.", shop_id, order)
        return order

    def cancel_order(self, shop_id: str, order_id: str) -> Order:
        """Cancel an order. The shop has the stock back at once, and the order is listed again under a new seq
        (ASSUMPTION, both).

        Raises: Unknown; Conflict when it is cancelled already.
        """
        with self._store.transaction():
            order = self.order(shop_id, order_id)
            if order.state is OrderState.CANCELLED:
                raise Conflict(f"Order {order_id} is cancelled already.", next_step="There is nothing to do.")
            revision = self._shops.next_revision(shop_id)
            self._stock.move(shop_id, [(line.variant_id, line.quantity) for line in order.lines], revision)
            self._orders.set_state(order_id, OrderState.CANCELLED, revision)
            self._tell_order("order.cancelled", f"Order {order_id} was cancelled.", shop_id, order)
        return self.order(shop_id, order_id)

    def order(self, shop_id: str, order_id: str) -> Order:
        """One order. Raises: Unknown."""
        self.shop(shop_id)
        found = self._orders.find(shop_id, order_id)
        if found is None:
            raise Unknown("order", order_id, next_step="The list of orders shows what was bought.")
        return found

    def orders(self, shop_id: str, after: int = 0, limit: int = 100) -> tuple[Order, ...]:
        """Orders placed or cancelled after `after`, oldest change first, at most 10,000.

        Raises: Unknown shop; BadValue.
        """
        self.shop(shop_id)
        checked_number("after", after, most=_MAX_SEQ)
        checked_number("limit", limit, least=1, most=MAX_ORDERS)
        return self._orders.after(shop_id, after, limit)

    def order_page(self, shop_id: str, page: int = 1) -> OrderPage:
        """One page of the shop's orders, the latest first.

        Raises: Unknown shop; BadValue for a page below 1.
        """
        self.shop(shop_id)
        checked_number("page", page, least=1)
        with self._store.lock:
            total = self._orders.count(shop_id)
            found = self._orders.latest(shop_id, (page - 1) * ORDERS_PER_PAGE, ORDERS_PER_PAGE)
        return OrderPage(found, page, max(1, -(-total // ORDERS_PER_PAGE)), total)

    def _tell_order(self, kind: str, summary: str, shop_id: str, order: Order) -> None:
        self._journal.record(
            Service.ROOMCLIP, kind, summary, skus=[line.variant_code for line in order.lines if line.variant_code],
            shop_id=shop_id, order_id=order.order_id, payment_method=order.payment_method,
            lines=[{"variant_code": line.variant_code, "quantity": line.quantity} for line in order.lines],
        )  # fmt: skip
