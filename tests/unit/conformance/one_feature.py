"""A feature file that is right, its steps, and what runs such a pair."""

from __future__ import annotations

from collections.abc import Callable

import pytest

GOOD = """\
# language: ja
@guide-0.1
機能: よい見本
  背景:
    前提 店がある

  シナリオ: ひとつ目
    もし 「3」個売る
    ならば 残りは「2」個である

  @own-tag
  シナリオアウトライン: いくつか
    もし 「<売る>」個売る
    ならば 残りは「<残り>」個である

    例:
      | 売る | 残り |
      | 1    | 4    |
      | 5    | 0    |
"""

STEPS = """\
from pytest_bdd import given, parsers, scenarios, then, when


@given("店がある", target_fixture="shop")
def shop():
    return {"stock": 5}


@when(parsers.re(r"「(?P<count>\\d+)」個売る"))
def sell(shop, count):
    shop["stock"] -= int(count)


@then(parsers.re(r"残りは「(?P<count>\\d+)」個である"))
def check(shop, count):
    assert shop["stock"] == int(count)
"""

Run = Callable[..., pytest.RunResult]
"""Runs pytest on one feature file and one test module that binds it: text of the one, steps of the other, options."""
