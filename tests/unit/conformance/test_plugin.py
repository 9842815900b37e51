"""The plugin's guards, seen from outside: real pytest runs over small feature files that are wrong in one way each."""

from __future__ import annotations

import pytest

from tests.unit.conformance.one_feature import GOOD, STEPS, Run

pytest_plugins = ("pytester",)

pytestmark = pytest.mark.usefixtures("without_needless_plugins")


def errors(result: pytest.RunResult) -> str:
    result.assert_outcomes(errors=1)
    return result.stdout.str()


def test_a_good_file_runs_every_scenario_and_every_row(run: Run) -> None:
    run(GOOD).assert_outcomes(passed=3)


def test_a_good_file_runs_on_two_workers(run: Run) -> None:
    run(GOOD, STEPS, "-n", "2").assert_outcomes(passed=3)


def test_its_tags_select_scenarios_under_strict_markers(run: Run) -> None:
    run(GOOD, STEPS, "-m", "own-tag").assert_outcomes(passed=2, deselected=1)


def test_a_tag_of_an_example_selects_its_rows_under_strict_markers(run: Run) -> None:
    run(GOOD.replace("    例:", "    @row-tag\n    例:"), STEPS, "-m", "row-tag").assert_outcomes(
        passed=2, deselected=1
    )


def test_tags_of_a_file_outside_the_folders_of_the_run_are_known(pytester: pytest.Pytester) -> None:
    for folder in ("features", "tests"):
        pytester.mkdir(folder)
    (pytester.path / "features/shop.feature").write_text(GOOD, encoding="utf-8")
    (pytester.path / "tests/test_shop.py").write_text(
        STEPS + '\n\nscenarios("../features/shop.feature")\n', encoding="utf-8"
    )
    pytester.makepyprojecttoml("[tool.pytest]\nstrict = true\n")
    pytester.runpytest_inprocess("tests", "-m", "own-tag").assert_outcomes(passed=2, deselected=1)


def test_two_scenarios_of_one_name_are_an_error(run: Run) -> None:
    said = errors(run(GOOD.replace("いくつか", "ひとつ目")))
    assert "shop.feature:12: second scenario named 「ひとつ目」 (the first is in line 7)" in said


def test_the_guards_hold_on_workers_too(run: Run) -> None:
    said = run(GOOD.replace("いくつか", "ひとつ目"), STEPS, "-n", "2")
    assert said.ret != 0
    assert "shop.feature:12: second scenario named" in said.stdout.str()


@pytest.mark.parametrize("body", ["assert", "yield"])
def test_an_async_step_is_an_error(run: Run, body: str) -> None:
    steps = STEPS.replace('    assert shop["stock"]', f'    {body} shop["stock"]').replace(
        "def check", "async def check"
    )
    said = errors(run(GOOD, steps))
    assert "test_shop.py:14: step 「残りは「(?P<count>\\d+)」個である」 is async" in said


def test_two_definitions_of_one_step_are_an_error(run: Run) -> None:
    second = '\n\n@when(parsers.parse("「{count:d}」個売る"))\ndef sell_nothing(count):\n    pass\n'
    said = errors(run(GOOD, STEPS + second))
    assert "shop.feature:8: 「「3」個売る」 is matched by 2 step definitions" in said
    assert "test_shop.py:9" in said
    assert "test_shop.py:19" in said


def test_the_same_sentence_defined_twice_is_an_error(run: Run) -> None:
    second = '\n\n@given("店がある", target_fixture="shop")\ndef another_shop():\n    return {"stock": 50}\n'
    assert "shop.feature:5: 「店がある」 is matched by 2 step definitions" in errors(run(GOOD, STEPS + second))


def test_a_sentence_may_be_defined_again_nearer_to_the_test(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        'from pytest_bdd import given\n\n@given("店がある", target_fixture="shop")\n'
        'def shop():\n    return {"stock": 50}\n'
    )
    run(GOOD).assert_outcomes(passed=3)


def test_a_sentence_of_the_library_may_be_defined_again_in_the_conftest_of_the_root(
    run: Run, pytester: pytest.Pytester
) -> None:
    sentence = "在庫連携の設定を終えている"
    pytester.makeconftest(
        f'from pytest_bdd import given\n\n@given("{sentence}")\ndef set_up_otherwise():\n    print("otherwise")\n'
    )
    result = run(GOOD.replace("    前提 店がある", f"    前提 店がある\n    かつ {sentence}"), STEPS, "-s")
    result.assert_outcomes(passed=3)
    assert result.stdout.str().count("otherwise") == 3


