"""Items of the shop and what may be registered: pure rules.

An item without colour or size is a 単品 with one variant; an item with 種類 is a parent whose children are its variants
(guide 4.2.1, 4.2.2). 種類別の自社管理コード (`variant_code`) belongs to the variant, byte for byte as registered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime  # noqa: TC003 - part of the values made here
from enum import StrEnum

from simulator.errors import BadValue

_UNKEPT = re.compile("[\0\ud800-\udfff]")
_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)

MAX_NUMBER = 999_999_999
"""The highest stock and price (ASSUMPTION: nine digits, as the neighbours of both services)."""


class ListingStatus(StrEnum):
    """出品ステータス. Only 公開 sells (guide 4.4.1); stock is linked in all three (guide 4.4.2)."""

    PUBLISHED = "公開"
    DRAFT = "下書き"
    UNLISTED = "非公開"


class ItemKind(StrEnum):
    """出品の種類: without, or with colours and sizes."""

    SINGLE = "単品"
    OPTIONS = "種類あり"


@dataclass(frozen=True, slots=True)
class VariantInput:
    """One buyable thing to register. `code`: 種類別の自社管理コード, blank or None links nothing; `price`: yen;
    `stock`: the guide wants 0 (4.5)."""

    code: str | None = None
    price: int = 0
    stock: int = 0
    colour: str = ""
    size: str = ""

    @property
    def option(self) -> tuple[str, str]:
        """What tells the variants of one item apart: colour and size."""
        return self.colour, self.size


@dataclass(frozen=True, slots=True)
class ItemInput:
    """An item to register: 商品管理番号, 商品名, its variants, 出品ステータス (also as text).

    `kind` None: 単品 when it has one variant without colour and size, else 種類あり.
    """

    item_number: str
    name: str
    variants: tuple[VariantInput, ...]
    status: ListingStatus | str = ListingStatus.DRAFT
    kind: ItemKind | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant as it stands in the shop. `variant_code` None when blank; `deleted`: only in lists of changes;
    `linked_at`: when the linkage changed its stock last."""

    variant_id: str
    variant_code: str | None
    stock: int
    listing_status: ListingStatus
    item_number: str
    name: str
    colour: str
    size: str
    price: int
    deleted: bool = False
    linked_at: datetime | None = None

    @property
    def option(self) -> str:
        """Colour and size as an order line shows them, "" for a 単品."""
        return describe_option(self.colour, self.size)


@dataclass(frozen=True, slots=True)
class Item:
    """One item with its variants."""

    item_number: str
    name: str
    status: ListingStatus
    kind: ItemKind
    variants: tuple[Variant, ...]


def describe_option(colour: str, size: str) -> str:
    """`カラー:ナラ サイズ:80cm`, the form TEMPOSTAR's 項目選択肢 has (facts.md 3.2)."""
    return " ".join(f"{name}:{value}" for name, value in (("カラー", colour), ("サイズ", size)) if value)


def parse_status(value: str) -> ListingStatus:
    """出品ステータス from its text.

    Raises: BadValue.
    """
    try:
        return ListingStatus(value)
    except ValueError:
        allowed = ", ".join(ListingStatus)
        raise BadValue("出品ステータス", value, "unknown status", next_step=f"Allowed: {allowed}.") from None


def registered_code(code: str | None) -> str | None:
    """The code as the shop keeps it: unchanged, None when there is nothing but spaces (contract 3)."""
    return code if code and code.strip() else None


def checked_number(field: str, value: object, *, least: int = 0, most: int = MAX_NUMBER) -> int:
    """A stock, price or quantity: a whole number in its range.

    Raises: BadValue.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadValue(field, value, f"a whole number from {least} to {most:,} is wanted")
    return value


def parse_number(field: str, text: str) -> int:
    """A stock, price or quantity from its text: at most nine ASCII digits.

    Raises: BadValue.
    """
    if not _DIGITS.fullmatch(text):
        raise BadValue(field, text, f"a whole number from 0 to {MAX_NUMBER:,} is wanted")
    return int(text)


def is_kept(text: str) -> bool:
    """Whether the shop can keep a text: no NUL, no half characters."""
    return "\0" not in text if text.isascii() else _UNKEPT.search(text) is None


def checked_text(field: str, value: str, *, wanted: bool = False) -> str:
    """A text the shop can keep: no NUL, no half characters; with `wanted` also not blank.

    Raises: BadValue.
    """
    if wanted and not value.strip():
        raise BadValue(field, value, "must not be blank")
    if not is_kept(value):
        raise BadValue(field, value, "holds a character that cannot be kept")
    return value


def checked_item(item: ItemInput) -> ItemInput:
    """The item with `status` and `kind` settled and blank codes as None.

    Raises: BadValue for a blank number or name, an unknown status, a stock or price that is no whole number from 0, no
    variant, a 単品 with more than one, two variants of one colour and size.
    """
    checked_text("商品管理番号", item.item_number, wanted=True)
    checked_text("商品名", item.name, wanted=True)
    if not item.variants:
        raise BadValue("variants", (), "an item needs at least one")
    for variant in item.variants:
        checked_text("種類別の自社管理コード", variant.code or "")
        checked_text("カラー", variant.colour)
        checked_text("サイズ", variant.size)
        checked_number("販売価格", variant.price)
        checked_number("在庫数", variant.stock)
    options = [variant.option for variant in item.variants]
    if len(set(options)) < len(options):
        raise BadValue("variants", options, "two variants of one item have the same colour and size")
    plain = options == [("", "")]
    kind = item.kind or (ItemKind.SINGLE if plain else ItemKind.OPTIONS)
    if kind is ItemKind.SINGLE and not plain:
        raise BadValue("kind", kind.value, "a 単品 has exactly one variant, without colour and size")
    variants = tuple(
        variant if variant.code == (kept := registered_code(variant.code)) else replace(variant, code=kept)
        for variant in item.variants
    )
    return replace(item, variants=variants, status=parse_status(item.status), kind=kind)
