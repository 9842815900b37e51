"""Settings: which of the plausible TEMPOSTARs the lab plays, each with the assumption it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template, request

from simulator.config import SETTING_NAMES
from simulator.lab_pages.setting_labels import LABELS
from simulator.web.calls import Call
from simulator.web.forms import check_seen, see_other, shown_again, tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.control.ports import Lab


def add_settings(blueprint: Blueprint, lab: Lab) -> None:
    """Add the views of settings."""

    @blueprint.get("/settings")
    def settings() -> str:
        from simulator.conformance.sources import assumptions

        present = lab.settings().as_json()
        assumed = {one.setting: one for one in assumptions() if one.setting}
        rows = [(name, LABELS[name], _typed(present[name]), assumed.get(name)) for name in SETTING_NAMES]
        return render_template("lab/settings.html", rows=rows, seen=lab.settings(), call=_changing(present))

    @blueprint.post("/settings")
    @shown_again("lab.settings")
    def change_settings() -> BaseResponse:
        with lab.area.transaction():
            before = lab.settings()
            check_seen(before)
            given = {name: request.form[name].strip() for name in SETTING_NAMES if name in request.form}
            wanted = before.changed(given).as_json()
            changes = {name: value for name, value in wanted.items() if value != before.as_json()[name]}
            if changes:
                lab.change_settings(**changes)
        if changes:
            labels = "、".join(LABELS[name].label for name in changes)
            tell(f"設定を変更しました: {labels}。次の送信から効きます。", _changing(changes))
        else:
            tell("変わった設定はありません。")
        return see_other("lab.settings")


def _changing(changes: dict[str, Any]) -> Call:
    return Call("PATCH", "/settings", changes)


def _typed(value: object) -> str:
    """A value as it stands in its field."""
    if isinstance(value, list):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
