"""Operations on the orders that TEMPOSTAR has taken in (guide 2.1.2)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from simulator.control import order_models as models
from simulator.control.routing import route

if TYPE_CHECKING:
    from simulator.control.ports import Lab
    from simulator.tempostar.orders import TempostarOrder


class OrderRoutes:
    """受注管理: what was taken in."""

    def __init__(self, lab: Lab) -> None:
        self._backoffice = lab.tempostar

    @route("GET", "/orders", query=models.OrderQuery, answer=models.OrderPage, problems=(HTTPStatus.NOT_FOUND,))
    def orders(self, query: models.OrderQuery) -> models.OrderPage:
        """受注一覧, the order taken in last first."""
        found = self._backoffice.orders(**query.model_dump())
        return models.OrderPage(
            orders=[_order(order) for order in found.rows], total=found.total, page=found.page, pages=found.pages
        )


def _order(order: TempostarOrder) -> models.OrderItem:
    return models.OrderItem(
        system_order_number=order.system_order_number,
        shop_code=order.shop_code,
        shop_order_number=order.shop_order_number,
        ordered_at=order.ordered_at.isoformat(),
        taken_in_at=order.taken_in_at.isoformat(),
        buyer_name=order.buyer_name,
        payment=order.payment,
        payment_name=order.payment_name,
        carrier=order.carrier,
        carrier_name=order.carrier_name,
        warnings=list(order.warnings),
        progress=order.progress,
        amounts=models.AmountsItem.model_validate(order.amounts),
        lines=[models.OrderLineItem.model_validate(line) for line in order.lines],
    )
