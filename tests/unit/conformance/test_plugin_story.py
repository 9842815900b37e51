"""What the plugin adds to the report of a failed scenario."""

from __future__ import annotations

import pytest

from tests.unit.conformance.one_feature import STEPS, Run

pytest_plugins = ("pytester",)

MARKS = """
import pytest

class World:
    failed = False
    marks = 0
    def mark_action(self):
        self.marks += 1
    def check_faults_struck(self):
        if self.marks == 3:
            raise AssertionError("it never struck")
    def story(self):
        return [("journal", f"since mark {self.marks}"), ("engine", "nothing")]

@pytest.fixture
def world():
    return World()
"""
SEVERAL_ACTIONS = """\
# language: ja
@guide-0.1
機能: 二度
  シナリオ: 二度売る
    もし 「1」個売る
    かつ 「1」個売る
    しかし 「1」個売る
    ならば 残りは「2」個である
    もし 「1」個売る
    かつ 「1」個売る
    ならば 残りは「9」個である
"""
SELLS = STEPS.replace("def sell(shop, count)", "def sell(world, shop, count)").replace(
    "def check(shop, count)", "def check(world, shop, count)"
)


def test_a_failed_scenario_tells_its_story_from_the_last_action_on(run: Run, pytester: pytest.Pytester) -> None:
    """A かつ or しかし goes on with its もし."""
    pytester.makeconftest(MARKS)
    text = SEVERAL_ACTIONS.replace("  シナリオ", "  背景:\n    前提 店がある\n  シナリオ")
    said = run(text, SELLS)
    said.assert_outcomes(failed=1)
    said.stdout.fnmatch_lines(["*journal*", "since mark 2", "*engine*", "nothing"])


def test_a_scenario_in_which_nothing_went_wrong_that_was_to_tells_its_story_too(
    run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest(MARKS)
    text = SEVERAL_ACTIONS.replace("  シナリオ", "  背景:\n    前提 店がある\n  シナリオ").replace("「9」", "「0」")
    said = run(text + "    もし 「0」個売る\n", SELLS)
    said.assert_outcomes(failed=1)
    said.stdout.fnmatch_lines(["*it never struck*", "*journal*", "since mark 3"])
