"""schemathesis reads the OpenAPI documents of a running lab and asks for what they allow, and for much they do not:
each answer is a documented one. A new operation is in as soon as it is in the document.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Blueprint, Flask

from simulator.lab import Lab
from simulator.web.server import HttpServer
from simulator.web.spec import AnswerModel, Api, json_answer

HERE = Path(__file__).parent
LIMIT = 200


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab() as lab:
        shop = lab.tempostar.add_shop("RoomClipShopping", "RCs")
        # One pass a day: some cases let a year pass.
        lab.tempostar.update_stock_settings(
            shop.shop_code, reflection="起動", order_intake="起動", file_suffix="なし", interval_minutes=1440
        )
        lab.seed(10)
        account = lab.tempostar.issue_ftp_password()
        lab.roomclip.apply_for_linkage("1")
        lab.roomclip.save_linkage("1", ftp_user=account.user, ftp_password=account.password, shop_code=shop.shop_code)
        lab.next_pass()
        lab.save_snapshot("furnished")  # for the hooks
        yield lab


def examine(document: str, folder: Path, *options: str) -> tuple[int, str]:
    """schemathesis's exit code and report."""
    ended = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"),
            "run", document, "--checks", "all", "--continue-on-failure", "--no-color", *options,
        ],
        cwd=folder, capture_output=True, text=True, timeout=LIMIT,
        env=os.environ | {"SCHEMATHESIS_HOOKS": str(HERE / "schemathesis_hooks.py")},
    )  # fmt: skip
    return ended.returncode, ended.stdout + ended.stderr


def assert_kept(code: int, report: str, *, cases: int) -> None:
    """No failure, all operations, and no fewer cases than there should be."""
    assert code == 0, report
    assert re.search(r"Selected: (\d+)/\1\n +Tested: \1\n", report), report
    assert int(re.search(r"(\d+) generated", report)[1]) > cases, report


def test_the_shop_api_keeps_its_document(lab, tmp_path):
    code, report = examine(
        f"{lab.endpoints.http_url}/openapi.json", tmp_path, "-H", f"Authorization: Bearer {lab.roomclip.api_token()}"
    )
    assert_kept(code, report, cases=250)


def test_the_control_api_keeps_its_document(lab, tmp_path):
    code, report = examine(
        f"{lab.endpoints.http_url}/lab/v1/openapi.json", tmp_path, "--phases", "examples,coverage,fuzzing"
    )
    assert_kept(code, report, cases=2000)


class Told(AnswerModel):
    told: str


def test_an_answer_that_breaks_its_document_is_noticed(tmp_path):
    api, blueprint = Api(title="Liar", version="1"), Blueprint("liar", __name__)

    @blueprint.get("/told")
    @api.operation(answer=Told)
    def told():
        """Tells."""
        return json_answer({"told": 5})

    blueprint.add_url_rule("/openapi.json", "document", lambda: json_answer(api.openapi()))
    app = Flask("liar")
    app.register_blueprint(blueprint)
    server = HttpServer(app, "127.0.0.1", 0)
    server.start()
    try:
        code, report = examine(f"http://127.0.0.1:{server.port}/openapi.json", tmp_path)
    finally:
        server.stop()
    assert code == 1
    assert "Response violates schema" in report
