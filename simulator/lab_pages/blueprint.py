"""Assembles the laboratory's pages. `/lab/v1` beside them is the control API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g

from simulator.errors import Refused
from simulator.lab_pages.clock_bar import add_clock
from simulator.lab_pages.engine_page import add_engine
from simulator.lab_pages.fault_pages import add_faults
from simulator.lab_pages.keeping import add_states
from simulator.lab_pages.settings_page import add_settings
from simulator.lab_pages.sku_page import add_sku
from simulator.lab_pages.timeline import add_timeline
from simulator.web.refusal import refused_page

if TYPE_CHECKING:
    from simulator.control.ports import Lab

LAYOUT = "lab/layout.html"
_MENU = (
    ("timeline", "タイムライン"),
    ("sku", "SKUの両側"),
    ("faults", "障害"),
    ("settings", "設定"),
    ("states", "状態の保存"),
    ("engine", "エンジン"),
)
"""Endpoint and word of each page."""


def create_blueprint(lab: Lab) -> Blueprint:
    """The pages of one lab."""
    blueprint = Blueprint("lab", __name__, url_prefix="/lab", template_folder="templates")
    blueprint.register_error_handler(Refused, lambda error: refused_page(error, LAYOUT))
    blueprint.context_processor(lambda: {"lab_menu": _MENU, "refused_details": _details})
    for add in (add_clock, add_timeline, add_sku, add_faults, add_settings, add_states, add_engine):
        add(blueprint, lab)
    return blueprint


def _details() -> str:
    """The refusal's own English sentence, with the next step; "" when nothing was refused."""
    return str(g.zaikolab_refused) if "zaikolab_refused" in g else ""
