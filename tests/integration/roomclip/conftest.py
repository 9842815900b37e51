from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from simulator.roomclip import records
from simulator.roomclip.listing import ItemInput, VariantInput
from simulator.roomclip.shop import RoomClip
from simulator.web.problem import register_problems
from simulator.web.running import MAX_BODY
from tests.conftest import Parts


@pytest.fixture
def ground(parts: Callable[..., Parts]) -> Parts:
    return parts(records.SCHEMA)


@pytest.fixture
def roomclip(ground: Parts) -> RoomClip:
    shop = RoomClip(ground.store, ground.clock.now, ground.journal)
    shop.prepare()
    return shop


@pytest.fixture
def register(roomclip: RoomClip) -> Callable[..., str]:
    """`register("A-1", stock=3)` adds a 単品 and gives the id of its variant."""

    def add(code: str | None, *, stock: int = 0, status: str = "公開", number: str = "", price: int = 1000) -> str:
        number = number or f"R-{code}"
        item = roomclip.register_item(
            "1", ItemInput(number, f"商品 {number}", (VariantInput(code, price, stock),), status)
        )
        return item.variants[0].variant_id

    return add


@pytest.fixture
def site(ground: Parts) -> Iterator[Flask]:
    """An application with the lab's rules for errors and bodies, to mount a blueprint on. An error that nobody raised
    on purpose fails the test."""
    from simulator.web.start import create_blueprint

    app = Flask("site", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    failures: list[Exception] = []
    register_problems(app, failures.append)
    app.register_blueprint(create_blueprint(ground.clock))
    yield app
    assert failures == []


@pytest.fixture
def api(site: Flask, roomclip: RoomClip) -> FlaskClient:
    from simulator.roomclip.api.blueprint import create_blueprint
    from simulator.roomclip.api.stock_update import create_stock_update_blueprint

    site.register_blueprint(create_blueprint(roomclip))
    site.register_blueprint(create_stock_update_blueprint(roomclip))
    client = site.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {roomclip.api_token()}"
    return client


@pytest.fixture
def linked(roomclip: RoomClip) -> RoomClip:
    """The shop with an active linkage."""
    roomclip.apply_for_linkage("1")
    roomclip.save_linkage("1", ftp_user="10001_0", ftp_password="geheim", shop_code="20001")
    return roomclip
