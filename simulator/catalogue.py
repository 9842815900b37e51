"""Invented catalogues of any size: the same number and seed give the same SKUs, on every machine and day; catalogues of
two seeds have no code in common.

Codes are made here and not by faker, whose words repeat and change between releases. Names are picked to break a
reader that mistakes CP932 for Shift_JIS (①㈱髙～), splits on commas, or takes a second byte 0x5C or 0x7C (ソ 表 能 ポ)
for an escape or a bar.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS = (
    ("CHR", "木製チェア"),
    ("TBL", "ダイニングテーブル"),
    ("LMP", "ペンダントﾗﾝﾌﾟ"),
    ("RUG", "竹～麻のラグ"),
    ("SOF", "ソファ"),
    ("SHF", "表面加工シェルフ"),
    ("POT", "能登の器"),
    ("CUR", 'カーテン, "遮光"'),
    ("CLK", "掛時計①"),
    ("VAS", "髙岡の花瓶"),
)
_COLOURS = (("BK", "ブラック"), ("WH", "ホワイト"), ("OK", "オーク"), ("NA", "ナチュラル"))
_SIZES = (("S", "80cm"), ("M", "120cm"), ("L", "160cm"))
_STATUSES = ("公開",) * 8 + ("下書き", "非公開")


@dataclass(frozen=True, slots=True)
class GeneratedSku:
    """One sellable thing. `colour` and `size` are "" for a single item; `stock`: from 0 to 60."""

    sku_code: str
    colour: str
    size: str
    stock: int


@dataclass(frozen=True, slots=True)
class GeneratedProduct:
    """One product: a single item has one SKU without colour and size."""

    product_code: str
    item_number: str
    name: str
    price: int
    listing_status: str
    skus: tuple[GeneratedSku, ...]

    @property
    def single(self) -> bool:
        """Whether it is an item without colour or size (guide 4.2.1.1)."""
        return not (self.skus[0].colour or self.skus[0].size)


def generate(skus: int, seed: int) -> tuple[GeneratedProduct, ...]:
    """All products of `generate_each`."""
    return tuple(generate_each(skus, seed))


def generate_each(skus: int, seed: int) -> Iterator[GeneratedProduct]:
    """Products with `skus` SKUs in all: singles, and items with up to 12 colour and size variations.

    The first two products are 公開 and 下書き singles in stock, so that whoever walks the guide has one of each.
    """
    from faker import Faker

    names = Faker("ja_JP")
    names.seed_instance(seed)
    dice = random.Random(seed)  # noqa: S311 - a catalogue, not a secret
    mark, zeros = ("", "") if seed == 1 else (str(seed), f"{seed:04d}0")
    left = skus
    for number in count(1):
        if not left:
            return
        prefix, kind = _KINDS[dice.randrange(len(_KINDS))]
        base = f"{prefix}{mark}-{number:05d}" if number % 7 else f"{zeros}{number:07d}"  # some codes begin with zeros
        variations = 1 if number <= 2 or left == 1 else dice.choice((1, 1, 2, 4, 6, 12))
        status = ("公開", "下書き")[number - 1] if number <= 2 else dice.choice(_STATUSES)
        company = f"㈱{names.last_name()}工房" if number % 5 == 0 else f"{names.last_name()}工房"
        made = _variations(base, min(variations, left), dice, in_stock=number <= 2)
        yield GeneratedProduct(
            base, f"R{mark}-{number:05d}", f"{company} {kind}", 500 + 100 * dice.randrange(600), status, made
        )
        left -= len(made)


def _variations(base: str, count: int, dice: random.Random, *, in_stock: bool) -> tuple[GeneratedSku, ...]:
    if count == 1:
        return (GeneratedSku(base, "", "", dice.randrange(3, 60) if in_stock else dice.randrange(61)),)
    pairs = [(colour, size) for size in _SIZES for colour in _COLOURS][:count]
    return tuple(
        GeneratedSku(f"{base}_{colour}-{size}", colour_name, size_name, dice.randrange(61))
        for (colour, colour_name), (size, size_name) in pairs
    )
