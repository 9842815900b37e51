"""A lab with one linked shop of many SKUs, and the stock files that stand in its FTPS area, one change after another.

The files are written straight into the area: what TEMPOSTAR takes to write them is in no figure. Rows have the columns
of 全項目と在庫 and about 116 bytes each, as those of a real catalogue.
"""

from __future__ import annotations

import gc
import os
import shutil
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.running import BIN, watch
from simulator.lab import Lab

SHOP = "1"
_HEAD = '"商品コード","商品基本コード","商品名","属性1名","属性2名","在庫数"\r\n'
_ITEMS = "商品管理番号,親子・単品フラグ,商品名,カラー,サイズ,種類別の自社管理コード,販売価格,在庫数,出品ステータス\r\n"
_PART = 50_000
_MOST = 900


@dataclass(slots=True)
class Ground:
    """`stocks`: what the present file says, by the number of the SKU; `state` is the engine's folder."""

    lab: Lab
    folder: Path
    company: int
    path: str
    user: str
    password: str
    stocks: array[int]
    changes: int = 0

    @property
    def state(self) -> Path:
        """Where the engine keeps its state."""
        return self.folder / "state"

    @property
    def file(self) -> Path:
        """The present file, on disk."""
        return self.folder / "stock.csv"

    def change(self, every: int = 1, *, minutes: int = 5) -> None:
        """Some minutes later there is a new file, in which one SKU in `every` has another stock, never 0."""
        for number in range(self.changes % every, len(self.stocks), every):
            self.stocks[number] = self.stocks[number] % _MOST + 1
        self.changes += 1
        self.lab.advance(minutes=minutes)
        content = compose_file(self.stocks)
        self.file.write_bytes(content)
        self.lab.area.write(self.company, self.path, content)

    def environment(self) -> dict[str, str]:
        """What an engine is told."""
        return {**os.environ, **self.lab.engine_environment(self.state)}

    def run_engine(self) -> dict[str, float]:
        """One `zaikosync once` as a process; afterwards the shop has to hold what the file says."""
        told = watch([BIN / "zaikosync", "once"], self.environment())
        self.check()
        return told

    def check(self) -> None:
        """Raises: RuntimeError when the shop holds anything else than the file says."""
        held = self.lab.roomclip.levels(SHOP)
        wrong = sum(held.get(code_of(number)) != stock for number, stock in enumerate(self.stocks))
        if wrong:
            raise RuntimeError(f"{wrong} of {len(self.stocks)} SKUs of the shop are not what the file says")

    def curl_config(self, *more: str) -> Path:
        """A file for `curl --config` that gets the stock file over FTPS, the data channel protected."""
        where = self.lab.endpoints
        return write_curl_config(
            self.folder / "curl", f"ftp://{where.host}:{where.ftps_port}{self.path}", where.ca_file,
            f"{self.user}:{self.password}", *more,
        )  # fmt: skip


def write_curl_config(file: Path, url: str, authority: Path, account: str, *more: str) -> Path:
    """Options in a file, since a command line shows the password to everybody."""
    lines = ("ssl-reqd", f'cacert = "{authority}"', f'user = "{account}"', f'url = "{url}"', *more)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@contextmanager
def open_ground(folder: Path, skus: int) -> Iterator[Ground]:
    """A lab whose shop has so many SKUs, with a first file that the engine has not seen yet."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with Lab() as lab:
        back, shop = lab.tempostar, lab.roomclip
        mine = back.add_shop("RoomClipShopping", "RCs")
        account = back.issue_ftp_password()
        for begin in range(0, skus, _PART):
            shop.import_items(SHOP, compose_items(begin, min(skus, begin + _PART)), f"items-{begin}.csv")
        shop.apply_for_linkage(SHOP)
        shop.save_linkage(SHOP, ftp_user=account.user, ftp_password=account.password, shop_code=mine.shop_code)
        path = f"/netstock/{mine.shop_code}/stock.csv"
        stocks = array("i", (number % _MOST + 1 for number in range(skus)))
        gc.collect()
        gc.freeze()  # what stays need not be looked at again while the lab answers
        ground = Ground(lab, folder, int(account.user.split("_")[0]), path, account.user, account.password, stocks)
        ground.change()
        try:
            yield ground
        finally:
            gc.unfreeze()  # else what hangs together in circles would never be given back


def code_of(number: int) -> str:
    """The SKU's code on both ends."""
    return f"RC-{number:08d}"


def compose_file(stocks: array[int]) -> bytes:
    """The stock file, about 116 bytes a row."""
    rows = [_HEAD]
    for number, stock in enumerate(stocks):
        name = f"ラウンドテーブル 天然木突板 北欧風 新型 直径90cm {number:08d}"
        rows.append(f'"{code_of(number)}","P-{number // 4:08d}","{name}","ナチュラル","Mサイズ","{stock}"\r\n')
    return "".join(rows).encode("cp932")


def compose_items(begin: int, end: int) -> bytes:
    """The 商品CSV of SKUs `begin` to `end` - 1: items of four kinds each."""
    rows = [_ITEMS]
    for number in range(begin, end):
        if number == begin or number % 4 == 0:
            rows.append(f"P-{number // 4:08d}{'' if number % 4 == 0 else 'b'},1,ラウンドテーブル,,,,,,公開\r\n")
            item = rows[-1].split(",", 1)[0]
        rows.append(f"{item},2,,ナチュラル,{number % 4},{code_of(number)},12800,0,\r\n")
    return "".join(rows).encode("utf-8")
