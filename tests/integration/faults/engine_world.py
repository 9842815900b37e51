"""A linked lab and an engine, for tests that let something go wrong between them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from reference import run_pass
from reference.adapters.mail import SmtpMailer
from reference.adapters.shop_api import HttpPatience, HttpShop
from reference.adapters.tempostar_ftps import FtpsArea, FtpsPatience
from reference.domain.report import ExitCode, PassReport
from reference.service.sync import Sync
from simulator.demo import ROOMCLIP_SHOP, set_up
from simulator.lab import Lab
from simulator.roomclip.sales import Buyer

LIMIT = 30.0
SHORT = 1.0
"""Seconds after which an answer is late."""
TRIES = 4
"""How often the engine asks the shop before it gives up."""
BUYER = Buyer("購入 花子", postal_code="1000001", address="東京都千代田区1-1", phone="0312345678", mail="b@x.example")


@dataclass
class World:
    """A linked lab of a dozen SKUs in sync, and what an engine keeps of it."""

    lab: Lab
    state_dir: Path
    shop_code: str = ""
    sold: str = ""
    """The SKU that buyers take; the others are compared after each pass."""
    stock: int = 100
    last_mail: int = 0
    orders: set[str] = field(default_factory=set)

    @classmethod
    def set_up(cls, lab: Lab, state_dir: Path) -> World:
        """The guide's shop, and a file for an engine that has not run yet."""
        there = cls(lab, state_dir)
        there.shop_code = set_up(lab, skus=12, seed=1, say=lambda _section, _sentence: None).shop_code
        on_sale = (one for one in lab.roomclip.variants(ROOMCLIP_SHOP).variants if one.listing_status == "公開")
        there.sold = next(one.variant_code for one in on_sale if one.variant_code)
        there.stock_up()
        lab.next_pass()
        return there

    def pass_(self, patience: float = LIMIT, *, ftps: float = LIMIT, longest: float = LIMIT) -> PassReport:
        """One pass of an engine that waits `patience` seconds for an answer of shop and mail server, `ftps` seconds for
        one of the FTPS area, `longest` for a whole transfer, and asks again at once; a wait it is told to keep
        (Retry-After) is kept."""
        environment = self.lab.engine_environment(self.state_dir)
        url, token = environment["SYNC_SHOP_URL"], environment["SYNC_SHOP_TOKEN"]
        with HttpShop.open(url, token, HttpPatience(patience, retries=TRIES - 1, backoff_factor=0)) as shop:

            def adjust(sync: Sync) -> Sync:
                assert isinstance(sync.mailer, SmtpMailer)
                assert isinstance(sync.stock_area, FtpsArea)
                area = replace(sync.stock_area, patience=FtpsPatience(ftps, longest_transfer=longest, wait_initial=0))
                return replace(sync, shop=shop, mailer=replace(sync.mailer, timeout=patience), stock_area=area)

            return run_pass(environment, adjust=adjust)

    def stock_up(self) -> None:
        """Give every SKU its number in TEMPOSTAR."""
        for code in self.lab.tempostar.levels():
            self.lab.tempostar.set_stock(code, sellable=self.stock)

    def change_everything(self) -> None:
        """TEMPOSTAR has other numbers, in a new file, and the shop a new order."""
        self.stock += 1
        self.stock_up()
        self.lab.next_pass()
        [variant] = self.lab.roomclip.variants(ROOMCLIP_SHOP, codes=[self.sold]).variants
        order = self.lab.roomclip.purchase(ROOMCLIP_SHOP, [(variant.variant_id, 1)], buyer=BUYER)
        self.orders.add(f"{self.shop_code}-{order.order_id}")

    def mend_login(self) -> None:
        """RoomClip learns the present FTP password."""
        account = self.lab.tempostar.issue_ftp_password()
        self.lab.roomclip.save_linkage(
            ROOMCLIP_SHOP, ftp_user=account.user, ftp_password=account.password, shop_code=self.shop_code
        )

    def compared(self) -> set[int]:
        """The numbers that the shop has, but for what is sold."""
        return {stock for code, stock in self.lab.roomclip.levels(ROOMCLIP_SHOP).items() if code != self.sold}

    def mails(self) -> list[str]:
        """The subjects of the mails that came since `forget_mails`."""
        return [mail.subject for mail in self.lab.mailbox.mails() if mail.seq > self.last_mail]

    def forget_mails(self) -> None:
        """Look from now on."""
        self.last_mail = self.lab.mailbox.count()

    def is_mended(self) -> None:
        """In sync after a pass, and after all is taken in: each order once in TEMPOSTAR, and both ends equal."""
        assert self.compared() == {self.stock}
        self.lab.next_pass()
        assert self.pass_().exit_code is ExitCode.OK
        taken = [order.shop_order_number for order in self.lab.tempostar.orders(self.shop_code, page_size=1000).rows]
        assert sorted(taken) == sorted(self.orders)
        assert self.lab.roomclip.levels(ROOMCLIP_SHOP) == self.lab.tempostar.levels()
