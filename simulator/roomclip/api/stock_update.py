"""The 在庫更新用URL: asks for a sync now, or takes a push in Next Engine's form (contract 3, facts.md 5.1)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed

from simulator.roomclip.linkage import STOCK_UPDATE_PATH
from simulator.roomclip.stock_push import is_push
from simulator.web.spec import json_answer

if TYPE_CHECKING:
    from simulator.roomclip.shop import RoomClip


def create_stock_update_blueprint(roomclip: RoomClip) -> Blueprint:
    """The 在庫更新用URLs of one RoomClip; the last part of each is its secret."""
    blueprint = Blueprint("stock_update", __name__)

    @blueprint.get(f"{STOCK_UPDATE_PATH}<token>")
    def update(token: str) -> Response:
        if request.method != "GET":
            # Flask adds HEAD to each GET; a link checker must not start a sync.
            raise MethodNotAllowed(valid_methods=["GET"])
        query = request.args.to_dict()
        if is_push(query):
            return Response(roomclip.push_stock(token, query), content_type="text/xml; charset=EUC-JP")
        linkage = roomclip.request_sync(token)
        return json_answer(
            {"shop_id": linkage.shop_id, "state": linkage.state, "sync_now": linkage.sync_now}, HTTPStatus.ACCEPTED
        )

    return blueprint
