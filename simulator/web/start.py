"""The page at `/`: what is where."""

from __future__ import annotations

from flask import Blueprint, render_template


def create_blueprint() -> Blueprint:
    """The start page, the layout that all plain pages extend (`web/layout.html`), and its style sheet."""
    blueprint = Blueprint("web", __name__, template_folder="templates", static_folder="static", static_url_path="/web")

    @blueprint.get("/")
    def start() -> str:
        return render_template("web/start.html")

    return blueprint
