"""The clock's forms, on every page in the strip and larger on the lab's own; each leads back to where it was sent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flask import redirect, render_template, request

from simulator.clock import JST, parse_time
from simulator.config import ClockMode
from simulator.errors import BadValue
from simulator.web.back import way_back
from simulator.web.calls import Call
from simulator.web.forms import check_seen, shown_again, tell

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.control.ports import Lab

_SEE_OTHER = 303


def add_clock(blueprint: Blueprint, lab: Lab) -> None:
    """Add the views of the clock."""
    blueprint.context_processor(
        lambda: {"clock_due": lambda: _shown(lab.tempostar.next_pass_due()), "clock_calls": lambda: _calls(lab)}
    )

    @blueprint.get("/clock/time")
    def clock_time() -> str:
        return render_template("web/clock_time.html")

    @blueprint.post("/clock/advance")
    @shown_again("lab.timeline")
    def advance() -> BaseResponse:
        minutes = _number("minutes", request.form.get("minutes", ""))
        lab.advance(minutes=minutes)
        tell(f"時計を{minutes:g}分進めました。", _advancing(minutes))
        return redirect(way_back(), _SEE_OTHER)

    @blueprint.post("/clock/next-pass")
    @shown_again("lab.timeline")
    def next_pass() -> BaseResponse:
        lab.next_pass()
        tell(f"次の送信まで進めました（{lab.clock.now():%H:%M:%S}）。", _next_pass())
        return redirect(way_back(), _SEE_OTHER)

    @blueprint.post("/clock/mode")
    @shown_again("lab.timeline")
    def clock_mode() -> BaseResponse:
        check_seen(lab.clock.mode.value)
        wanted = request.form.get("mode", "")
        if wanted not in set(ClockMode):
            raise BadValue("mode", wanted, "frozen or running is wanted")
        if wanted == ClockMode.FROZEN:
            lab.agenda.set_clock(mode=ClockMode.FROZEN)
            tell("時計を止めました。", _freezing())
        else:
            rate = _number("rate", request.form.get("rate", "1"))
            lab.agenda.set_clock(mode=ClockMode.RUNNING, rate=rate)
            tell("時計を動かしました。", _running(rate))
        return redirect(way_back(), _SEE_OTHER)

    @blueprint.post("/clock/set")
    @shown_again("lab.timeline")
    def set_clock() -> BaseResponse:
        typed = request.form.get("now", "").strip()
        moment = parse_time(f"{typed}+09:00")
        lab.agenda.set_clock(moment)
        tell(f"時刻を{moment:%Y-%m-%d %H:%M:%S}にしました。", _setting(moment.isoformat()))
        return redirect(way_back(), _SEE_OTHER)


def _calls(lab: Lab) -> tuple[Call, ...]:
    """What the clock's buttons do, as calls."""
    now, rate = lab.clock.now().isoformat(), lab.clock.rate
    return (_advancing(5), _next_pass(), _running(rate), _freezing(), _setting(now))


def _advancing(minutes: float) -> Call:
    return Call("POST", "/clock/advance", {"minutes": minutes}, command=f"zaikolab clock advance {minutes:g}")


def _next_pass() -> Call:
    return Call("POST", "/clock/next-pass")


def _running(rate: float) -> Call:
    return Call("PUT", "/clock", {"mode": "running", "rate": rate}, command=f"zaikolab clock run --rate {rate:g}")


def _freezing() -> Call:
    return Call("PUT", "/clock", {"mode": "frozen"}, command="zaikolab clock freeze")


def _setting(now: str) -> Call:
    return Call("PUT", "/clock", {"now": now}, command=f"zaikolab clock set {now}")


def _shown(due: datetime | None) -> str:
    return "" if due is None else due.astimezone(JST).strftime("%Y-%m-%d %H:%M:%S")


def _number(field: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadValue(field, text, "a number is wanted")
    return int(number) if number.is_integer() else number
