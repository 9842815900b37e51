"""Whatever a stock file holds and wherever its blocks end, the fast reader says what the plain one says."""

from __future__ import annotations

from hypothesis import event, example, given
from hypothesis import strategies as st

from reference.domain.fast_stock_file import parse_fast
from reference.domain.stock_file import parse_stock_file
from reference.errors import UntrustedFileError
from tests.properties.budget import times
from tests.properties.damage import damaged
from tests.properties.stock_files import CODE_NAMES, CODES, ENCODINGS, LEVELS, ODD_NUMBERS, any_stock_file, encode_rows

TRAPS = [
    *CODES, "A\r", "\rA", "A\n", "\ufeffA", "\x85A", "A\x85", "\x01", "\x02", "\x03", "A\x03", "#A", "null", "NaN",
    "\x1c", "A\x1f", "", " A", "é", "Ã©", "é1", "ﾃｩ1", "ソ1", "―ソ能表予", "A\\", "A|", '"A"', "A,", "0" * 30,
    "1" * 30, 'カンマ\r\n","', "\u2028A", "A\0",
]  # fmt: skip
"""What polars, a splitter or a decoder could take for something else."""
NUMBERS = [*LEVELS, *LEVELS, *ODD_NUMBERS, "9" * 40, "0" * 40, "0" * 40 + "7", "1\r", "１", "\u3000", "-" + "9" * 30]


@st.composite
def large_files_in_small(draw: st.DrawFn) -> bytes:
    """All quoted, as TEMPOSTAR writes it, some rows with a trap in them, a few too short or too long."""
    names = draw(st.permutations([draw(st.sampled_from(CODE_NAMES)), "商品名", "在庫数"]))
    plain = st.sampled_from([f"A-{number}" for number in range(12)])
    code, name = plain | plain | st.sampled_from(TRAPS), plain | st.sampled_from(TRAPS)
    number = st.sampled_from(["0", "1", "7"]) | st.sampled_from(NUMBERS)
    fields = {"商品名": name, "在庫数": number}
    rows = [[draw(fields.get(column, code)) for column in names] for _ in range(draw(st.integers(0, 12)))]
    for row in rows:
        if draw(st.integers(0, 15)) == 0:
            row[:] = draw(st.sampled_from([[*row, "A-1"], [*row, "\x03"], row[:-1], [""]]))
    return encode_rows([names, *rows], draw(st.sampled_from(ENCODINGS)), all_quoted=draw(st.integers(0, 5)) > 0)


def said(read, content, **how):
    """What a reader makes of a file: its levels and problems, or the refusal's reason and evidence."""
    try:
        stock_file = read(content, **how)
    except UntrustedFileError as refusal:
        return refusal.reason, refusal.evidence
    return dict(stock_file.levels), stock_file.problems


def case(*rows, encoding="cp932", header=("商品コード", "商品名", "在庫数"), tail=b""):
    """A trap of its own, tried at every run."""
    return encode_rows([[*header], *rows], encoding, all_quoted=True) + tail


@times(2)
@given(large_files_in_small() | large_files_in_small().flatmap(damaged) | any_stock_file(), st.integers(1, 200))
@example(case(["A", "x", "1", "\x03"]), 500)
@example(case(["A", "x", "1\x01\x03\x02B\x01x\x012"]), 500)
@example(case(["A\r", "x", "1"], ["A", "x", "2"]), 500)
@example(case(["A", "x", "1\r"]), 500)
@example(case(["A", "x", "1"], ["\ufeffA", "x", "2"], encoding="utf-8"), 60)
@example(case(["", "x", "1"], ["A", "x", ""]), 500)
@example(case(["é", "x", "1"], ["é1", "x", "1"], encoding="utf-8"), 500)
@example(case(["ソ1", "ソ", "1"], ["①㈱髙1", "x", "1"], ["ﾃｩ1", "x", "1"]), 500)
@example(case(["A", "x", "1"], ["A", "x", "2"], ["A", "x", "-2"], ["B", "", "-1"]), 500)
@example(case(["A", "x", "1234567890"], ["B", "x", "+1"], ["C", "x", "0000000001"]), 500)
@example(case(["A\x1c", "x", "1"], ["\x1f", "x", "1"], ["　", "x", "1"]), 500)
@example(case(["A", "x", "1"], tail=b'"B","\x81","2"\r\n'), 500)
@example(case(["A", "x", "1"], tail=b'"B","x"y","2"\r\n'), 500)
@example(case(["A", "x", "1"], tail=b'"B","x","2\0"\r\n'), 500)
@example(case(["A", "x", "1"], tail=b'"B","x","2"'), 500)
@example(case(["A", "x", "1"], tail=b'"\r\n'), 45)
@example(case(["A", "x", "1"], tail=b'XB","x","2"\r\n'), 50)
@example(case(["A", "x", "1"], tail=b'"B","x","23"\n'), 500)
@example(case(["A", "x", "1"], tail=b'\r\n\r\nB,x,2\r\nC,x",2\r\n'), 500)
@example(case(['A"', '"x"', "1"], ['"B', 'a","b', "2"], ['"', '""', "3"], ['C""D', "", '4"'], ["", '"', "5"]), 500)
@example(case(["A", "x", "1"], tail=b'"B","x""","y""","2"\r\n'), 500)
@example(case(["A", "x", "1"], tail=b'"B""","x","2"\r\n"C"",""D","2"\r\n'), 500)
@example(case(["～1", "x\ry", "1"], ["－", "x\ry", "1"]), 500)
@example(case(["A", "x", "1"], tail=b"\r\n\r\nB,x,2\r\n"), 500)
@example(case(["A", "x", "1"], tail=b'A,"x\r\n","2"\r\nB,"y"\r\n'), 45)
@example(case(["在庫数", "x", "1"], header=("A", "1", "x")), 500)
@example(case(["A", "x", "1"], ["B", "x" * 131_072, "1"], ["C", "x", "1"]), 1 << 20)
@example(case(["A", "x", "1"], ["B", "x" * 131_073, "1"], ["C", "x", "1"]), 1 << 20)
def test_the_fast_reader_says_what_the_plain_one_says(content, block):
    expected = said(parse_stock_file, content)
    event("refused" if isinstance(expected[0], str) else f"{min(len(expected[1]), 2)} problems or more")
    assert said(parse_fast, content, block=block) == expected
