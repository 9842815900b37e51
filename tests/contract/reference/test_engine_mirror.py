"""The mirror of a large shop, over real file and HTTP: always what the shop has, at the cost of changes only."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest

from reference.adapters.mirrored_shop import MIRROR_FILE, Mirror, MirroredShop, MirrorFile
from reference.adapters.shop_api import HttpPatience, HttpShop
from reference.bootstrap import bootstrap
from reference.config import Settings
from reference.domain.matching import Variant
from reference.domain.plan import Batch, Update
from tests.contract.reference.engine_ftps_server import Authority
from tests.unit.reference.engine_fakes import OPENING

PAGE = 3
QUICK = HttpPatience(timeout=60.0, retries=0, backoff_factor=0.0)


@dataclass
class LargeShop:
    """Variants over pages of three, each with the revision of its last change; `asked` are the questions."""

    rows: dict[str, list] = field(default_factory=dict)
    revision: int = 0
    asked: list[str] = field(default_factory=list)

    def set(self, **stocks: int | None) -> None:
        """Change these codes in one transaction; None deletes."""
        self.revision += 1
        for code, stock in stocks.items():
            known = self.rows.get(code, [str(len(self.rows) + 1)])
            self.rows[code] = [known[0], code, stock, self.revision]

    def answer(self, query: dict[str, list[str]]) -> dict:
        after = query.get("changed_after")
        self.asked.append(f"after {after[0]}" if after else "all")
        rows = sorted((row for row in self.rows.values()), key=lambda row: int(row[0]))
        rows = [row for row in rows if row[3] > int(after[0])] if after else [row for row in rows if row[2] is not None]
        start = int(query.get("cursor", ["0"])[0])
        part = rows[start : start + PAGE]
        variants = [
            {"variant_id": row[0], "variant_code": row[1], "stock": row[2] or 0, "listing_status": "公開"}
            | ({"deleted": True} if row[2] is None else {})
            for row in part
        ]
        following = str(start + PAGE) if start + PAGE < len(rows) else None
        return {"variants": variants, "next_cursor": following, "revision": self.revision}

    @property
    def stocks(self) -> dict[str, int]:
        return {row[1]: row[2] for row in self.rows.values() if row[2] is not None}


@pytest.fixture
def large():
    shop = LargeShop()
    shop.set(A=1, B=2, C=3, D=4, E=5)
    shop.set(A=7)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(shop.answer(parse_qs(urlsplit(self.path).query))).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            body = b'{"updated": 1, "unchanged": 0, "rejected": []}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        shop.url = f"http://127.0.0.1:{server.server_port}"
        yield shop
        server.shutdown()
        thread.join()


@contextmanager
def opened(large, folder, token="token"):
    """The shop for a pass, at the end of which its mirrors are kept."""
    with HttpShop.open(large.url, token, QUICK) as shop:
        mirrored = MirroredShop(shop, MirrorFile(folder / MIRROR_FILE))
        yield mirrored
        mirrored.keep_mirrors()


def read(large, folder, token="token"):
    """What a pass gets, and what it asked for."""
    large.asked.clear()
    with opened(large, folder, token) as shop:
        variants = list(shop.fetch_variants("1"))
    assert all(isinstance(one, Variant) for one in variants)
    assert {one.variant_code: one.stock for one in variants} == large.stocks
    assert len(variants) == len(large.stocks)
    return large.asked


def test_is_read_once_and_then_only_what_has_changed(large, tmp_path):
    assert read(large, tmp_path) == ["all", "all", "after 1"]
    large.set(B=9, F=1)
    large.set(C=None)
    assert read(large, tmp_path) == ["after 1", "after 1"], "A, the witness, and B, F, C: two pages"


def send(shop, *sizes):
    for size in sizes:
        shop.send_stock("1", Batch("key", (Update("A", 1),) * size, OPENING))


@pytest.mark.parametrize("second", [False, True], ids=["new", "kept before"])
@pytest.mark.parametrize(("rows", "kept"), [(20_000, True), (20_001, False)])
def test_it_is_kept_when_the_pass_is_over_unless_too_much_was_sent(large, tmp_path, rows, kept, second):
    if second:
        read(large, tmp_path)
    with opened(large, tmp_path) as shop:
        shop.fetch_variants("1")
        assert (tmp_path / MIRROR_FILE).exists() is second
        send(shop, 15_000, rows - 15_000)
    assert read(large, tmp_path)[0] == ("after 1" if kept else "all")


def test_a_second_file_of_a_pass_finds_the_mirror_of_the_first(large, tmp_path):
    with opened(large, tmp_path) as shop:
        shop.fetch_variants("1")
        large.asked.clear()
        shop.fetch_variants("1")
    assert large.asked == ["after 1"]


def test_the_engine_keeps_it_when_its_pass_has_ended(large, tmp_path):
    environ = {
        "SYNC_SHOP_URL": large.url,
        "SYNC_SHOP_TOKEN": "token",
        "SYNC_FTPS_HOST": "127.0.0.1",
        "SYNC_FTPS_PORT": "2121",
        "SYNC_FTPS_TLS": "explicit",
        "SYNC_FTPS_CA": str(Authority(tmp_path, "mirror-ca").ca),
        "SYNC_SMTP_HOST": "127.0.0.1",
        "SYNC_SMTP_PORT": "2525",
        "SYNC_MAIL_FROM": "sync@zaiko.example",
        "SYNC_STATE_DIR": str(tmp_path),
    }
    with bootstrap(Settings.from_environ(environ)) as sync:
        sync.shop.fetch_variants("1")
        assert not (tmp_path / MIRROR_FILE).exists()
    assert read(large, tmp_path) == ["after 1"]


def test_only_the_mirror_of_one_shop_is_held(large, tmp_path):
    with opened(large, tmp_path) as shop:
        shop.fetch_variants("1")
        shop.fetch_variants("2")
        assert (tmp_path / MIRROR_FILE).exists()


def test_a_shop_set_back_is_read_anew_even_when_it_has_moved_on_since(large, tmp_path):
    before = {code: list(row) for code, row in large.rows.items()}
    large.set(A=8, B=8)
    read(large, tmp_path)
    large.rows = before
    large.set(C=6)
    assert "all" in read(large, tmp_path)


def test_a_revision_that_has_gone_back_means_reading_anew(large, tmp_path):
    large.set(A=8)
    read(large, tmp_path)
    large.revision = 1
    assert read(large, tmp_path)[:2] == ["after 2", "all"]


def test_another_token_is_another_shop(large, tmp_path):
    read(large, tmp_path)
    assert read(large, tmp_path, "another")[0] == "all"


def test_a_damaged_mirror_is_given_up(large, tmp_path):
    read(large, tmp_path)
    (tmp_path / MIRROR_FILE).write_bytes(b"no database" * 100)
    assert read(large, tmp_path)[0] == "all"
    assert read(large, tmp_path)[0] == "all", "it was thrown away"
    assert read(large, tmp_path) == ["after 1"]


def test_too_many_changes_are_not_gone_through(large, tmp_path):
    read(large, tmp_path)
    large.set(**{f"N{at}": at for at in range(40)})
    assert "all" in read(large, tmp_path)


def test_a_last_change_of_more_than_a_page_is_no_witness(large, tmp_path):
    large.set(A=1, B=1, C=1, D=1)
    read(large, tmp_path)
    assert not MirrorFile(tmp_path / MIRROR_FILE).recall("any")
    assert read(large, tmp_path)[0] == "all"


def test_a_small_shop_has_no_mirror(large, tmp_path):
    large.set(C=None, D=None)
    assert read(large, tmp_path) == ["all"]
    assert list(tmp_path.iterdir()) == []
    assert read(large, tmp_path) == ["all"]


def test_a_small_shop_beside_a_large_one_loads_no_polars(large, tmp_path):
    read(large, tmp_path)
    script = (
        "import sys; from pathlib import Path; from reference.adapters.mirrored_shop import MirrorFile\n"
        "sys.modules['polars'] = None; print(MirrorFile(Path(sys.argv[1])).recall('a small shop'))"
    )
    ran = subprocess.run([sys.executable, "-c", script, tmp_path / MIRROR_FILE], capture_output=True, check=True)
    assert ran.stdout == b"None\n"


def test_where_no_mirror_can_be_kept_everything_is_read(large, tmp_path):
    (tmp_path / MIRROR_FILE).mkdir()
    assert read(large, tmp_path)[0] == "all"
    (tmp_path / "file").touch()
    assert read(large, tmp_path / "file")[0] == "all"


def test_a_folder_that_is_not_there_is_made_for_a_mirror(large, tmp_path):
    """As where the state is in PostgreSQL."""
    read(large, tmp_path / "new" / "folder")
    assert read(large, tmp_path / "new" / "folder") == ["after 1"]


def test_a_mirror_that_another_pass_writes_stays_as_it_is(large, tmp_path):
    with closing(sqlite3.connect(tmp_path / MIRROR_FILE, isolation_level=None)) as other:
        read(large, tmp_path)
        assert read(large, tmp_path) == ["after 1"]
        large.set(**{f"N{at}": at for at in range(40)})
        other.execute("BEGIN EXCLUSIVE")
        kept = MirrorFile(tmp_path / MIRROR_FILE, patience=0.0)
        kept.keep("any", Mirror(1, frozenset(), pl.DataFrame()))
        other.execute("COMMIT")
    assert (tmp_path / MIRROR_FILE).exists()