def test_every_module_that_binds_a_doubtful_file_is_refused(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_too=STEPS + '\n\nscenarios("shop.feature")\n')
    result = run(GOOD.replace("いくつか", "ひとつ目"), STEPS, "--continue-on-collection-errors")
    result.assert_outcomes(errors=2)


def test_an_outline_without_rows_is_an_error(run: Run) -> None:
    feature = GOOD.replace("      | 1    | 4    |\n      | 5    | 0    |\n", "")
    assert "shop.feature:16: 例 of 「いくつか」 has no rows" in errors(run(feature))


def test_an_outline_without_examples_is_an_error(run: Run) -> None:
    assert "shop.feature:12: outline 「いくつか」 has no 例" in errors(run(GOOD[: GOOD.index("    例:")]))


def test_a_name_that_is_no_column_of_the_examples_is_an_error(run: Run) -> None:
    assert "shop.feature:13: <数> is no column" in errors(run(GOOD.replace("<売る>", "<数>")))


TABLE = """\
    前提 次の店がある:
      | 在庫 |
      | <{name}> |
"""
WITH_TABLE = (
    STEPS + '\n\n@given("次の店がある:", target_fixture="shop")\ndef stocked(datatable):\n    return {"stock": 5}\n'
)


def test_a_name_in_a_table_that_is_no_column_of_the_examples_is_an_error(run: Run) -> None:
    outline = "    もし 「<売る>」"
    run(GOOD.replace(outline, TABLE.format(name="売る") + outline), WITH_TABLE).assert_outcomes(passed=3)
    said = errors(run(GOOD.replace(outline, TABLE.format(name="数") + outline), WITH_TABLE))
    assert "shop.feature:13: <数> is no column" in said


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("もし 「3」個売る", "もし 「<数>」個売る", 8),
        ("    もし 「3」", TABLE.format(name="数") + "    もし 「3」", 8),
        ("    前提 店がある", "    前提 店がある\n    もし 「<売る>」個売る", 6),
    ],
    ids=["step", "table", "background"],
)
def test_a_name_in_a_scenario_that_nothing_fills_is_an_error(run: Run, right: str, wrong: str, line: int) -> None:
    said = errors(run(GOOD.replace(right, wrong, 1), WITH_TABLE))
    assert f"shop.feature:{line}: <" in said
    assert "is taken literally: 「ひとつ目」 has no 例" in said


def test_a_name_in_the_background_that_is_no_column_of_an_outline_is_an_error(run: Run) -> None:
    feature = GOOD.replace("    前提 店がある", "    前提 店がある\n    もし 「<数>」個売る")
    said = errors(run(feature[: feature.index("  シナリオ: ひとつ目")] + feature[feature.index("  @own-tag") :]))
    assert "shop.feature:6: <数> is no column of the 例 in line 13" in said


def test_the_name_of_a_button_is_no_value_to_fill(run: Run) -> None:
    pressed = STEPS + '\n\n@given("<登録>を押している")\ndef press():\n    pass\n'
    run(GOOD.replace("    前提 店がある", "    前提 店がある\n    かつ <登録>を押している"), pressed).assert_outcomes(
        passed=3
    )


@pytest.mark.parametrize("argument", ["      | 在庫 |\n", '      """\n      在庫\n      """\n'])
def test_a_table_or_docstring_that_the_step_does_not_take_is_an_error(run: Run, argument: str) -> None:
    said = errors(run(GOOD.replace("    前提 店がある\n", f"    前提 店がある\n{argument}")))
    assert "shop.feature:5: 「店がある」 takes no " in said


@pytest.mark.parametrize(("parameter", "name"), [("datatable", "table"), ("docstring", "docstring")])
def test_a_step_without_the_table_or_docstring_it_takes_is_an_error(run: Run, parameter: str, name: str) -> None:
    said = errors(run(GOOD, STEPS.replace("def shop()", f"def shop({parameter})")))
    assert f"shop.feature:5: 「店がある」 wants a {name}. Write it under the step." in said


def undefined(run: Run, step: str, *options: str) -> pytest.RunResult:
    """A run in which this stands in place of the first step of the background."""
    result = run(GOOD.replace("    前提 店がある", f"    {step}"), STEPS, *options)
    result.assert_outcomes(failed=3)
    return result


def test_a_step_that_is_not_defined_is_shown_with_its_place_and_what_may_have_been_meant(run: Run) -> None:
    undefined(run, "前提 在庫連携の設定を終わっている").stdout.fnmatch_lines(
        [
            "E*Step definition is not found: Given *",
            "*前提 在庫連携の設定を終わっている",
            "*shop.feature:5: シナリオ「ひとつ目」",
            "*did you mean:",
            "*  前提 在庫連携の設定を終えている",
            "*Look for a step: zaikolab verify --steps 在庫連携",
        ]
    )


