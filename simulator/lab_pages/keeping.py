"""States of the lab: kept under a name, gone back to, filled with an invented catalogue, emptied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import render_template, request

from simulator.errors import BadValue
from simulator.web.calls import Call
from simulator.web.forms import see_other, shown_again, tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.control.ports import Lab


def add_states(blueprint: Blueprint, lab: Lab) -> None:
    """Add the views of kept states, seed and reset."""

    @blueprint.get("/states")
    def states() -> str:
        calls = {"save": saving("before-sale"), "seed": seeding(1200, 1), "reset": resetting()}
        return render_template("lab/states.html", snapshots=lab.snapshots(), calls=calls, restoring=restoring)

    @blueprint.post("/states/save")
    @shown_again("lab.states")
    def save_state() -> BaseResponse:
        name = request.form.get("name", "").strip()
        lab.save_snapshot(name)
        tell(f"いまの状態を「{name}」として保存しました。", saving(name))
        return see_other("lab.states")

    @blueprint.post("/states/restore")
    @shown_again("lab.states")
    def restore_state() -> BaseResponse:
        name = request.form.get("name", "")
        lab.restore_snapshot(name)
        tell(f"「{name}」の状態に戻しました。時計もそのときの時刻に戻りました。", restoring(name))
        return see_other("lab.states")

    @blueprint.post("/states/seed")
    @shown_again("lab.states")
    def seed() -> BaseResponse:
        skus = _whole("catalogue_size", request.form.get("skus", ""))
        number = _whole("seed", request.form.get("seed", "1"))
        try:
            made = lab.seed(skus, number)
        except BadValue as refused:
            # `skus` is what the console calls the rows of one product.
            field = "catalogue_size" if refused.field == "skus" else refused.field
            raise BadValue(field, refused.value, refused.reason) from refused
        tell(f"{made['products']:,}商品、{made['skus']:,} SKUを両側に登録しました。", seeding(skus, number))
        return see_other("lab.states")

    @blueprint.post("/states/reset")
    @shown_again("lab.states")
    def reset() -> BaseResponse:
        if "confirmed" not in request.form:
            raise BadValue("confirmed", "", "what is in the lab is lost by a reset, and that has to be confirmed")
        lab.reset()
        tell("実験室を空にしました。エンジンの変数は、もう一度取り直してください。", resetting())
        return see_other("web.start")


def saving(name: str) -> Call:
    """Keeping the present state, as a call."""
    return Call("POST", f"/snapshots/{quote(name, safe='')}")


def restoring(name: str) -> Call:
    """Going back to a kept state, as a call."""
    return Call("POST", f"/snapshots/{quote(name, safe='')}/restore")


def seeding(skus: int, seed: int) -> Call:
    """Adding an invented catalogue, as a call."""
    return Call("POST", "/seed", {"skus": skus, "seed": seed})


def resetting() -> Call:
    """Emptying the lab, as a call."""
    return Call("POST", "/reset", command="zaikolab reset")


def _whole(field: str, text: str) -> Any:  # noqa: ANN401 - always a number; the lab checks its bounds
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        raise BadValue(field, text, "a whole number is wanted")
    return int(digits)
