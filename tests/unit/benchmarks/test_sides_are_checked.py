"""A side that did not do its work has no figure."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from benchmarks.__main__ import exit_code
from benchmarks.ftps import Server, _get_with_curl
from benchmarks.ground import SHOP, code_of, open_ground
from benchmarks.one_shop import _agree, check_look


def test_a_shop_that_does_not_hold_what_the_file_says_gives_no_figure(tmp_path: Path) -> None:
    with open_ground(tmp_path / "ground", 6) as ground:
        with pytest.raises(RuntimeError, match="6 of 6"):
            ground.check()
        ground.lab.roomclip.set_stock(SHOP, [(code_of(n), stock) for n, stock in enumerate(ground.stocks)])
        ground.check()
        ground.change(3)
        with pytest.raises(RuntimeError, match="2 of 6"):
            ground.check()
        _agree(ground, [6, sum(ground.stocks)])
        for held in ([5, sum(ground.stocks)], [6, 1], [None, None]):
            with pytest.raises(RuntimeError, match="it holds"):
                _agree(ground, held)
    assert gc.get_freeze_count() == 0, "what a closed lab leaves behind is never given back"


def test_a_download_that_is_not_whole_gives_no_figure(tmp_path: Path) -> None:
    curl = tmp_path / "curl"
    curl.write_text("#!/bin/sh\necho 0.5 1000\n", encoding="utf-8")
    curl.chmod(0o755)

    def server(size: int) -> Server:
        return Server(1, tmp_path, "user", "password", "/stock.csv", size)

    assert _get_with_curl(curl, tmp_path / "config", server(1000))["seconds"] == 0.5
    with pytest.raises(RuntimeError, match="1000 bytes of 1001"):
        _get_with_curl(curl, tmp_path / "config", server(1001))


@pytest.mark.parametrize("heard", [{"ftps.login"}, {"MDTM"}, {"ftps.login", "MDTM", "ftps.sent"}, set()])
def test_a_turn_that_is_to_look_and_does_not_or_downloads_has_no_figure(heard: set[str]) -> None:
    check_look({"ftps.login", "MDTM", "SIZE"})
    with pytest.raises(RuntimeError, match="did not only look"):
        check_look(heard)


@pytest.mark.parametrize(
    ("notes", "code"),
    [(["", "missing: WireMock: no java"], 0), (["failed: OSError: x"], 1), (["missing: a: b; failed: c: d"], 1)],
)
def test_a_run_with_a_side_that_failed_ends_with_1(notes: list[str], code: int) -> None:
    assert exit_code({"rows": [{"note": note} for note in notes]}) == code
