"""ショップ管理 > 在庫連携設定: applying, entering, pausing (guide 5)."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING

from flask import render_template, request

from simulator.roomclip.console import calls
from simulator.roomclip.linkage import LinkageState
from simulator.web.forms import check_seen, see_other, shown_again, tell

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.roomclip.linkage import Linkage
    from simulator.roomclip.shop import RoomClip

STATES = {
    LinkageState.APPLIED: ("wait", "申請済み（設定待ち）"),
    LinkageState.ACTIVE: ("good", "連携中"),
    LinkageState.PAUSED: ("wait", "一時停止中"),
}
"""Badge and word of each state."""
_KEY = secrets.token_bytes(32)
SERVICES = (("tempostar", "TEMPOSTAR"),)


def add_linkage(blueprint: Blueprint, roomclip: RoomClip) -> None:
    """The pages of 在庫連携設定."""

    @blueprint.get("/<shop_id>/linkage")
    def linkage(shop_id: str) -> str:
        found = roomclip.linkage(shop_id)
        url = "" if found is None else request.host_url.rstrip("/") + found.stock_update_path
        owner = roomclip.shop(shop_id).owner_mail
        inputs = None if found is None else found.inputs
        return render_template(
            "roomclip/linkage.html",
            linkage=found,
            stock_update_url=url,
            owner=owner,
            states=STATES,
            services=SERVICES,
            success=roomclip.last_success(shop_id),
            calls=calls,
            save=calls.save_linkage(
                shop_id,
                ftp_user="" if inputs is None else inputs.ftp_user,
                shop_code="" if inputs is None else inputs.shop_code,
                notify_to=owner if inputs is None else inputs.notify_to,
            ),
        )

    @blueprint.post("/<shop_id>/linkage/apply")
    @shown_again("roomclip_business.linkage")
    def apply(shop_id: str) -> BaseResponse:
        service = request.form.get("service", "")
        roomclip.apply_for_linkage(shop_id, service)
        tell(
            "連携サービスを登録しました。必要事項を入力して保存してください。",
            calls.apply_for_linkage(shop_id, service),
        )
        return see_other("roomclip_business.linkage", shop_id=shop_id)

    @blueprint.post("/<shop_id>/linkage")
    @shown_again("roomclip_business.linkage")
    def save(shop_id: str) -> BaseResponse:
        given = {name: request.form.get(name, "") for name in ("ftp_user", "shop_code", "notify_to")}
        with roomclip.at_once():
            check_seen(_inputs(roomclip.linkage(shop_id)))
            saved = roomclip.save_linkage(shop_id, ftp_password=request.form.get("ftp_password", ""), **given)
        paused = saved.state is LinkageState.PAUSED
        tell(
            "保存しました。連携は一時停止中のままです。" if paused else "保存しました。連携を開始します。",
            calls.save_linkage(shop_id, **given),
        )
        return see_other("roomclip_business.linkage", shop_id=shop_id)

    @blueprint.post("/<shop_id>/linkage/pause")
    @shown_again("roomclip_business.linkage")
    def pause(shop_id: str) -> BaseResponse:
        with roomclip.at_once():
            check_seen(_state(roomclip.linkage(shop_id)))
            roomclip.pause(shop_id)
        tell("連携を一時停止しました。", calls.pause(shop_id))
        return see_other("roomclip_business.linkage", shop_id=shop_id)

    @blueprint.post("/<shop_id>/linkage/resume")
    @shown_again("roomclip_business.linkage")
    def resume(shop_id: str) -> BaseResponse:
        with roomclip.at_once():
            check_seen(_state(roomclip.linkage(shop_id)))
            roomclip.resume(shop_id)
        tell("連携を再開しました。", calls.resume(shop_id))
        return see_other("roomclip_business.linkage", shop_id=shop_id)

    blueprint.add_app_template_global(_inputs, "linkage_seen")


def _inputs(linkage: Linkage | None) -> object:
    """What 保存する changes, as a page shows it. A password is in it under a key of this process, so that a page gives
    nothing away that guesses could be tried on: the time of saving says nothing of it while the clock stands still. A
    page opened before a restart has to be compared once more."""
    if linkage is None or linkage.inputs is None:
        return "blank"
    inputs = linkage.inputs
    password = hmac.digest(_KEY, inputs.ftp_password.encode("utf-8", "surrogatepass"), "sha256")
    return inputs.ftp_user, inputs.shop_code, inputs.notify_to, password


def _state(linkage: Linkage | None) -> object:
    return "none" if linkage is None else linkage.state.value
