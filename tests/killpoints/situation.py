"""The passes that are killed: a busy one, the very first one, and one that fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from reference import run_pass
from simulator.config import Negative
from simulator.demo import ROOMCLIP_SHOP, set_up
from simulator.lab import Lab
from simulator.roomclip.sales import Buyer
from simulator.tempostar.catalog import FIRST_COMPANY

SKUS = 1_030
CHANGED = 1_005
"""SKUs in the largest file: more than one batch takes."""
BUYER = Buyer(
    name="購入 花子", postal_code="1000001", address="東京都千代田区1-1", phone="0312345678", mail="b@x.example"
)
START = "before-the-pass"


@dataclass(frozen=True, slots=True)
class Situation:
    """A lab with the snapshot `START`, and the engine's state folder of that moment, which may not be there yet."""

    lab: Lab
    state_dir: Path
    shop_code: str

    def go_back(self) -> None:
        """Make the lab what it was before the pass."""
        self.lab.restore_snapshot(START)


def bring_about_busy(lab: Lab, state_dir: Path) -> str:
    """Everything a pass can have to do at once; return the shop code.

    An incident that is over, two stock files not read yet (one of over 1,000 rows: two batches), rows without a
    variant, a bad row, an order file that TEMPOSTAR has taken in and one it has refused, a new order, a cancelled one.
    """
    shop_code = _set_up(lab, SKUS)
    back, shop = lab.tempostar, lab.roomclip
    back.update_stock_settings(shop_code, file_suffix="日時")  # so that a pass finds several files
    lab.change_settings(negative=Negative.RAW)
    _engine_ends_with(0, lab, state_dir)

    on_sale = (
        variant.variant_id
        for variant in shop.variants(ROOMCLIP_SHOP, limit=10_000).variants
        if variant.listing_status == "公開" and variant.stock >= 5
    )
    first, second, third, fourth = islice(on_sale, 4)
    shop.purchase(ROOMCLIP_SHOP, [(first, 2)], buyer=BUYER)
    _engine_ends_with(0, lab, state_dir)
    lab.next_pass()  # takes the order in
    shop.purchase(ROOMCLIP_SHOP, [(second, 1)], buyer=BUYER)
    _engine_ends_with(0, lab, state_dir)
    (handed_over,) = lab.area.files(FIRST_COMPANY, f"/netorder/{shop_code}")
    lab.area.write(FIRST_COMPANY, handed_over.path, b"damaged")
    account = back.issue_ftp_password()
    _engine_ends_with(1, lab, state_dir)

    shop.save_linkage(ROOMCLIP_SHOP, ftp_user=account.user, ftp_password=account.password, shop_code=shop_code)
    shop.purchase(ROOMCLIP_SHOP, [(third, 1)], buyer=BUYER)
    regretted = shop.purchase(ROOMCLIP_SHOP, [(fourth, 3)], buyer=BUYER)
    shop.cancel_order(ROOMCLIP_SHOP, regretted.order_id)
    gone = shop.items(ROOMCLIP_SHOP).items[-1]
    shop.delete_item(ROOMCLIP_SHOP, gone.item_number)
    codes = sorted(back.levels())
    for code in {*codes[:CHANGED], *(variant.variant_code or "" for variant in gone.variants)}:
        back.set_stock(code, sellable=back.stock(code).sellable + 7)
    back.set_stock(codes[0], sellable=-3)
    lab.next_pass()  # refuses the damaged file
    for code in codes[2:6]:
        back.set_stock(code, sellable=3)
    lab.next_pass()
    return shop_code


def bring_about_first(lab: Lab, state_dir: Path) -> str:
    """The engine has never made a pass, and an order waits already; return the shop code."""
    shop_code = _set_up(lab, 12)
    variants = lab.roomclip.variants(ROOMCLIP_SHOP).variants
    on_sale = next(one for one in variants if one.listing_status == "公開")
    lab.roomclip.edit_stock(ROOMCLIP_SHOP, on_sale.variant_id, 5)
    lab.roomclip.purchase(ROOMCLIP_SHOP, [(on_sale.variant_id, 1)], buyer=BUYER)
    return shop_code


def bring_about_failing(lab: Lab, state_dir: Path) -> str:
    """The FTP password was issued anew and not saved: the pass opens an incident; return the shop code."""
    shop_code = _set_up(lab, 12)
    _engine_ends_with(0, lab, state_dir)
    lab.tempostar.set_stock(min(lab.tempostar.levels()), sellable=9)
    lab.next_pass()
    lab.tempostar.issue_ftp_password()
    return shop_code


SITUATIONS: dict[str, Callable[[Lab, Path], str]] = {
    "busy": bring_about_busy,
    "first": bring_about_first,
    "failing": bring_about_failing,
}


def bring_about(name: str, lab: Lab, state_dir: Path) -> Situation:
    """Bring a new lab, and an engine whose state is in the folder, to where the pass begins."""
    shop_code = SITUATIONS[name](lab, state_dir)
    lab.save_snapshot(START)
    return Situation(lab, state_dir, shop_code)


def _set_up(lab: Lab, skus: int) -> str:
    return set_up(lab, skus=skus, seed=1, say=lambda _section, _sentence: None).shop_code


def _engine_ends_with(exit_code: int, lab: Lab, state_dir: Path) -> None:
    report = run_pass(lab.engine_environment(state_dir))
    assert report.exit_code == exit_code, report
