"""dlt: rows of a local stock file into a fresh table of SQLite, told as JSON. Run by dlt's Python.

`python dlt_load.py FILE FOLDER`; imports are not counted.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from itertools import islice
from pathlib import Path

import dlt

dlt.config["runtime.dlthub_telemetry"] = False  # all traffic is loopback
dlt.config["runtime.log_level"] = "CRITICAL"
PART = 10_000

file, folder = sys.argv[1], Path(sys.argv[2])


@dlt.resource(name="stock", write_disposition="append")
def rows():
    with Path(file).open(encoding="cp932", newline="") as text:
        reader = csv.DictReader(text)
        while part := [{"code": row["商品コード"], "stock": int(row["在庫数"])} for row in islice(reader, PART)]:
            yield part


began = time.perf_counter()
pipeline = dlt.pipeline(
    "stock",
    pipelines_dir=str(folder / "pipelines"),
    destination=dlt.destinations.sqlalchemy(f"sqlite:///{folder / 'stock.db'}"),
    dataset_name="main",
)
pipeline.run(rows())
seconds = time.perf_counter() - began
with pipeline.sql_client() as client:
    held = list(*client.execute_sql("SELECT count(*), sum(stock) FROM stock"))
print(json.dumps({"seconds": seconds, "held": held}))
