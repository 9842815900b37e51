"""What a client reads: bytes, sizes, times, folders."""

from __future__ import annotations

from tests.integration.ftps.clients import STOCK, fetch


def test_a_stock_file_arrives_byte_for_byte(ftps):
    lab = ftps()
    content = lab.put_stock("商品コード,在庫数\r\nA-1,3\r\n".encode("cp932"))
    assert fetch(lab.login(), STOCK) == content
