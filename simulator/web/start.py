"""The page at `/`: what is where; and what every page shows of the lab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, g, render_template, request

from simulator.config import ClockMode
from simulator.web.back import way_back
from simulator.web.parts_of_lab import SCREENS
from simulator.web.refusal import compose_heading, compose_sentence
from simulator.web.typed import form_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from simulator.clock import Clock


@dataclass(frozen=True, slots=True)
class ClockShown:
    """The lab's time as pages show it."""

    now: datetime
    frozen: bool
    rate: float


def _no_figures() -> Mapping[str, object]:
    return {}


def create_blueprint(clock: Clock, figures: Callable[[], Mapping[str, object]] = _no_figures) -> Blueprint:
    """The start page, and the layout that all pages extend (`web/layout.html`) with its style sheet and scripts.
    `figures`: what the start page tells of the lab."""
    blueprint = Blueprint("web", __name__, template_folder="templates", static_folder="static", static_url_path="/web")

    @blueprint.app_context_processor
    def for_every_page() -> dict[str, object]:
        return {
            "form_of": form_of,
            "lab_address": lambda: request.host_url,
            "lab_clock": lambda: ClockShown(clock.now(), clock.mode is ClockMode.FROZEN, clock.rate),
            "lab_screens": lambda: SCREENS,
            "way_back": way_back,
            "refused_heading": lambda: _words().get("heading") or compose_heading(g.zaikolab_refused),
            "refused_sentence": lambda: (
                _words().get("sentence") or compose_sentence(g.zaikolab_refused) if "zaikolab_refused" in g else ""
            ),
        }

    @blueprint.get("/")
    def start() -> str:
        return render_template("web/start.html", **figures())

    return blueprint


def _words() -> Mapping[str, object]:
    """What the service that refused has to say of it itself."""
    words: Mapping[str, object] = g.get("zaikolab_refused_words", {})
    return words
