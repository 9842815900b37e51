"""A lab with something on every page, much of it named by somebody who means no good."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reference.bootstrap import run_pass
from simulator.lab import Lab
from simulator.roomclip.listing import ItemInput, VariantInput
from simulator.tempostar.catalog import LONGEST_NAME, ProductInput, SkuInput

SCRIPT = "<script>alert(1)</script>"
"""A name that is a script."""
VENDOR = "①㈱髙ﾃﾞ～"
"""Characters that CP932 has and Shift_JIS has not, or has elsewhere."""
FROM_RIGHT = "مرحبا \u202eשלום"
"""Right-to-left text, with a mark that turns what follows it."""
LONG = "長" + "w" * (LONGEST_NAME - 1)
"""TEMPOSTAR's longest name, without a place to break it."""
LONGER = "W" * 300
"""A name that only RoomClip takes."""
ODD_CODE = "A 1 \"100%\" 'é' #?&+/"
"""A SKUコード with what URLs, quotes and selectors stumble over."""
NAMES = (SCRIPT, VENDOR, FROM_RIGHT, LONG)
CODES = (ODD_CODE, "<b>B-2</b>", "C-③㈱", "D" * 100)


@dataclass(frozen=True, slots=True)
class Populated:
    """The lab, and the words that stand for its parts in the addresses of `pages.py`."""

    lab: Lab
    words: dict[str, str]


def populate(lab: Lab, state_dir: Path) -> Populated:
    """Set the guide's shop up under hostile names, link it, sell, fail once with a mail, arm a fault."""
    back, shop = lab.tempostar, lab.roomclip
    code = back.add_shop(f"{SCRIPT}{VENDOR}", "<i>RCs</i>").shop_code
    back.add_shop(LONG, FROM_RIGHT)
    back.update_stock_settings(code, order_intake="起動", reflection="起動", file_suffix="なし")
    back.add_carrier("その他", SCRIPT, {code: "その他"})
    back.add_payment(VENDOR, {code: "クレジットカード"})
    for name, sku in zip(NAMES, CODES, strict=True):
        skus = (SkuInput(sku, name[:40], FROM_RIGHT, sellable=7), SkuInput(f"{sku[:90]}-2", VENDOR, SCRIPT, sellable=0))
        back.add_products([ProductInput(f"P{sku[:90]}", name, skus)])
        back.carry(code, f"P{sku[:90]}")
        for one in skus:
            back.link(code, one.sku_code)
        variants = tuple(
            VariantInput(one.sku_code, 1200, 3, colour, "M") for one, colour in zip(skus, (name, "白"), strict=True)
        )
        shop.register_item("1", ItemInput(f"R{sku}", name, variants, "公開"))
    register_longest(lab)
    shop.register_item("1", ItemInput("R-draft", VENDOR, (VariantInput(None, 0),), "下書き"))
    _import_badly(lab)
    account = back.issue_ftp_password()
    shop.apply_for_linkage("1")
    shop.save_linkage("1", ftp_user=account.user, ftp_password=account.password, shop_code=code)
    lab.next_pass()
    _synced(lab, state_dir)
    variant = shop.item("1", f"R{ODD_CODE}").variants[0]
    order = shop.purchase("1", [(variant.variant_id, 1)])
    _synced(lab, state_dir)
    lab.next_pass()
    back.issue_ftp_password()  # RoomClip still has the old one: the next pass fails, and mails
    _synced(lab, state_dir)
    lab.fault("data.cut-silently", on="RETR", times=3, at=100)
    lab.save_snapshot("before")
    mail = lab.mailbox.mails()[-1]
    words = {
        "shop_code": code,
        "sku": ODD_CODE,
        "product": f"P{ODD_CODE}",
        "folder": f"/netstock/{code}",
        "file": f"/netstock/{code}/stock.csv",
        "item": f"R{ODD_CODE}",
        "order_id": order.order_id,
        "carrier": "その他",
        "payment": VENDOR,
        "mail": str(mail.seq),
        "entry": str(lab.journal.last_seq()),
    }
    return Populated(lab, words)


def register_longest(lab: Lab) -> None:
    """The item that addresses of pages name: as long as RoomClip takes it."""
    lab.roomclip.register_item("1", ItemInput(LONGER, LONGER, (VariantInput("W", 900, 1, LONGER, LONGER),), "公開"))


def _import_badly(lab: Lab) -> None:
    """An import with warnings: a code with spaces around it, a code that is there already."""
    header = "商品管理番号,親子・単品フラグ,商品名,カラー,サイズ,種類別の自社管理コード,販売価格,在庫数,出品ステータス"
    rows = [header, f"I-1,0,{SCRIPT},,, SP-1 ,100,5,公開", f"I-2,0,{VENDOR},,,<b>B-2</b>,100,0,非公開"]
    lab.roomclip.import_items("1", "\r\n".join(rows).encode(), f"{SCRIPT}.csv")


def _synced(lab: Lab, state_dir: Path) -> None:
    run_pass(lab.engine_environment(state_dir))
