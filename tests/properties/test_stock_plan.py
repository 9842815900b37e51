"""A stock update planned column by column is what the rule says of each row by itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulator.roomclip.sales import GoodLevels, Holders, RejectedUpdate, Rejection, VariantLevels, plan_updates
from tests.properties.budget import times

CODES = st.sampled_from(["A", "a", "A ", "B", "ソ", "𠮷", "00"])
NUMBERS = st.sampled_from([0, 0, 1, 5])
WANTED = st.dictionaries(CODES, NUMBERS, min_size=1)
HOLDERS = st.lists(st.tuples(CODES, NUMBERS), max_size=10)


@times(3)
@given(WANTED, HOLDERS, st.booleans())
def test_each_row_becomes_what_it_would_become_alone(wanted, others, exact):
    rows = [(code, n) for code, n in zip(wanted, (0, 1, 5, 0, 1, 5, 0), strict=False)] if exact else others
    found = Holders([code for code, _ in rows], list(range(len(rows))), [stock for _, stock in rows])
    plan = plan_updates(GoodLevels(list(wanted), list(wanted.values())), found)
    writes, kept, codes, turned, rejected = [], [], [], [], []
    for code, stock in wanted.items():
        holders = [(number, before) for number, (held, before) in enumerate(rows) if held == code]
        match holders:
            case [(number, before)] if before == stock:
                kept.append((number, stock))
            case [(number, before)]:
                writes.append((number, stock))
                codes.append(code)
                if 0 in (before, stock):
                    turned.append(number)
            case []:
                rejected.append(RejectedUpdate(code, Rejection.UNKNOWN))
            case _:
                rejected.append(RejectedUpdate(code, Rejection.AMBIGUOUS))
    assert (pairs(plan.writes), pairs(plan.kept)) == (writes, kept)
    assert (list(plan.codes), list(plan.turned)) == (codes, turned)
    assert (plan.report.updated, plan.report.unchanged) == (len(writes), len(kept))
    assert list(plan.report.rejected) == rejected


def pairs(levels: VariantLevels) -> list[tuple[int, int]]:
    return list(zip(levels.variant_ids, levels.stocks, strict=True))
