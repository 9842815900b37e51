"""Many companies at once: `zaikolab up --companies 50 --shops 2000 --skus-per-shop 200`.

Each shop of TEMPOSTAR has a shop of RoomClip of its own, linked and active, with its company's FTP user and password
and a notify address of its own. Their codes match; a code of one shop is no code of another shop of its company, while
two companies may well have one in common. The first pass writes every shop's stock file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from simulator import catalogue
from simulator.errors import BadValue, CannotStart
from simulator.roomclip.linkage import LinkageInputs
from simulator.roomclip.listing import ItemInput, VariantInput
from simulator.roomclip.opening import NewShop
from simulator.tempostar.catalog import FIRST_SHOP_CODE, ProductInput, SkuInput

if TYPE_CHECKING:
    from simulator.control.ports import Lab
    from simulator.tempostar.founding import FoundedShop

MOST_SHOPS = 99_999 - FIRST_SHOP_CODE + 1
"""As many as there are shop codes of five digits."""
MOST_SKUS = 2_000_000
"""Of all shops together."""


class Size(NamedTuple):
    """How many companies, shops in all and SKUs of each shop a lab is set up with."""

    companies: int
    shops: int
    skus_per_shop: int

    def __str__(self) -> str:
        return f"--companies {self.companies} --shops {self.shops} --skus-per-shop {self.skus_per_shop}"


@dataclass(frozen=True, slots=True)
class LinkedShop:
    """One shop at both ends. `roomclip_shop`: its id there, and its linkage's."""

    founded: FoundedShop
    roomclip_shop: str
    notify_to: str


@dataclass(frozen=True, slots=True)
class Many:
    """What `set_up_many` made, shop by shop in the order of their codes. `skus`: of all shops together."""

    companies: int
    shops: tuple[LinkedShop, ...]
    skus: int


def check_many(companies: int, shops: int, skus_per_shop: int) -> None:
    """Nothing, for numbers that a lab can be set up with.

    Raises: BadValue naming the one that cannot be.
    """
    for name, value, most in (
        ("companies", companies, MOST_SHOPS),
        ("shops", shops, MOST_SHOPS),
        ("skus_per_shop", skus_per_shop, MOST_SKUS),
    ):
        if type(value) is not int or not 1 <= value <= most:
            raise BadValue(
                name, value, f"a whole number from 1 to {most:,} is wanted",
                next_step="Shop codes have five digits and begin at 20001." if most == MOST_SHOPS else "Ask for fewer.",
            )  # fmt: skip
    if shops < companies:
        raise BadValue(
            "shops", shops, f"fewer than the {companies} companies, and each company has a shop at least",
            next_step=f"Ask for {companies} shops or more, or for fewer companies.",
        )  # fmt: skip
    if shops * skus_per_shop > MOST_SKUS:
        raise BadValue(
            "skus_per_shop", skus_per_shop, f"{shops * skus_per_shop:,} SKUs in all, {MOST_SKUS:,} are possible",
            next_step=f"With {shops:,} shops ask for {max(1, MOST_SKUS // shops):,} SKUs of each at most.",
        )  # fmt: skip


def check_same(held: Size | None, wanted: Size, where: str) -> None:
    """Nothing, when a lab holds what is wanted, or no shops (None) and may be set up. `where`: names it.

    Raises: CannotStart with both sizes.
    """
    if held not in (None, wanted):
        raise CannotStart(
            f"{where} holds what {held} sets up, not {wanted}.",
            next_step="Leave these options out to go on with it, or name another folder.",
        )


def set_up_many(lab: Lab, *, companies: int, shops: int, skus_per_shop: int, seed: int = 1) -> Many:
    """Set up so many companies and shops on an empty lab; their first pass is due one 送信間隔 from now.

    `shops` are spread over the companies as evenly as can be, the first companies having one more. All or nothing.
    Raises: BadValue as `check_many`; Conflict when the lab is not empty.
    """
    check_many(companies, shops, skus_per_shop)
    products = catalogue.generate(skus_per_shop, seed)
    with lab.tempostar.at_once():
        founded = lab.tempostar.found_many(spread(shops, companies), [_product(one) for one in products])
        mails = [f"owner-{one.shop_code}@shop.example" for one in founded]
        opened = lab.roomclip.open_linked(
            [
                NewShop(
                    f"RoomClip店 {one.shop_code}", mail, one.mark,
                    LinkageInputs(one.ftp_user, one.ftp_password, one.shop_code, mail),
                )
                for one, mail in zip(founded, mails, strict=True)
            ],
            [_item(one) for one in products],
        )  # fmt: skip
    linked = (LinkedShop(*one) for one in zip(founded, opened, mails, strict=True))
    return Many(companies, tuple(linked), shops * skus_per_shop)


def spread(shops: int, companies: int) -> tuple[int, ...]:
    """How many shops each company has."""
    each, more = divmod(shops, companies)
    return tuple(each + (number < more) for number in range(companies))


def _product(product: catalogue.GeneratedProduct) -> ProductInput:
    skus = tuple(SkuInput(sku.sku_code, sku.size, sku.colour, sellable=sku.stock) for sku in product.skus)
    return ProductInput(product.product_code, product.name, skus)


def _item(product: catalogue.GeneratedProduct) -> ItemInput:
    variants = tuple(VariantInput(sku.sku_code, product.price, 0, sku.colour, sku.size) for sku in product.skus)
    return ItemInput(product.item_number, product.name, variants, product.listing_status)
