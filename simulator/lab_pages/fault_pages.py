"""Faults: armed with one click or by a form of the catalogue, listed with their counts, cleared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, request

from simulator.errors import Unknown
from simulator.faults.catalogue import BY_NAME, CATALOGUE
from simulator.faults.kind import Layer
from simulator.lab_pages.one_click import BY_KEY, GROUPS
from simulator.web.calls import Call
from simulator.web.forms import see_other, shown_again, tell
from simulator.web.refusal import field_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.control.ports import Lab
    from simulator.faults.kind import Kind

LAYERS = {
    Layer.CONTROL: "FTPSの制御（コマンドと返事）",
    Layer.DATA: "FTPSの転送",
    Layer.TLS: "暗号化(TLS)",
    Layer.FILE: "在庫ファイル・受注ファイル",
    Layer.HTTP: "ショップAPI",
    Layer.SMTP: "メール",
}
_PREFIX = "parameter-"
_CLEARING = Call("DELETE", "/faults", command="zaikolab fault clear")


def add_faults(blueprint: Blueprint, lab: Lab) -> None:
    """Add the views of faults."""

    @blueprint.get("/faults")
    def faults() -> str:
        return render_template(
            "lab/faults.html", groups=GROUPS, armed=lab.faults.all(), call_of=_arming, clearing=_CLEARING
        )

    @blueprint.post("/faults/one-click")
    @shown_again("lab.faults")
    def arm_one_click() -> BaseResponse:
        chosen = BY_KEY.get(request.form.get("key", ""))
        if chosen is None:
            raise Unknown("fault", request.form.get("key", ""), next_step="Choose one of the page's buttons.")
        lab.faults.arm(chosen.kind, chosen.parameters, on=chosen.on, times=chosen.times)
        tell(f"「{chosen.label}」を仕掛けました。{chosen.seen}", _arming(chosen.wish))
        return see_other("lab.faults")

    @blueprint.get("/faults/catalogue")
    def fault_catalogue() -> str:
        by_layer = [(word, [kind for kind in CATALOGUE if kind.layer is layer]) for layer, word in LAYERS.items()]
        return render_template("lab/catalogue.html", by_layer=by_layer)

    @blueprint.get("/faults/catalogue/<name>")
    def fault_kind(name: str) -> str:
        kind = _kind(name)
        present = {"kind": name, "on": kind.on[0], "parameters": {one.name: one.default for one in kind.parameters}}
        return render_template(
            "lab/fault_kind.html", field_name=field_name, kind=kind, layer=LAYERS[kind.layer], call=_arming(present)
        )

    @blueprint.post("/faults/catalogue/<name>")
    @shown_again("lab.fault_kind")
    def arm(name: str) -> BaseResponse:
        kind, form = _kind(name), request.form
        wish: dict[str, Any] = {
            "kind": name,
            "on": form.get("on", ""),
            "path": form.get("path", "").strip(),
            "nth": _whole(form.get("nth", "1")),
            "times": _whole(form.get("times", "1")),
        }
        given = {one.name: form[_PREFIX + one.name].strip() for one in kind.parameters if _PREFIX + one.name in form}
        fault = lab.faults.arm(name, given, on=wish["on"], path=wish["path"], nth=wish["nth"], times=wish["times"])
        sent = {key: value for key, value in wish.items() if value != ""}
        tell(f"障害 {fault.id}（{name}）を仕掛けました。", _arming({**sent, "parameters": fault.state.parameters}))
        return see_other("lab.faults")

    @blueprint.post("/faults/<int:number>/clear")
    @shown_again("lab.faults_after_clearing")
    def clear_fault(number: int) -> BaseResponse:
        lab.faults.clear_number(number)
        call = Call("DELETE", f"/faults/{number}", command=f"zaikolab fault clear {number}")
        tell(f"障害 {number} を解除しました。", call)
        return see_other("lab.faults")

    @blueprint.get("/faults/<int:number>")
    def faults_after_clearing(number: int) -> str:  # noqa: ARG001 - the page is the same whichever it was
        return faults()

    @blueprint.post("/faults/clear")
    @shown_again("lab.faults")
    def clear_faults() -> BaseResponse:
        count = lab.faults.clear_all()
        tell(f"{count}件の障害を解除しました。", _CLEARING)
        return see_other("lab.faults")


def _kind(name: str) -> Kind:
    if name not in BY_NAME:
        raise Unknown("kind of fault", name, next_step="The catalogue lists those there are.")
    return BY_NAME[name]


def _arming(wish: Mapping[str, object]) -> Call:
    return Call("POST", "/faults", wish)


def _whole(text: str) -> Any:  # noqa: ANN401 - the number, or what was typed for the lab to refuse
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else digits
