"""A back office with a clock that tests drive, and the words they use of it."""

import csv
import io
from datetime import datetime, timedelta

from simulator.clock import Agenda
from simulator.journal import Entry
from simulator.tempostar.area import Area
from simulator.tempostar.backoffice import FIRST_COMPANY, BackOffice, SkuInput

NINE = datetime.fromisoformat("2026-04-01T09:00:00+09:00")


class Office:
    """One company with one shop whose file is stock.csv; 在庫反映 is 停止 until `start`."""

    def __init__(self, parts) -> None:
        self.parts = parts
        self.area = Area(parts.store, parts.clock.now)
        self.tempostar = BackOffice(parts.store, parts.clock.now, parts.journal, self.area, lambda: parts.settings)
        self.tempostar.prepare()
        self.agenda: Agenda = parts.agenda(self.tempostar)
        self.shop_code = self.tempostar.add_shop("RoomClipShopping", "RCs").shop_code
        self.tempostar.update_stock_settings(self.shop_code, file_suffix="なし")

    def set(self, **changes: object) -> None:
        self.parts.settings = self.parts.settings.changed(changes)

    def register(self, *sku_codes: str, sellable: int = 1, linked: bool = True) -> None:
        """Products of one SKU each, of the same code; carried, and linked if wanted."""
        for code in sku_codes:
            self.tempostar.add_product(code, f"商品 {code}", [SkuInput(code, sellable=sellable)])
            if linked:
                self.tempostar.carry(self.shop_code, code)
                self.tempostar.link(self.shop_code, code)

    def start(self) -> None:
        self.tempostar.update_stock_settings(self.shop_code, reflection="起動")

    def advance(self, *, minutes: float = 0, seconds: float = 0) -> None:
        self.agenda.advance(timedelta(minutes=minutes, seconds=seconds))

    def files(self, shop_code: str = "", company_id: int = FIRST_COMPANY) -> list[str]:
        folder = f"/netstock/{shop_code or self.shop_code}"
        return [file.name for file in self.area.files(company_id, folder)]

    def content(self, name: str = "stock.csv") -> bytes | None:
        return self.area.read(FIRST_COMPANY, f"/netstock/{self.shop_code}/{name}")

    def mtime(self, name: str = "stock.csv") -> datetime:
        file = self.area.stat(FIRST_COMPANY, f"/netstock/{self.shop_code}/{name}")
        assert file is not None
        return file.mtime

    def sent(self, name: str = "stock.csv") -> dict[str, int]:
        """What the file says now: SKU code -> 在庫数, in the file's order."""
        content = self.content(name)
        assert content is not None, "there is no file"
        rows = csv.DictReader(io.StringIO(content.decode("cp932"), newline=""))
        return {row["商品コード"]: int(row["在庫数"]) for row in rows}

    def told(self, kind: str) -> list[Entry]:
        return list(self.parts.journal.read(kind=kind))


def written(office: Office) -> list[int]:
    """How many SKUs each file so far had."""
    return [entry.data["rows"] for entry in office.told("reflection.written")]
