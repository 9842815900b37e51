"""Assembles the control API from its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from simulator.control.fault_routes import FaultRoutes
from simulator.control.lab_routes import ClockRoutes, StateRoutes, WatchRoutes
from simulator.control.order_routes import OrderRoutes
from simulator.control.roomclip_routes import ItemRoutes, LinkageRoutes, SaleRoutes
from simulator.control.routing import mount
from simulator.control.tempostar_routes import AreaRoutes, GoodsRoutes, SettingRoutes
from simulator.web.spec import Api, json_answer

if TYPE_CHECKING:
    from flask import Response

    from simulator.control.ports import Lab


def create_blueprint(lab: Lab) -> Blueprint:
    """The control API of one lab with its document at `/lab/v1/openapi.json` (contract 5)."""
    blueprint = Blueprint("control", __name__, url_prefix="/lab/v1")
    api = Api(
        title="zaikolab control API",
        version="1",
        description="Everything the consoles and the step library can do. Served to loopback only, unless"
        " the lab was started with --expose.",
    )
    for tag, prefix, parts in (
        ("lab", "", (StateRoutes(lab), ClockRoutes(lab), WatchRoutes(lab), FaultRoutes(lab))),
        ("tempostar", "/tempostar", (SettingRoutes(lab), GoodsRoutes(lab), OrderRoutes(lab), AreaRoutes(lab))),
        ("roomclip", "/roomclip", (ItemRoutes(lab), SaleRoutes(lab), LinkageRoutes(lab))),
    ):
        for routes in parts:
            mount(blueprint, api, routes, tag=tag, prefix=prefix)

    @blueprint.get("/openapi.json")
    def document() -> Response:
        return json_answer(api.openapi())

    return blueprint
