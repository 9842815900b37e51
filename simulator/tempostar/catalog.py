"""What TEMPOSTAR keeps of companies, shops, products and names, and what it accepts as such.

Pure: values in, values out. Lengths and characters of names and codes are nowhere public (facts.md 2: UNK), so every
bound here is an ASSUMPTION; the one thing never done is to alter a code.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from simulator.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from simulator.tempostar.reflection import StockSettings

T = TypeVar("T")

FIRST_COMPANY = 10001
FIRST_SHOP_CODE = 20001
MALL_TYPES = ("roomclip(受注・在庫連携のみ)",)
"""モール種別 on offer (guide 1.2)."""
LONGEST_CODE = 100
LONGEST_NAME = 255
LONGEST_SETTING = 4000
LARGEST_PAGE = 1000
_MOST_DIGITS = 15
LAST_PAGE = 10**9
LISTED = 20
"""How many codes a refusal or a journal entry spells out."""

# Lone surrogates are no characters: nothing could store or send them.
_NOT_IN_CODES = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_IN_TEXTS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Company:
    """One contract with TEMPOSTAR. `ftp_user`: `<digits>_0` (public: facts.md 1.1)."""

    company_id: int

    @property
    def ftp_user(self) -> str:
        """FTPユーザーID (guide 5.2.1)."""
        return f"{self.company_id}_0"


def company_of(ftp_user: str) -> int | None:
    """The company that an FTP user would be of; None for what no company's user is called."""
    digits, _, rest = ftp_user.partition("_")
    if rest != "0" or not (digits.isascii() and digits.isdigit()) or len(digits) > _MOST_DIGITS:
        return None
    company_id = int(digits)
    return company_id if Company(company_id).ftp_user == ftp_user else None


@dataclass(frozen=True, slots=True)
class FtpAccount:
    """A company's way into the FTPS area (guide 5.2.1, 5.2.3)."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop of 連携ショップ基本設定 (guide 1.1-1.4). `etc_column`: heading of its column in 取扱/反映編集 (guide
    3.2.1.3), numbered within the company (ASSUMPTION)."""

    shop_code: str
    company_id: int
    name: str
    short_name: str
    mall_type: str
    etc_column: str
    ftp_settings: str = field(repr=False)
    mail_settings: str = field(repr=False)
    stock: StockSettings


@dataclass(frozen=True, slots=True)
class Carrier:
    """One row of 配送業者設定 (guide 2.2). `shop_names`: shop code -> the carrier's name in that shop's orders."""

    name: str
    console_name: str
    shop_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Payment:
    """One row of 支払方法設定 (guide 2.3). `shop_names`: shop code -> the payment's name in that shop's orders."""

    name: str
    shop_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SkuInput:
    """A SKU to register. Quantities are 想定在庫数 and 保留在庫数."""

    sku_code: str
    attribute1: str = ""
    attribute2: str = ""
    sellable: int = 0
    held_back: int = 0


@dataclass(frozen=True, slots=True)
class ProductInput:
    """A product to register with all its SKUs (guide 3.1.1)."""

    product_code: str
    name: str
    skus: Sequence[SkuInput]


@dataclass(frozen=True, slots=True)
class Product:
    """A row of 商品一覧. `carried_by`: codes of the shops that have 取扱."""

    product_code: str
    name: str
    sku_codes: tuple[str, ...]
    carried_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProductHead:
    """A product without its SKUs. `carried_by`: codes of the shops that have 取扱."""

    product_code: str
    name: str
    carried_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedCarrying:
    """A bulk change of carried shops that is not in effect yet. `products`: how many."""

    due: datetime
    shop_code: str
    carried: bool
    products: int


@dataclass(frozen=True, slots=True)
class GoodsState:
    """How far a shop's goods have come: any product of the company, any with 取扱, any SKU whose stock goes out."""

    registered: bool
    carried: bool
    reflected: bool


@dataclass(frozen=True, slots=True)
class SkuShop:
    """How a SKU stands to one shop: 取扱 and 在庫連動. Stock goes out when both are true (guide 3.2.1)."""

    shop_code: str
    carried: bool
    linked: bool


