"""What makes the pages be there sooner changes nothing about them."""

from __future__ import annotations

import sys

import pytest
from flask import Flask, render_template_string, url_for
from jinja2 import DictLoader

from simulator.web.quick_start import quicken


@pytest.fixture
def written():
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    yield
    sys.dont_write_bytecode = before


def made(folder, text="as {{ word }}"):
    app = Flask(__name__)
    quicken(app, folder)
    app.jinja_loader = DictLoader({"page": text})
    app.add_url_rule("/<int:number>/<name>", "page", lambda number, name: f"{number} {name}")
    return app


def shown(app) -> str:
    with app.app_context():
        return app.jinja_env.get_template("page").render(word="written")


@pytest.mark.usefixtures("written")
def test_a_template_is_compiled_once_and_again_when_it_changed(tmp_path):
    assert shown(made(tmp_path)) == "as written"
    [kept] = tmp_path.iterdir()
    first = kept.stat().st_mtime_ns
    assert shown(made(tmp_path)) == "as written"
    assert [(path, path.stat().st_mtime_ns) for path in tmp_path.iterdir()] == [(kept, first)]
    assert shown(made(tmp_path, "not {{ word }}")) == "not written"
    assert [path.name for path in tmp_path.iterdir()] == [kept.name]


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize("length", [0, 2, 20, 60, 100])
def test_one_that_is_not_whole_is_compiled_anew(tmp_path, length):
    shown(made(tmp_path))
    [kept] = tmp_path.iterdir()
    whole = kept.read_bytes()
    for damaged in (whole[:length], bytes(length)):
        kept.write_bytes(damaged)
        assert shown(made(tmp_path)) == "as written"
        assert kept.read_bytes() == whole


@pytest.mark.usefixtures("written")
def test_a_folder_that_cannot_be_used_costs_nothing_but_time(tmp_path):
    (tmp_path / "taken").write_text("no folder")
    assert shown(made(tmp_path / "taken")) == "as written"


def test_nothing_is_written_where_python_may_write_nothing(tmp_path):
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        assert shown(made(tmp_path)) == "as written"
    finally:
        sys.dont_write_bytecode = before
    assert list(tmp_path.iterdir()) == []


def test_addresses_are_found_and_made(tmp_path):
    app = made(tmp_path)
    assert app.test_client().get("/3/a%20b").text == "3 a b"
    with app.test_request_context():
        assert render_template_string("{{ url_for('page', number=3, name='a b') }}") == "/3/a%20b"
        assert url_for("page", number=3, name="x", more=1) == "/3/x?more=1"
