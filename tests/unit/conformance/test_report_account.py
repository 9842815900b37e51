"""What every report tells, whatever its shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from simulator.conformance.report.account import Account
from simulator.conformance.report.junit import compose_junit
from simulator.conformance.report.machine import compose_json
from simulator.conformance.report.messages import compose_messages
from simulator.conformance.report.page import compose_page
from tests.unit.conformance import reported


@pytest.mark.parametrize("compose", [compose_json, compose_junit, compose_messages, compose_page])
def test_no_report_tells_user_and_password_of_the_engines_url(compose: Callable[[Account], str]) -> None:
    url = "http://somebody:himitsu@engine.example:8080/run"
    account = reported.account(replace(reported.EVERYTHING, engine=url))
    account = replace(
        account, command=f"zaikolab verify --engine {url} --report out", wish=replace(account.wish, engine=url)
    )
    told = compose(account)
    assert "himitsu" not in told
    assert "somebody" not in told
    assert "http://***@engine.example:8080/run" in told