@dataclass(frozen=True, slots=True)
class Sku:
    """A row of 在庫一覧. `stock`: 在庫数 as it would go out; `shops`: one entry per shop of the company."""

    sku_code: str
    product_code: str
    name: str
    attribute1: str
    attribute2: str
    sellable: int
    held_back: int
    stock: int
    shops: tuple[SkuShop, ...]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. `total`: rows of the whole list; `page` counts from 1 and may lie beyond the last."""

    rows: tuple[T, ...]
    total: int
    page: int
    page_size: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, -(-self.total // self.page_size))


def is_code(code: str) -> bool:
    """Whether `code` could have been registered as a SKU or product code."""
    return bool(code.strip()) and len(code) <= LONGEST_CODE and _NOT_IN_CODES.search(code) is None


def check_code(field: str, code: str) -> None:
    """Accept a SKUコード or 商品基本コード as it is: case, width, spaces at its ends and leading zeros are part of it.

    Raises: BadValue for a blank one, one of more than 100 characters, one with control characters.
    """
    if is_code(code):
        return
    if not code.strip():
        raise BadValue(field, code, "a code must not be blank")
    if len(code) > LONGEST_CODE:
        raise BadValue(field, code, f"a code has at most {LONGEST_CODE} characters, this has {len(code)}")
    raise BadValue(field, code, "a code holds no control characters", next_step="Look for a tab or a line break in it.")


def check_name(field: str, name: str) -> None:
    """Accept a name of a shop, product, carrier or payment: 1 to 255 characters, line breaks and tabs allowed.

    Raises: BadValue for a blank one, a longer one, one with other control characters.
    """
    if not name.strip():
        raise BadValue(field, name, "a name must not be blank")
    check_text(field, name, longest=LONGEST_NAME)


def check_text(field: str, text: str, *, longest: int) -> None:
    """Accept a free text, also an empty one.

    Raises: BadValue when it is longer than `longest` or holds control characters other than tab and line breaks.
    """
    if len(text) > longest:
        raise BadValue(field, text[:40] + "…", f"at most {longest} characters are possible, this has {len(text)}")
    if _NOT_IN_TEXTS.search(text):
        raise BadValue(field, text, "control characters are not possible")


def check_mall_type(mall_type: str) -> None:
    """Accept a モール種別 of the list (guide 1.2).

    Raises: BadValue that names the list.
    """
    if mall_type not in MALL_TYPES:
        raise BadValue("mall_type", mall_type, "not a モール種別", next_step=f"Allowed: {', '.join(MALL_TYPES)}.")


def check_product(product: ProductInput) -> None:
    """Accept a product with its SKUs; quantities are checked by `stock`.

    Raises: BadValue for the first bad field, and for a product without a SKU.
    """
    check_code("product_code", product.product_code)
    check_name("name", product.name)
    if not product.skus:
        raise BadValue("skus", product.product_code, "a product has at least one SKU")
    for sku in product.skus:
        check_code("sku_code", sku.sku_code)
        if sku.attribute1 or sku.attribute2:
            check_text("attribute1", sku.attribute1, longest=LONGEST_NAME)
            check_text("attribute2", sku.attribute2, longest=LONGEST_NAME)


def page_window(page: int, page_size: int) -> tuple[int, int]:
    """How many rows of a list a page takes, and how many stand before it.

    Raises: BadValue for a page below 1 or beyond a milliard, or a page size outside 1 to 1000.
    """
    if not 1 <= page <= LAST_PAGE:
        raise BadValue("page", page, f"a page from 1 to {LAST_PAGE} is wanted")
    if not 1 <= page_size <= LARGEST_PAGE:
        raise BadValue("page_size", page_size, f"from 1 to {LARGEST_PAGE} rows a page are possible")
    return page_size, (page - 1) * page_size


def find_repeats(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes that stand more than once, in the order of their first place."""
    return tuple(code for code, count in Counter(codes).items() if count > 1)


def name_codes(codes: Sequence[str]) -> str:
    """The first codes for a message, and how many more there are."""
    more = f" and {len(codes) - LISTED} more" if len(codes) > LISTED else ""
    return ", ".join(repr(code) for code in codes[:LISTED]) + more
