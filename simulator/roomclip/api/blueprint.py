"""The shop API under `/api/v1` (contract 3), and its document at `/openapi.json`."""

from __future__ import annotations

import json
from dataclasses import asdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from simulator.roomclip.api import models
from simulator.roomclip.linkage import Run
from simulator.roomclip.sales import GoodLevels
from simulator.web.spec import Api, json_answer, ready_json

if TYPE_CHECKING:
    from simulator.roomclip.sales import Order
    from simulator.roomclip.shop import RoomClip

_PREFIX = "/api/v1"
_IDEMPOTENCY_KEY = "Idempotency-Key"
_ALWAYS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_OF_A_SHOP = (*_ALWAYS, HTTPStatus.NOT_FOUND)


def create_blueprint(roomclip: RoomClip) -> Blueprint:
    """The shop API of one RoomClip. Everything under `/api/v1` wants its token, the document does not."""
    blueprint = Blueprint("shop_api", __name__)
    api = Api(
        title="RoomClip shop API",
        version="1",
        description="Linkages, variants, stock, orders and runs of RoomClipショッピング, for sync engines."
        " Times are RFC 3339 with +09:00; errors are RFC 9457; bodies may come with Content-Encoding: gzip.",
        bearer=True,
    )

    @blueprint.before_request
    def want_token() -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if request.path.startswith(f"{_PREFIX}/") and not (
            scheme.lower() == "bearer" and roomclip.knows_token(token.strip())
        ):
            raise Unauthorized(
                "The shop API wants the lab's token: Authorization: Bearer <SYNC_SHOP_TOKEN>.",
                www_authenticate=WWWAuthenticate("bearer", {"realm": "zaikolab"}),
            )

    @blueprint.get(f"{_PREFIX}/linkages")
    @api.operation(query=models.LinkagesQuery, answer=models.LinkagesAnswer, problems=_ALWAYS, tag="linkages")
    def list_linkages(query: models.LinkagesQuery) -> Response:
        """Every linkage that was saved, active or paused; with `id` (repeatable) only these."""
        return ready_json(f'{{"linkages": {roomclip.linkages_as_json(query.id)}}}')

    @blueprint.post(f"{_PREFIX}/linkages/<linkage_id>/runs")
    @api.operation(
        query=models.NoQuery,
        json=models.RunReport,
        answer=models.RunAnswer,
        status=HTTPStatus.CREATED,
        problems=(*_OF_A_SHOP, HTTPStatus.CONFLICT),
        tag="linkages",
    )
    def report_run(linkage_id: str, query: models.NoQuery, json: models.RunReport) -> models.RunAnswer:  # noqa: ARG001 - as above
        """Tell what happened, for 連携履歴. `sync_now` of the linkage is false from then on."""
        run = Run(json.started_at, json.finished_at, json.outcome, json.summary, json.counts)
        return models.RunAnswer(id=roomclip.record_run(linkage_id, run).run_id)

    @blueprint.get(f"{_PREFIX}/shops/<shop_id>/variants")
    @api.operation(query=models.VariantsQuery, answer=models.VariantsAnswer, problems=_OF_A_SHOP, tag="stock")
    def list_variants(shop_id: str, query: models.VariantsQuery) -> Response:
        """Variants in the order of their ids, page by page; with `changed_after` only what changed since."""
        page = roomclip.variants_as_json(
            shop_id,
            limit=query.limit,
            cursor=query.cursor,
            changed_after=query.changed_after,
            codes=query.code,
        )
        rest = json.dumps({"next_cursor": page.next_cursor, "revision": page.revision})
        return ready_json(b'{"variants":%b,%b' % (page.variants, rest[1:].encode()))

    @blueprint.post(f"{_PREFIX}/shops/<shop_id>/stock")
    @api.operation(
        query=models.NoQuery,
        json=models.StockUpdates,
        quick=models.read_levels,
        answer=models.StockAnswer,
        problems=_OF_A_SHOP,
        tag="stock",
    )
    def set_stock(shop_id: str, query: models.NoQuery, json: models.StockUpdates | GoodLevels) -> Response:  # noqa: ARG001 - as above
        """Set absolute stock by code, all rows or none. Codes that no variant or several variants have are rejected."""
        updates = json if isinstance(json, GoodLevels) else json.pairs()
        report = roomclip.set_stock(shop_id, updates, request.headers.get(_IDEMPOTENCY_KEY))
        return json_answer(
            {
                "updated": report.updated,
                "unchanged": report.unchanged,
                "rejected": [{"variant_code": one.variant_code, "reason": one.reason} for one in report.rejected],
            }
        )

    @blueprint.get(f"{_PREFIX}/shops/<shop_id>/orders")
    @api.operation(query=models.OrdersQuery, answer=models.OrdersAnswer, problems=_OF_A_SHOP, tag="orders")
    def list_orders(shop_id: str, query: models.OrdersQuery) -> Response:
        """Orders placed or cancelled after `after`, oldest change first."""
        found = roomclip.orders(shop_id, query.after, query.limit)
        last_seq = found[-1].seq if found else query.after
        return json_answer({"orders": [_order(order) for order in found], "last_seq": last_seq})

    @blueprint.get("/openapi.json")
    def document() -> Response:
        return json_answer(_with_headers(api.openapi()))

    return blueprint


def _order(order: Order) -> dict[str, Any]:
    return {
        "seq": order.seq,
        "order_id": order.order_id,
        "ordered_at": order.ordered_at.isoformat(),
        "state": order.state,
        "payment_method": order.payment_method,
        "shipping_method": order.shipping_method,
        "buyer": asdict(order.buyer),
        "lines": [
            {
                "variant_code": line.variant_code,
                "name": line.name,
                "option": line.option,
                "quantity": line.quantity,
                "unit_price": line.unit_price,
            }
            for line in order.lines
        ],
    }


def _with_headers(document: dict[str, Any]) -> dict[str, Any]:
    """Add what `Api` cannot say: the header of stock updates, and Retry-After."""
    for path in document["paths"].values():
        for operation in path.values():
            for status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
                answer = operation["responses"].get(str(int(status)))
                if answer is not None:
                    answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
            if operation["operationId"] == "set_stock":
                operation["parameters"].append(
                    {
                        "name": _IDEMPOTENCY_KEY,
                        "in": "header",
                        "required": False,
                        "description": "The same key and body answer the same and do nothing twice.",
                        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
                    }
                )
    return document
