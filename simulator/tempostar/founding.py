"""Many companies with many shops at once, as the guide has one set up (guide 1 to 3), set by set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.errors import Conflict
from simulator.tempostar.catalog import FIRST_COMPANY, FIRST_SHOP_CODE, MALL_TYPES, Carrier, Company, Payment, Shop
from simulator.tempostar.desk import Desk
from simulator.tempostar.founding_records import FoundingRecords
from simulator.tempostar.reflection import StockSettings, Switch, plan_first_pass
from simulator.tempostar.shops import new_password
from simulator.tempostar.stock_file import FileSuffix

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.tempostar.catalog import ProductInput

_SETTINGS = StockSettings(order_intake=Switch.ON, reflection=Switch.ON, file_suffix=FileSuffix.NONE)
_PAYMENTS = ("クレジットカード", "Amazon決済")
_CARRIER = "その他"


@dataclass(frozen=True, slots=True)
class FoundedShop:
    """A shop with the way into its company's FTPS area. `mark`: what its codes end with, so that no two shops of a
    company have a code in common."""

    shop_code: str
    company_id: int
    ftp_user: str
    ftp_password: str = field(repr=False)
    mark: str


class Founding(Desk):
    """The part of the back office that sets up many merchants at once, for tests and benchmarks."""

    def found_many(self, shops_of_each: Sequence[int], products: Sequence[ProductInput]) -> tuple[FoundedShop, ...]:
        """A company for each number, with so many shops and an FTP password; each shop has the guide's settings, a
        catalogue of `products` of its own (codes end with the shop's mark, quantities differ), carried, linked and
        queued for the first pass one interval from now.

        Raises: Conflict when TEMPOSTAR has a shop or a product already.
        """
        with self._store.transaction():
            counts = self._records.counts()
            if counts["shops"] or counts["products"] or counts["companies"] > 1:
                raise Conflict(
                    "Many companies are set up on an empty lab, and this one has shops, products or companies.",
                    next_step="Run `zaikolab reset` while it is up, or start one with another --data folder.",
                )
            founded = tuple(_founded(shops_of_each))
            records = FoundingRecords(self._store)
            records.add_companies({shop.company_id: shop.ftp_password for shop in founded})
            due = plan_first_pass(self._now(), _SETTINGS.interval_minutes)
            records.add_shops(
                [
                    Shop(
                        one.shop_code,
                        one.company_id,
                        f"RoomClip店 {one.shop_code}",
                        f"RC{one.mark}",
                        MALL_TYPES[0],
                        f"ETC{one.mark.lstrip('-')}",
                        "",
                        "",
                        _SETTINGS,
                    )
                    for one in founded
                ],
                due,
            )
            records.add_goods([(one.shop_code, one.company_id, one.mark) for one in founded], products)
            self._name_in_orders(founded)
            self._record(
                "shops.founded", f"{len(shops_of_each)} companies with {len(founded)} shops were set up.",
                companies=len(shops_of_each), shops=len(founded), skus_of_each=sum(len(one.skus) for one in products),
            )  # fmt: skip
        return founded

    def _name_in_orders(self, founded: Sequence[FoundedShop]) -> None:
        """配送設定 and 支払方法設定 of each company (guide 2.2, 2.3)."""
        codes: dict[int, list[str]] = {}
        for shop in founded:
            codes.setdefault(shop.company_id, []).append(shop.shop_code)
        for company_id, shop_codes in codes.items():
            self._records.add_carrier(company_id, Carrier(_CARRIER, _CARRIER, dict.fromkeys(shop_codes, _CARRIER)))
            for payment in _PAYMENTS:
                self._records.add_payment(company_id, Payment(payment, dict.fromkeys(shop_codes, payment)))


def _founded(shops_of_each: Sequence[int]) -> Iterator[FoundedShop]:
    code = FIRST_SHOP_CODE
    for company, shops in enumerate(shops_of_each, FIRST_COMPANY):
        password = new_password()
        for number in range(1, shops + 1):
            yield FoundedShop(str(code), company, Company(company).ftp_user, password, f"-{number}")
            code += 1
