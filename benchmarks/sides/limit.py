"""The machine's limit: curl over FTPS, the fastest parser, an upsert of all rows into SQLite. Run by polars' Python.

`python limit.py CURL_CONFIG FILE DATABASE` tells, as JSON, the seconds of each and of all; the start of the interpreter
and the import of polars are not counted.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import polars as pl

ROWS = 50_000
UPSERT = (
    "INSERT INTO stock SELECT key, value FROM json_each(?) WHERE true"
    " ON CONFLICT (code) DO UPDATE SET stock = excluded.stock WHERE stock <> excluded.stock"
)

config, file, database = sys.argv[1:]
with closing(sqlite3.connect(database)) as connection:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE IF NOT EXISTS stock (code TEXT PRIMARY KEY, stock INTEGER) STRICT, WITHOUT ROWID")
    began = time.perf_counter()
    subprocess.run(["curl", "--silent", "--show-error", "--config", config, "--output", file], check=True)
    received = time.perf_counter()
    frame = pl.read_csv(file, columns=[0, 5], encoding="utf8-lossy")
    frame.columns = ["code", "stock"]
    frame = frame.sort("code")
    parsed = time.perf_counter()
    with connection:
        for part in frame.iter_slices(ROWS):
            connection.execute(
                UPSERT, (json.dumps(dict(zip(part["code"].to_list(), part["stock"].to_list(), strict=True))),)
            )
    ended = time.perf_counter()
    held = connection.execute("SELECT count(*), sum(stock) FROM stock").fetchone()
print(
    json.dumps(
        {
            "seconds": ended - began,
            "download": received - began,
            "parse": parsed - received,
            "store": ended - parsed,
            "held": held,
        }
    )
)
