"""What an engine needs: its variables, and how to run it against this lab. Passwords are shown when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from simulator.web.calls import Call

if TYPE_CHECKING:
    from flask import Blueprint

    from simulator.control.ports import Lab

SECRET = frozenset({"SYNC_SHOP_TOKEN", "TEMPOSTAR_FTP_PASSWORD"})
HIDDEN = "••••••••"


def add_engine(blueprint: Blueprint, lab: Lab) -> None:
    """Add the view."""

    @blueprint.get("/engine")
    def engine() -> str:
        from simulator.control.lab_routes import StateRoutes

        shown = request.args.get("secrets") == "shown"
        given = StateRoutes(lab).credentials().environment
        variables = {name: value if shown or name not in SECRET else HIDDEN for name, value in given.items()}
        return render_template(
            "lab/engine.html",
            variables=variables,
            shown=shown,
            call=Call("GET", "/credentials", command="zaikolab env"),
        )