def test_what_may_have_been_meant_is_shown_without_captured_output_and_by_workers_too(run: Run) -> None:
    said = undefined(run, "前提 在庫連携の設定を終わっている", "--show-capture=no", "-n", "1").stdout
    said.fnmatch_lines(["*did you mean:", "*  前提 在庫連携の設定を終えている"])


def test_sentences_of_ones_own_may_have_been_meant_too(run: Run) -> None:
    undefined(run, "前提 大きな店がある").stdout.fnmatch_lines(["*did you mean:", "*  前提 店がある"])


def test_a_step_with_the_keyword_of_another_kind_is_told_apart_from_one_that_there_is_not(run: Run) -> None:
    undefined(run, "ならば 在庫連携が行われる").stdout.fnmatch_lines(
        ["*did you mean:", "*  もし 在庫連携が行われる  (here it stands as ならば)"]
    )


def test_a_step_that_is_like_nothing_is_told_where_all_steps_are(run: Run) -> None:
    said = undefined(run, "前提 猫が寝る").stdout
    said.fnmatch_lines(["*no sentence comes near", "*Look for a step: zaikolab verify --steps"])
    said.no_fnmatch_line("*did you mean*")


def test_a_scenario_without_steps_is_an_error(run: Run) -> None:
    feature = GOOD + "\n  シナリオ: まだ書いていない\n"
    assert "shop.feature:21: 「まだ書いていない」 has no steps" in errors(run(feature))


def test_a_tag_that_names_no_statement_is_an_error(run: Run) -> None:
    said = errors(run(GOOD.replace("@guide-0.1", "@guide-9.9")))
    assert "shop.feature:2: @guide-9.9 names no statement of the vendor guide" in said


@pytest.mark.parametrize(
    ("right", "wrong", "line", "sentence"),
    [
        ("  シナリオ: ひとつ目", "  シナリオ： ひとつ目", 7, "full-width ： after シナリオ"),
        ("    例:", "    例：", 16, "full-width ： after 例"),
        ("      | 5    | 0    |", "      ｜ 5    ｜ 0    ｜", 19, "full-width ｜"),
    ],
)
def test_full_width_punctuation_is_named(run: Run, right: str, wrong: str, line: int, sentence: str) -> None:
    said = errors(run(GOOD.replace(right, wrong)))
    assert f"shop.feature:{line}: {sentence}" in said
    assert "Traceback" not in said


def test_a_byte_order_mark_is_named(run: Run) -> None:
    assert "shop.feature:1: begins with a byte order mark" in errors(run(b"\xef\xbb\xbf" + GOOD.encode()))


def test_a_language_that_is_not_named_is_asked_for_once(run: Run) -> None:
    said = errors(run(GOOD.replace("# language: ja\n", "")))
    assert (
        "shop.feature:1: its keywords are Japanese, and nothing says so. Make `# language: ja` the first line." in said
    )
    assert "not Gherkin" not in said


def test_another_parse_error_names_its_line(run: Run) -> None:
    said = errors(run(GOOD.replace("    もし 「3」個売る", "    もしもし\n    | a |\n    これは何")))
    assert "shop.feature:10: not Gherkin" in said


def test_cucumberjson_is_refused(run: Run) -> None:
    said = run(GOOD, STEPS, "--cucumberjson=report.json")
    assert said.ret == pytest.ExitCode.USAGE_ERROR
    assert "--cucumberjson is not to be used: its file is empty under xdist" in said.stderr.str()


def test_no_server_is_loaded_with_the_plugin(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_loaded():
            heavy = {"flask", "pyftpdlib", "aiosmtpd", "OpenSSL", "waitress", "simulator.lab", "simulator.catalogue"}
            assert "simulator.conformance.plugin" in sys.modules
            assert not heavy & set(sys.modules)
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_without_an_engine_the_next_step_is_said(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(zaikolab_engine): pass")
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*No engine to test. Say --zaikolab-engine*"])


def test_the_engine_option_takes_a_command_or_a_url(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_it(zaikolab_engine):
            print(zaikolab_engine)
        """
    )
    for choice, shown in (("my-engine --once", "('my-engine', '--once')"), ("http://here/run", "http://here/run")):
        result = pytester.runpytest_subprocess("-s", f"--zaikolab-engine={choice}")
        result.assert_outcomes(passed=1)
        assert shown in result.stdout.str()
