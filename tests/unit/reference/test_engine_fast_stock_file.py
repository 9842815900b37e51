"""Large files are read in parts, small ones plainly, and what is on disk leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys

import pytest

from reference.adapters.spooled_file import IN_MEMORY, SpooledFile
from reference.domain.content import digest_of
from reference.domain.fast_stock_file import WORTH_IT, Reader, choose_reader, parse_fast
from reference.domain.stock_file import parse_stock_file

ROW = '"A-{}","ソファ ①㈱髙","{}"\r\n'
LARGE = ('"商品コード","商品名","在庫数"\r\n' + "".join(ROW.format(at, at % 90) for at in range(60_000))).encode(
    "cp932"
)


class Seen:
    """Bytes that remember the longest part asked for."""

    def __init__(self, content):
        self.content, self.longest = content, 0

    def __len__(self):
        return len(self.content)

    def __getitem__(self, part):
        found = self.content[part]
        self.longest = max(self.longest, len(found))
        return found


def test_a_large_file_is_never_asked_for_whole():
    seen = Seen(LARGE)
    assert len(parse_fast(seen, block=1 << 18).levels) == 60_000
    assert seen.longest <= 1 << 18


def test_a_large_file_with_odd_blocks_and_rows_is_not_read_twice():
    """Quoted line ends, Japanese codes and bad numbers are read where they stand, the rest fast."""
    odd = '"椅子,①","1\r\n2","8"\r\n"A-1 ","a""b","-3"\r\n"A-2","x","3.0"\r\n"ソ","","0000000000000007"\r\n'.encode(
        "cp932"
    )
    head, _, rest = LARGE.partition(b"\r\n")
    content = head + b"\r\n" + odd + rest + odd.replace(b'"8"', b'"9"')
    seen = Seen(content)
    assert parse_fast(seen, block=1 << 18) == parse_stock_file(content)
    assert seen.longest <= 1 << 18


@pytest.mark.parametrize(("reader", "longest"), [(Reader.AUTO, 0.9), (Reader.FAST, 0.9), (Reader.PLAIN, 1.0)])
def test_the_setting_chooses_how_a_large_file_is_read(reader, longest):
    seen = Seen(LARGE * 4)
    choose_reader(reader)(seen)
    assert (seen.longest < len(seen)) is (longest < 1)


def test_a_small_file_does_not_load_polars():
    assert len(LARGE[:900]) < WORTH_IT
    seen = Seen(LARGE[: LARGE.rindex(b"\n", 0, 900) + 1])
    choose_reader(Reader.AUTO)(seen)
    assert seen.longest == len(seen)


WITHOUT = """
import sys
sys.modules["polars"] = None
from reference.config import _reader
from reference.domain.fast_stock_file import Reader, choose_reader
from reference.domain.stock_file import parse_stock_file
from reference.errors import ConfigurationError
large = ("商品コード,在庫数\\r\\n" + "".join(f"A-{at},{at}\\r\\n" for at in range(100_000))).encode("cp932")
assert choose_reader(Reader.AUTO)(large).levels == parse_stock_file(large).levels
assert len(parse_stock_file(large).levels) == 100_000
try:
    _reader({"SYNC_CSV": "fast"}, "SYNC_CSV")
except ConfigurationError as error:
    print(error)
"""


def test_without_the_extra_all_is_read_plainly_and_fast_is_refused_with_the_next_step():
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "pip install 'zaikolab[fast]'" in done.stdout


@pytest.mark.parametrize("size", [10, IN_MEMORY * 2])
def test_a_received_file_is_read_in_parts_and_leaves_no_name(tmp_path, size):
    received = SpooledFile.create(tmp_path)
    content = bytes(range(256)) * (size // 256) + b"tail"
    received.write(content)
    assert len(received) == len(content)
    assert (received[:], received[3:9], received[-2:], received[:0]) == (content, content[3:9], b"il", b"")
    assert digest_of(received) == digest_of(content)
    assert list(tmp_path.iterdir()) == []
    received.close()
    assert sys.getsizeof(received) < 200
