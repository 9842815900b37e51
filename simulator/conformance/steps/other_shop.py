"""A second merchant's shop on both ends: what happens to one linkage is nothing to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, then

from simulator.conformance.expectations import expect
from simulator.conformance.steps.sentences import Sentence

if TYPE_CHECKING:
    from simulator.conformance.world import World

_OTHER_SHOP = "2"
_OTHER_OWNER = "owner@other-shop.example"


@given(Sentence("別の店舗も「{sku}」の在庫連携の設定を終えている"))
def set_up_other_shop(world: World, sku: str) -> None:
    """Guide 1 to 5 for a second shop of the same company and a second RoomClip shop, both with this SKU."""
    from simulator.roomclip.listing import ItemInput, VariantInput

    back, roomclip = world.lab.tempostar, world.lab.roomclip
    code = back.add_shop("RoomClipShopping 2", "RC2").shop_code
    back.update_stock_settings(code, **{"reflection": "起動", "file_suffix": "なし", **world.stock_settings})
    back.carry(code, sku)
    back.link(code, sku)
    shop = roomclip.add_shop("別の店舗", _OTHER_OWNER)
    item = ItemInput("OTHER-1", "別の店舗の商品", (VariantInput(code=sku, price=1000),), status="公開")
    roomclip.register_item(shop.shop_id, item)
    account = back.ftp_account()
    if account is None:
        raise AssertionError("no FTP password has been issued in this scenario")
    roomclip.apply_for_linkage(shop.shop_id)
    roomclip.save_linkage(shop.shop_id, ftp_user=account.user, ftp_password=account.password, shop_code=code)


@then(Sentence("別の店舗の「{code}」の在庫数は「{stock:int}」である"))
def check_other_stock(world: World, code: str, stock: int) -> None:
    """The second shop's variant shows this stock."""
    shops = {shop.shop_id for shop in world.lab.roomclip.shops()}
    levels = world.lab.roomclip.levels(_OTHER_SHOP) if _OTHER_SHOP in shops else {}
    expect(levels.get(code) == stock, f"{code} {stock} in the other shop", levels.get(code, "no item"))


@then("別の店舗にメールは届いていない")
def check_no_other_mail(world: World) -> None:
    """The second shop's owner got no mail; there is a second shop."""
    owners = [shop.owner_mail for shop in world.lab.roomclip.shops()]
    mails = world.lab.mailbox.mails(to=_OTHER_OWNER)
    seen = "; ".join(mail.subject for mail in mails) or ", ".join(owners)
    expect(_OTHER_OWNER in owners and not mails, "a second shop, and no mail to it", seen)
