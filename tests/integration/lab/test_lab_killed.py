"""A lab in a folder, killed while it works: it comes back as after its last finished action, whatever that was."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

from simulator.config import LabConfig
from simulator.lab import Lab

KILLS = 4
STOCK_FILE = "/netstock/20001/stock.csv"
WORKER = """
import random, sys
from pathlib import Path
from simulator.config import LabConfig
from simulator.lab import Lab
lab, dice = Lab(LabConfig(data_dir=Path(sys.argv[1]))), random.Random(sys.argv[2])
if not lab.came_back:
    shop = lab.tempostar.add_shop("RoomClipShopping", "RCs")
    lab.seed(50)
    lab.tempostar.update_stock_settings(shop.shop_code, reflection="起動", file_suffix="なし")
    lab.save_snapshot("begun")
code = min(lab.tempostar.levels())
while True:
    stock = lab.tempostar.stock(code).sellable + 1
    lab.tempostar.set_stock(code, sellable=stock)
    print(stock, flush=True)
    match dice.randrange(5):
        case 0:
            lab.tempostar.request_full_sync("20001")
        case 1:
            lab.save_snapshot("here")
            lab.restore_snapshot("here")
        case _:
            lab.advance(minutes=5)
"""


def test_a_lab_killed_at_any_moment_is_whole(tmp_path: Path) -> None:
    dice = random.Random(20260401)
    for life in range(KILLS):
        command = [sys.executable, "-c", WORKER, str(tmp_path), str(life)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            for _ in range(dice.randrange(1, 40)):
                told = int(worker.stdout.readline())
            worker.kill()
            told = max([told, *map(int, worker.stdout.read().split())])
        assert worker.returncode == -signal.SIGKILL
        lab = Lab(LabConfig(data_dir=tmp_path))
        levels = lab.tempostar.levels()
        assert levels[min(levels)] in (told, told + 1)
        (last,) = lab.journal.read(after=lab.journal.last_seq() - 1)
        assert lab.clock.now().isoformat() == last.at
        changes = [entry.data["stock"] for entry in lab.journal.read(kind="stock.changed")]
        assert changes[-1] == levels[min(levels)]
        assert lab.area.read(10001, STOCK_FILE) is None or lab.journal.read(kind="reflection.written")
        lab.stop()
