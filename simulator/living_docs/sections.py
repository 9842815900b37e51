"""The vendor guide's sections in its order, each with the statements that belong to it."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.conformance.guide import Statement, statements


@dataclass(frozen=True, slots=True)
class Section:
    """One section: `id` as the guide numbers it ("3-2-1"); `ja` and `en`: what it is about, in our own words;
    `holds`: the beginnings of the numbers of its statements."""

    id: str
    ja: str
    en: str
    holds: tuple[str, ...]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Its statements, in the guide's order."""
        return tuple(one for one in statements() if section_of(one.id) is self)


SECTIONS = (
    Section("0", "在庫連携とは", "What the link is", ("0",)),
    Section("1", "TEMPOSTARにショップを追加する", "Add the shop to TEMPOSTAR", ("1",)),
    Section("2-1", "在庫管理設定", "Stock settings", ("2.1",)),
    Section("2-2", "配送業者設定", "Carriers", ("2.2",)),
    Section("2-3", "支払方法設定", "Payment methods", ("2.3",)),
    Section("3-1", "TEMPOSTARに商品を登録する", "Register products in TEMPOSTAR", ("3.1",)),
    Section("3-2", "連携する商品を選ぶ", "Choose the products to link", ("3.2",)),
    Section("3-2-1", "商品をひとつずつ連携する", "Link products one by one", ("3.2.1.",)),
    Section("3-2-2", "商品をまとめて連携する", "Link many products at once", ("3.2.2",)),
    Section("4", "RoomClipショッピングに商品を登録する", "Register items in the RoomClip shop", ("4.0",)),
    Section("4-1", "管理画面でひとつずつ登録する", "Items one by one", ("4.1",)),
    Section("4-2", "商品CSVで登録する", "Items by CSV", ("4.2",)),
    Section("4-2-1", "カラー・サイズのない商品", "Items without colour or size", ("4.2.1",)),
    Section("4-2-2", "カラー・サイズのある商品", "Items with colours or sizes", ("4.2.2",)),
    Section(
        "4-3", "コードの一致、出品ステータス、在庫数0", "Equal codes, listing status, stock 0", ("4.3", "4.4", "4.5")
    ),
    Section("5", "RoomClipビジネスで在庫連携設定をする", "Set up the linkage in RoomClipビジネス", ("5",)),
)


def section_of(statement_id: str) -> Section:
    """The section of a statement: the one whose beginning fits the most of its number.

    Raises: LookupError when the statement belongs to none, which is a mistake in SECTIONS.
    """
    fitting = [(len(begin), section) for section in SECTIONS for begin in section.holds if _fits(begin, statement_id)]
    if not fitting:
        raise LookupError(statement_id)
    return max(fitting, key=lambda one: one[0])[1]


def _fits(begin: str, number: str) -> bool:
    """Whether a number begins so; `3.2` means 3.2 itself too, `3.2.` only what is below it."""
    return number.startswith(begin) if begin.endswith(".") else number == begin or number.startswith(f"{begin}.")
