"""Whatever a stock file holds, the engine's reader gives the right answer or a named error."""

from __future__ import annotations

import codecs

from hypothesis import event, given
from hypothesis import strategies as st

from reference.domain.stock_file import parse_stock_file
from reference.errors import UntrustedFileError
from tests.properties.budget import times
from tests.properties.damage import damaged
from tests.properties.stock_files import (
    CODES,
    LEVELS,
    ODD_NUMBERS,
    any_stock_file,
    encode_rows,
    read_slowly,
    stock_files,
)


def read(content: bytes):
    """The levels and the numbers of the records with a problem, or None when the file was refused."""
    try:
        stock_file = parse_stock_file(content)
    except UntrustedFileError:
        return None
    return dict(stock_file.levels), {problem.row for problem in stock_file.problems}


def told(content: bytes):
    slow = read_slowly(content)
    return None if slow is None else (slow.levels, slow.bad)


@times(10)
@given(any_stock_file())
def test_any_file_is_read_as_the_contract_says_or_refused(content):
    event("refused" if told(content) is None else f"{min(len(told(content)[0]), 3)} levels or more")
    assert read(content) == told(content)


@times(3)
@given(stock_files())
def test_a_file_in_good_form_is_never_refused(content):
    assert read(content) == told(content)
    assert read(content) is not None or content in {b"", codecs.BOM_UTF8}


@times(5)
@given(st.data())
def test_a_file_cut_anywhere_is_refused_or_ends_with_a_whole_row(data):
    content = data.draw(stock_files(LEVELS + ODD_NUMBERS))
    cut = data.draw(st.integers(0, max(0, len(content) - 1)))
    part, whole = told(content[:cut]), told(content)
    assert read(content[:cut]) == part
    if part is not None and whole is not None:
        assert content[:cut].endswith(b"\n")
        not_contradicted_later = {code: level for code, level in part[0].items() if code in whole[0]}
        assert not_contradicted_later.items() <= whole[0].items()


@times(0.2)
@given(st.data())
def test_two_thousand_rows_are_read_as_few_are(data):
    """As many as a pass of TEMPOSTAR writes."""
    rows = [[code, str(number)] for number, code in enumerate(CODES * 87) if code not in {"7", "在庫数"}]
    header = data.draw(st.sampled_from([[], [["商品コード", "在庫数"]]]))
    whole = encode_rows(header + rows, data.draw(st.sampled_from(["cp932", "utf-8-sig"])), all_quoted=True)
    content = data.draw(damaged(whole))
    assert read(content) == told(content)
