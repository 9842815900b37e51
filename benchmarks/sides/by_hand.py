"""What is written by hand in an afternoon: ftplib, csv, one request per SKU. `python by_hand.py`, told by SYNC_..."""

from __future__ import annotations

import csv
import ftplib
import http.client
import io
import json
import os
import ssl
from urllib.parse import urlsplit

shop = urlsplit(os.environ["SYNC_SHOP_URL"])
headers = {"Authorization": f"Bearer {os.environ['SYNC_SHOP_TOKEN']}", "Content-Type": "application/json"}
connection = http.client.HTTPConnection(shop.netloc)


def ask(method: str, path: str, body: object = None) -> object:
    connection.request(method, f"{shop.path}/{path}", None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    told = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path}: {answer.status} {told[:200]!r}")
    return json.loads(told)


for linkage in ask("GET", "linkages")["linkages"]:
    received = io.BytesIO()
    with ftplib.FTP_TLS(context=ssl.create_default_context(cafile=os.environ["SYNC_FTPS_CA"])) as ftp:
        ftp.connect(os.environ["SYNC_FTPS_HOST"], int(os.environ["SYNC_FTPS_PORT"]))
        ftp.login(linkage["ftp_user"], linkage["ftp_password"])
        ftp.prot_p()
        ftp.retrbinary(f"RETR /netstock/{linkage['shop_code']}/stock.csv", received.write)
    for row in csv.DictReader(io.StringIO(received.getvalue().decode("cp932"), newline="")):
        update = {"variant_code": row["商品コード"], "stock": int(row["在庫数"])}
        ask("POST", f"shops/{linkage['shop_id']}/stock", {"updates": [update]})
