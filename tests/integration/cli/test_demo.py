"""`zaikolab demo`: the guide walked to the end, and an engine that does not do as the guide says is told apart."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from tests.integration.cli.conftest import Terminal

IGNORES_THE_PAUSE = """
import os
import sys
from dataclasses import replace
from reference import run_pass

def hasty(sync):
    return replace(sync, rules=replace(sync.rules, is_paused=lambda linkage: False))

sys.exit(run_pass(os.environ, adjust=hasty).exit_code)
"""

CARRIES_STOCK_ONLY = """
import os
import sys
from dataclasses import replace
from reference import run_pass

class WithoutOrders:
    def __init__(self, shop):
        self._shop = shop

    def __getattr__(self, name):
        return getattr(self._shop, name)

    def fetch_orders(self, shop_id, after):
        return ()

sys.exit(run_pass(os.environ, adjust=lambda sync: replace(sync, shop=WithoutOrders(sync.shop))).exit_code)
"""


def test_the_demo_walks_the_guide_and_ends_with_both_ends_alike(terminal: Terminal) -> None:
    typed = terminal("demo", "--skus", "20")
    lines = typed.out.splitlines()
    assert (typed.exit_code, typed.err) == (0, "")
    assert lines[-1] == "demo: 20/20 SKUs in sync"
    sections = [line.split()[0] for line in lines if line.strip().startswith("§")]
    walked = "§1 §2-1 §2-2 §2-3 §3 §4 §5 §2.1.4 §0.1 §4.4.1 §4.4.2 §2.1.2 §2.1.4 §5.4 §5.4 §5.5 §5.3.1"
    assert sections == walked.split()
    assert [line for line in lines if "【在庫連携】" in line] == [
        "   mail  to owner@shop.example: 【在庫連携】失敗のお知らせ（ショップコード 20001）",
        "   mail  to owner@shop.example: 【在庫連携】復旧のお知らせ（ショップコード 20001）",
    ]


def test_an_engine_that_does_nothing_fails_the_demo(terminal: Terminal) -> None:
    typed = terminal("demo", "--skus", "20", "--engine", "true")
    assert typed.exit_code == 1
    assert "      !  expected all 20 SKUs in sync after the first pass, seen 1" in typed.out.splitlines()
    assert "      !  not in sync: " in typed.out
    assert typed.out.splitlines()[-1] == "demo: 1/20 SKUs in sync"


def test_an_engine_that_ignores_the_pause_fails_the_demo(terminal: Terminal, tmp_path: Path) -> None:
    script = tmp_path / "hasty.py"
    script.write_text(IGNORES_THE_PAUSE, encoding="utf-8")
    typed = terminal("demo", "--skus", "20", "--json", "--engine", shlex.join([sys.executable, str(script)]))
    assert typed.exit_code == 1
    told = typed.json()
    assert told["ok"] is False
    assert "while paused" in told["failed"]
    assert told["steps"][-1]["guide"] == "5.4"


def test_an_engine_that_carries_stock_only_walks_the_demo_to_its_end(terminal: Terminal, tmp_path: Path) -> None:
    script = tmp_path / "stock_only.py"
    script.write_text(CARRIES_STOCK_ONLY, encoding="utf-8")
    typed = terminal("demo", "--skus", "20", "--json", "--engine", shlex.join([sys.executable, str(script)]))
    told = typed.json()
    assert (typed.exit_code, told["in_sync"], told["failed"]) == (0, 20, "")
    assert [step["text"] for step in told["steps"] if "booked by hand" in step["text"]]
