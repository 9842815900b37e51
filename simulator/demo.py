"""The vendor guide walked on a fresh lab, with an engine run from outside over the real sockets.

`set_up` carries out guide 1 to 5 and reflects once; `up --demo` stops there. `Demo` goes on: sync, sell, pause, break,
mend, and compares both ends SKU by SKU.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from simulator.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from simulator.conformance.drivers import Engine
    from simulator.lab import Lab
    from simulator.mailbox.mailbox import Mail
    from simulator.roomclip.listing import Variant

ROOMCLIP_SHOP = "1"
FIRST_PASS = timedelta(minutes=5)
"""From 起動 to the first file, at the guide's 送信間隔."""


class Say(Protocol):
    """Is told each step: the guide's section (or `mail`) and a sentence."""

    def __call__(self, section: str, sentence: str, /) -> None:
        """Show it."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """What `set_up` made: the shop code TEMPOSTAR gave, and the FTP account (the password is not shown)."""

    shop_code: str
    ftp_user: str
    skus: int


def set_up(lab: Lab, *, skus: int, seed: int, say: Say) -> SetUp:
    """Guide 1 to 5 on an empty lab, then the first pass of 在庫反映.

    `say(section, sentence)` is told each step. Raises: Conflict when the lab is not empty.
    """
    back, shop = lab.tempostar, lab.roomclip
    if back.shops():
        raise Conflict("The demo wants an empty lab, and this one has a shop.", next_step="Run `zaikolab reset` first.")
    roomclip = back.add_shop("RoomClipShopping", "RCs")
    code = roomclip.shop_code
    say("1", f"TEMPOSTAR: shop RoomClipShopping (RCs) added; it got ショップコード {code}")
    back.update_stock_settings(
        code, order_intake="起動", reflection="起動", interval_minutes=5, send_type="FTPS領域",
        file_prefix="stock", file_suffix="なし", output_columns="全項目と在庫",
    )  # fmt: skip
    say("2-1", "TEMPOSTAR: 在庫反映 起動, every 5 minutes, FTPS領域, stock.csv, 全項目と在庫")
    back.add_carrier("その他", "その他", {code: "その他"})
    say("2-2", "TEMPOSTAR: carrier その他 for RCs")
    for payment in ("クレジットカード", "Amazon決済"):
        back.add_payment(payment, {code: payment})
    say("2-3", "TEMPOSTAR: payment names クレジットカード and Amazon決済 for RCs")
    made = lab.seed(skus, seed)
    say(
        "3",
        f"TEMPOSTAR: {made['skus']} SKUs of {made['products']} products registered, carried (取扱) and linked in bulk",
    )
    say("4", "RoomClip: the same SKUコード imported by 商品CSV as 種類別の自社管理コード, every stock 0")
    account = back.issue_ftp_password()
    shop.apply_for_linkage(ROOMCLIP_SHOP)
    shop.save_linkage(ROOMCLIP_SHOP, ftp_user=account.user, ftp_password=account.password, shop_code=code)
    say("5", f"RoomClip: 在庫連携設定 saved with FTP user {account.user} and ショップコード {code}")
    lab.next_pass()
    say("2.1.4", f"TEMPOSTAR: at {lab.clock.now():%H:%M} a pass wrote /netstock/{code}/stock.csv")
    return SetUp(code, account.user, made["skus"])


class DemoFailed(Exception):
    """A step of the demo did not come out as the guide says; the sentence names what was expected and seen."""


class Demo:
    """The whole walk. `run` tells what happens and returns how many SKUs are in sync, of how many.

    `orders`: whether the engine has to hand the order over; one that carries stock only may leave it to the merchant.
    """

    def __init__(self, lab: Lab, engine: Engine, state_dir: Path, say: Say, *, orders: bool = True) -> None:
        self._lab = lab
        self._engine = engine
        self._state_dir = state_dir
        self._say = say
        self._orders = orders

    def run(self, *, skus: int, seed: int) -> tuple[int, int]:
        """Walk the guide with `skus` SKUs.

        Raises: DemoFailed at the first step that does not come out.
        """
        made = set_up(self._lab, skus=skus, seed=seed, say=self._say)
        self._first_sync(made)
        self._sell()
        self._pause()
        self._break_and_mend(made)
        return self.in_sync()

    def in_sync(self) -> tuple[int, int]:
        """(SKUs whose RoomClip stock is TEMPOSTAR's 在庫数, SKUs in TEMPOSTAR)."""
        wanted = self._lab.tempostar.levels()
        held = self._lab.roomclip.levels(ROOMCLIP_SHOP)
        return sum(1 for code, stock in wanted.items() if held.get(code) == stock), len(wanted)

    def differing(self, most: int = 10) -> list[tuple[str, int, int | None]]:
        """(SKU, TEMPOSTAR's number, RoomClip's number or None when it is not there), the first `most`."""
        wanted = self._lab.tempostar.levels()
        held = self._lab.roomclip.levels(ROOMCLIP_SHOP)
        return [(code, stock, held.get(code)) for code, stock in wanted.items() if held.get(code) != stock][:most]

    def holdings(self) -> list[tuple[str, int, int, int]]:
        """(出品ステータス, SKUs, units in TEMPOSTAR, units in RoomClip) for each status and in all."""
        wanted = self._lab.tempostar.levels()
        rows: dict[str, list[int]] = {"公開": [0, 0, 0], "下書き": [0, 0, 0], "非公開": [0, 0, 0], "total": [0, 0, 0]}
        for variant in self._variants():
            for name in (variant.listing_status, "total"):
                for place, amount in enumerate((1, wanted.get(variant.variant_code or "", 0), variant.stock)):
                    rows[name][place] += amount
        return [(name, numbers[0], numbers[1], numbers[2]) for name, numbers in rows.items()]

    # ------------------------------------------------------------------ chapters

    def _first_sync(self, made: SetUp) -> None:
        before, total = self.in_sync()
        self._pass()
        after, _ = self.in_sync()
        self._say("0.1", f"engine: one pass over FTPS; SKUs in sync went from {before} to {after} of {total}")
        self._expect(after == made.skus, f"all {made.skus} SKUs in sync after the first pass", f"{after}")

    def _sell(self) -> None:
        shop = self._lab.roomclip
        on_sale, draft = self._variant("公開"), self._variant("下書き")
        before = self._stock(on_sale)
        order = shop.purchase(ROOMCLIP_SHOP, [(on_sale, 1)])
        self._say(
            "4.4.1", f"buyer: order {order.order_id} of a 公開 item; its stock {before} -> {self._stock(on_sale)}"
        )
        stock = self._stock(draft)
        try:
            shop.purchase(ROOMCLIP_SHOP, [(draft, 1)])
        except Conflict as refused:
            self._say("4.4.2", f"buyer: the 下書き item has stock {stock} and cannot be bought: {refused.message}")
        else:
            raise DemoFailed("expected a 下書き item not to sell, and it was sold (guide 4.4.2)")
        self._bring_round(order.order_id, on_sale)

    def _bring_round(self, order_id: str, variant: str) -> None:
        lab, code = self._lab, self._code(variant)
        left = lab.tempostar.stock(code).sellable - 1
        self._pass()
        self._next_pass_and_sync()
        orders = lab.tempostar.orders().rows
        if not orders and not self._orders:
            lab.tempostar.set_stock(code, sellable=left)
            self._say("2.1.2", "TEMPOSTAR: no order came, this engine carries stock only; the sale is booked by hand")
            self._settle(variant, left)
            return
        if len(orders) != 1 or not orders[0].shop_order_number.endswith(f"-{order_id}"):
            raise DemoFailed(f"expected order {order_id} in TEMPOSTAR, there are {len(orders)} orders (guide 2.1.2)")
        taken = orders[0]
        self._say(
            "2.1.2",
            f"TEMPOSTAR: took in order {taken.shop_order_number}; 支払方法 {taken.payment}, 配送方法 {taken.carrier}, "
            f"想定在庫数 {lab.tempostar.stock(code).sellable}",
        )
        self._expect(taken.payment == "クレジットカード", "支払方法 クレジットカード", taken.payment)
        self._settle(variant, left)

    def _settle(self, variant: str, left: int) -> None:
        self._next_pass_and_sync()
        self._say(
            "2.1.4", f"TEMPOSTAR: 5 minutes later the lowered stock went out; the shop shows {self._stock(variant)}"
        )
        self._expect(self._stock(variant) == left, f"stock {left}", str(self._stock(variant)))

    def _pause(self) -> None:
        shop, variant = self._lab.roomclip, self._variant("公開")
        code, before = self._code(variant), self._stock(variant)
        shop.pause(ROOMCLIP_SHOP)
        self._lab.tempostar.set_stock(code, sellable=before + 10)
        self._next_pass_and_sync()
        self._say(
            "5.4", f"RoomClip: 一時停止; TEMPOSTAR sent {before + 10}, the shop still shows {self._stock(variant)}"
        )
        self._expect(self._stock(variant) == before, f"stock {before} while paused", str(self._stock(variant)))
        shop.resume(ROOMCLIP_SHOP)
        self._pass()
        self._say("5.4", f"RoomClip: 再開; the next pass caught up, the shop shows {self._stock(variant)}")
        self._expect(self._stock(variant) == before + 10, f"stock {before + 10}", str(self._stock(variant)))

    def _break_and_mend(self, made: SetUp) -> None:
        lab, variant = self._lab, self._variant("公開")
        code, before, seen = self._code(variant), self._stock(variant), self._last_mail()
        account = lab.tempostar.issue_ftp_password()
        lab.tempostar.set_stock(code, sellable=before + 5)
        lab.next_pass()
        self._pass(expected=1)
        mail = self._mail(after=seen)
        self._say("5.5", "TEMPOSTAR: the FTP password was reissued, RoomClip still has the old one: the pass failed")
        self._show(mail)
        self._expect(self._stock(variant) == before, f"stock left at {before}", str(self._stock(variant)))
        lab.roomclip.save_linkage(
            ROOMCLIP_SHOP, ftp_user=account.user, ftp_password=account.password, shop_code=made.shop_code
        )
        self._pass()
        self._say(
            "5.3.1", f"RoomClip: the new password saved; the next pass went through, stock {self._stock(variant)}"
        )
        self._show(self._mail(after=mail.seq))
        self._expect(self._stock(variant) == before + 5, f"stock {before + 5}", str(self._stock(variant)))

    # ------------------------------------------------------------------ moves

    def _next_pass_and_sync(self) -> None:
        self._lab.next_pass()
        self._pass()

    def _pass(self, expected: int = 0) -> None:
        run = self._engine.run(self._lab.engine_environment(self._state_dir))
        if run.exit_code != expected:
            said = run.output.strip() or "nothing"
            raise DemoFailed(
                f"expected the engine to exit with {expected}, it exited with {run.exit_code}, saying: {said}"
            )

    def _mail(self, *, after: int) -> Mail:
        mails = self._lab.mailbox.mails(after=after)
        if len(mails) != 1:
            raise DemoFailed(f"expected one mail to the merchant, {len(mails)} came (guide 5.5)")
        return mails[0]

    def _last_mail(self) -> int:
        return max((mail.seq for mail in self._lab.mailbox.mails()), default=0)

    def _show(self, mail: Mail) -> None:
        self._say("mail", f"to {', '.join(mail.recipients)}: {mail.subject}\n\n{mail.body.strip()}\n")

    def _expect(self, came_true: bool, expected: str, seen: str) -> None:
        if not came_true:
            raise DemoFailed(f"expected {expected}, seen {seen}")

    def _variant(self, status: str) -> str:
        for variant in self._variants():
            if variant.listing_status == status and variant.stock > 0:
                return variant.variant_id
        raise DemoFailed(f"expected a {status} item in stock, there is none")

    def _variants(self) -> Iterator[Variant]:
        cursor: str | None = None
        while True:
            page = self._lab.roomclip.variants(ROOMCLIP_SHOP, limit=10_000, cursor=cursor)
            yield from page.variants
            cursor = page.next_cursor
            if cursor is None:
                return

    def _stock(self, variant_id: str) -> int:
        return self._lab.roomclip.variant(ROOMCLIP_SHOP, variant_id).stock

    def _code(self, variant_id: str) -> str:
        return self._lab.roomclip.variant(ROOMCLIP_SHOP, variant_id).variant_code or ""


def temporary_state() -> tempfile.TemporaryDirectory[str]:
    """A folder for the engine's state, for the length of the demo."""
    return tempfile.TemporaryDirectory(prefix="zaikolab-engine-")
