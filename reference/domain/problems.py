"""What of a stock file the merchant should look at: bad rows, codes that meet nothing, codes that meet too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.domain.linkage import Problem, ProblemKind
from reference.domain.matching import Difference, NearMiss
from reference.domain.stock_file import RowProblem, RowReason

if TYPE_CHECKING:
    from collections.abc import Iterable


def find_problems(
    rows: Iterable[RowProblem], near_misses: Iterable[NearMiss], unmatched: Iterable[str], ambiguous: Iterable[str]
) -> dict[Problem, str]:
    """Return every problem with the Japanese line that tells it; the row number is in the line, not in the problem."""
    meant = {near.sku_code: near for near in near_misses}
    found: dict[Problem, str] = {}
    for row in rows:
        problem = Problem(ProblemKind.BAD_ROW, row.sku_code, row.reason.value)
        line = f"{row.row}行目　商品コード{quote(row.sku_code)}：{name_row_reason(row.reason)}"
        found[problem] = f"{found[problem]}\n{line}" if problem in found else line
    for code in unmatched:
        near = meant.get(code)
        found[Problem(ProblemKind.UNMATCHED, code, near.variant_code if near else "")] = f"{quote(code)}{_hint(near)}"
    for code in ambiguous:
        found[Problem(ProblemKind.AMBIGUOUS, code)] = f"{quote(code)}"
    return found


def quote(code: str) -> str:
    """Show a code so that spaces at its ends and control characters can be seen."""
    return "「" + "".join(char if char.isprintable() or char == "　" else f"\\u{ord(char):04x}" for char in code) + "」"


def name_row_reason(reason: RowReason) -> str:
    """Say in Japanese what is wrong with a row and what was done."""
    return {
        RowReason.MISSING_CODE: "商品コードが空です（この行は反映していません）",
        RowReason.MISSING_STOCK: "在庫数が空です（この行は反映していません）",
        RowReason.NOT_A_WHOLE_NUMBER: "在庫数が半角の整数ではありません（この行は反映していません）",
        RowReason.OUT_OF_RANGE: "在庫数が大きすぎます（この行は反映していません）",
        RowReason.NEGATIVE: "在庫数がマイナスのため0として扱いました",
        RowReason.CONTRADICTING_DUPLICATE: "同じ商品コードに異なる在庫数があります（どちらも反映していません）",
        RowReason.WRONG_NUMBER_OF_FIELDS: "列の数が合いません（この行は反映していません）",
    }[reason]


def _hint(near: NearMiss | None) -> str:
    if near is None:
        return ""
    kinds = "・".join(name_difference(kind) for kind in near.differences)
    return f"　→ もしかして {quote(near.variant_code)} ですか（{kinds}が違います）"


def name_difference(kind: Difference) -> str:
    """Name a kind of difference in Japanese."""
    return {
        Difference.CASE: "大文字と小文字",
        Difference.WIDTH: "全角と半角",
        Difference.SPACES: "空白",
        Difference.LEADING_ZEROS: "先頭の0",
        Difference.HYPHEN: "ハイフン",
    }[kind]
