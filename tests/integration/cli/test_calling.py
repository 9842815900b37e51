"""`zaikolab call`: what the pages show beside an action does what the action does."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from urllib.parse import quote

import pytest

from simulator.web.calls import Call
from tests.integration.cli.conftest import Terminal
from tests.integration.cli.test_running_lab import shell

HOSTILE = ('it\'s "quoted" \\ $(date) `date`', "ﾊﾝｶｸ①㈱髙 <script>", "一行目\n二行目", "@items.csv", "--lab=x")
ITEMS = Path(__file__).parents[3] / "fixtures" / "items.csv"


def typed(lab: Terminal, call: Call):
    """Carries out the line that a page shows, as a shell would cut it into words."""
    return lab(*shlex.split(call.as_command())[1:])


@pytest.mark.parametrize("name", HOSTILE)
def test_carries_out_what_a_page_composes_however_hostile_the_values(demo_lab: Terminal, name: str) -> None:
    code = f"{name} の品番".replace("\n", " ")
    body = {"product_code": code, "name": name, "skus": [{"sku_code": code}]}
    made = typed(demo_lab, Call("POST", "/tempostar/products", body))
    assert (made.exit_code, made.err) == (0, "")
    assert made.json()["name"] == name
    found = typed(demo_lab, Call("GET", f"/tempostar/stock?sku_code={quote(code)}"))
    assert found.json()["sku_code"] == code
    assert typed(demo_lab, Call("DELETE", f"/tempostar/skus?sku_code={quote(code)}")).exit_code == 0
    assert typed(demo_lab, Call("GET", f"/tempostar/stock?sku_code={quote(code)}")).exit_code == 1


def test_a_shell_reads_a_composed_line_as_it_was_meant(demo_home: Path, demo_lab: Terminal) -> None:
    name = HOSTILE[0] + "\n$HOME"
    call = Call("POST", "/tempostar/products", {"product_code": "shell", "name": name, "skus": [{"sku_code": "sh"}]})
    ran = shell(demo_home, call.as_command())
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["name"] == name
    demo_lab("call", "delete", "/tempostar/skus?sku_code=sh")


def test_a_file_goes_as_it_is(demo_lab: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "my items.csv"
    file.write_bytes(ITEMS.read_bytes())
    sent = typed(demo_lab, Call("POST", "/roomclip/shops/1/items/csv", upload=str(file)))
    assert (sent.exit_code, sent.err) == (0, "")
    assert sent.json()["imported"] > 0


def test_what_is_no_json_is_printed_as_it_is(demo_home: Path) -> None:
    file = "zaikolab call GET '/tempostar/area/content?path=/netstock/20001/stock.csv' | iconv -f cp932 -t utf-8"
    ran = shell(demo_home, file)
    assert ran.stderr == ""
    assert ran.stdout.startswith('"商品コード"')
    assert len(ran.stdout.splitlines()) == 21


@pytest.mark.parametrize(
    ("words", "exit_code", "says"),
    [
        (("GET", "clock"), 2, "beginning with a slash"),
        (("GET", "/../../mail/"), 2, "beginning with a slash"),
        (("GET", "//elsewhere.example/"), 2, "beginning with a slash"),
        (("FETCH", "/clock"), 2, "FETCH"),
        (("POST", "/clock/advance", "{minutes: 5}"), 2, "no JSON"),
        (("POST", "/clock/advance", '{"minutes": -5}'), 2, "minutes"),
        (("POST", "/roomclip/shops/1/items/csv", "@nowhere.csv"), 2, "nowhere.csv"),
        (("GET", "/mail/99"), 1, "There is no mail 99"),
        (("GET", "/nothing"), 1, ""),
    ],
)
def test_says_in_a_sentence_what_is_wrong(demo_lab: Terminal, words, exit_code: int, says: str) -> None:
    ran = demo_lab("call", *words)
    assert (ran.exit_code, ran.out) == (exit_code, "")
    assert says in ran.err
    assert "Traceback" not in ran.err


def test_says_so_when_no_lab_runs(terminal: Terminal) -> None:
    ran = terminal("call", "GET", "/clock")
    assert ran.exit_code == 1
    assert "No lab is running" in ran.err
