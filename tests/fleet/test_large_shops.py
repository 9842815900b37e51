"""A large shop among the small ones of a fleet: its worker keeps a mirror of it, and of no other."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from reference.adapters.mirrored_shop import MIRROR_FILE
from tests.fleet.ground import open_ground
from tests.fleet.workers import open_workers
from tests.unit.reference.engine_fakes import stock_csv

LARGE, SMALL = "20001", "20002"


def test_a_worker_reads_a_large_shop_once_and_then_what_has_changed(tmp_path, database):
    with open_ground(tmp_path, 2) as (ground, environ), open_workers(tmp_path, environ, database) as workers:
        large = ground.shops[LARGE]
        large.stock = {f"{LARGE}-{number:05}": 0 for number in range(10_050)}

        def write(number, level):
            ground.put_file(SMALL, level)
            large.files += 1
            large.wanted = {**large.stock, f"{LARGE}-{number:05}": level}
            ground.put_bytes(LARGE, stock_csv(*large.wanted.items()))
            ground.wait_until(lambda: not ground.behind())

        workers.start("--interval", "1", "--poll", "0.3")
        write(1, 5)
        write(2, 6)
        state = Path(environ["SYNC_STATE_DIR"]) / MIRROR_FILE
        ground.wait_until(state.exists)
        large.readings.clear()
        for level in (7, 8):
            write(level, level)
        assert set(large.readings) == {"after 1"}, (
            "kept with the second file at revision 2, whose rows are asked for again"
        )
        assert set(ground.shops[SMALL].readings) == {"all"}
        with closing(sqlite3.connect(state)) as connection:
            assert connection.execute("SELECT count(*) FROM mirror_1").fetchone() == (1,)
