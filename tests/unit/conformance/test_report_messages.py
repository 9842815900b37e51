"""cucumber.ndjson: every line is a Cucumber message, and each case is told by the pickle it is of."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from cucumber_messages import Envelope, message_converter
from gherkin.stream.id_generator import IdGenerator

from simulator.conformance.report.messages import PROTOCOL, compose_messages
from simulator.conformance.report.pickles import read_document
from simulator.conformance.verify.results import ExitCode
from tests.unit.conformance import reported

pytest_plugins = ("pytester",)

Message = dict[str, Any]


def told(name: str) -> list[Message]:
    text = compose_messages(reported.account(reported.EACH[name]))
    return [json.loads(line) for line in text.encode().decode().split("\n")[:-1]]


def of(messages: list[Message], kind: str) -> list[Message]:
    return [message[kind] for message in messages if kind in message]


def by_id(messages: list[Message], kind: str) -> dict[str, Message]:
    return {one["id"]: one for one in of(messages, kind)}


def cases(messages: list[Message]) -> dict[tuple[str, str], list[tuple[str, Message]]]:
    """By uri and the texts of the pickle's steps: what each step of the test case is, and its result."""
    pickles, planned = by_id(messages, "pickle"), by_id(messages, "testCase")
    results = {
        (one["testCaseStartedId"], one["testStepId"]): one["testStepResult"] for one in of(messages, "testStepFinished")
    }
    found = {}
    for started in of(messages, "testCaseStarted"):
        case = planned[started["testCaseId"]]
        pickle = pickles[case["pickleId"]]
        texts = {step["id"]: step["text"] for step in pickle["steps"]}
        found[pickle["uri"], pickle["id"]] = [
            (texts.get(step.get("pickleStepId"), "hook"), results[started["id"], step["id"]])
            for step in case["testSteps"]
        ]
    return found


@pytest.mark.parametrize("name", reported.EACH)
def test_every_line_is_a_message_and_nothing_in_it_is_unknown(name: str) -> None:
    for message in told(name):
        assert message_converter.to_dict(message_converter.from_dict(message, Envelope)) == message


@pytest.mark.parametrize("name", reported.EACH)
def test_every_id_is_there_before_it_is_named(name: str) -> None:
    known: set[str] = set()
    for message in told(name):
        ((kind, body),) = message.items()
        named = {value for key, value in body.items() if key.endswith("Id")}
        if kind == "testCase":
            named |= {step.get("pickleStepId") or step["hookId"] for step in body["testSteps"]}
        assert named <= known
        made = [part["id"] for part in parts(body) if "id" in part]
        assert not known & set(made)
        assert len(made) == len(set(made))
        known |= set(made)


def parts(value: object) -> list[dict[str, Any]]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return ([value] if isinstance(value, dict) else []) + [part for one in inner for part in parts(one)]


def test_the_first_message_says_who_speaks_and_the_last_how_it_went() -> None:
    for name, verification in reported.EACH.items():
        messages = told(name)
        assert messages[0]["meta"] == {
            "protocolVersion": PROTOCOL, "implementation": {"name": "zaikolab", "version": "0.1.0"},
            "runtime": {"name": "CPython", "version": "3.11.7"}, "os": {"name": "Linux"}, "cpu": {"name": "x86_64"},
        }  # fmt: skip
        finished = messages[-1]["testRunFinished"]
        assert finished["success"] == (verification.exit_code is ExitCode.CONFORMANT)
        assert "71/71 seeded defects killed" in finished["message"]
    assert "never connected" in told("stopped")[-1]["testRunFinished"]["message"]
    assert "interrupted" in told("interrupted")[-1]["testRunFinished"]["message"]


def test_each_case_is_told_step_by_step() -> None:
    messages = told("everything")
    statuses = [[(text, result["status"]) for text, result in case] for case in cases(messages).values()]
    assert sorted(statuses) == sorted([
        [("店がある", "PASSED"), ("売る", "PASSED"), ("残りがある", "PASSED")],
        list(zip(outline("1", "4"), ["PASSED", "SKIPPED", "SKIPPED", "SKIPPED"], strict=True)),
        list(zip(outline("1", "4"), ["PASSED", "PASSED", "PASSED", "FAILED"], strict=True)),
        [*((text, "SKIPPED") for text in outline("5", "0")), ("hook", "FAILED")],
    ])  # fmt: skip


def outline(sold: str, left: str) -> list[str]:
    return ["店がある", "夜である", f"「{sold}」個売る", f"残りは「{left}」個である"]


def test_equal_rows_have_pickles_of_their_own_and_a_table_of_other_columns_is_read_rightly() -> None:
    document = read_document("shop.feature", reported.FEATURE, IdGenerator())
    rows = [document.pickle("いくつか", row) for row in range(4)]
    texts = [row and [step["text"] for step in row["steps"]] for row in rows]
    assert texts == [outline("1", "4"), outline("1", "4"), outline("5", "0"), None]
    assert rows[0]["astNodeIds"] != rows[1]["astNodeIds"]
    failed = reported.account(reported.EVERYTHING)
    messages = [json.loads(line) for line in compose_messages(failed).splitlines()]
    rule = of(messages, "gherkinDocument")[0]["feature"]["children"][2]["rule"]
    second = rule["children"][1]["scenario"]["examples"][0]["tableBody"][1]["id"]
    (failing,) = (one["id"] for one in of(messages, "pickle") if second in one["astNodeIds"])
    (case,) = (steps for (_, pickle), steps in cases(messages).items() if pickle == failing)
    assert case[-1][1]["status"] == "FAILED"


def test_an_undefined_step_is_undefined() -> None:
    result = replace(
        reported.FAILED, steps=reported.some("1", "4", reported.OK, reported.OK, reported.NONE, reported.NOT)
    )
    verification = replace(reported.CONFORMANT, results=(result,))
    messages = [json.loads(line) for line in compose_messages(reported.account(verification)).splitlines()]
    (case,) = cases(messages).values()
    assert [result["status"] for _, result in case] == ["PASSED", "PASSED", "UNDEFINED", "SKIPPED"]
    (planned,) = of(messages, "testCase")
    assert [step.get("stepDefinitionIds") for step in planned["testSteps"]] == [None, None, [], None]


def test_what_went_wrong_is_attached_where_it_did() -> None:
    messages = told("everything")
    attached = [(one["fileName"], one["body"]) for one in of(messages, "attachment") if "testStepId" in one]
    assert Counter(title for title, _ in attached) == {"verdict": 2, "journal since the last もし": 1, "engine": 1}
    said = dict(attached[:3])
    assert "repeat:   zaikolab verify" in said["verdict"]
    assert "clock.advanced" in said["journal since the last もし"]
    assert said["engine"].startswith("exit code 0")
    failed = [one["testStepResult"] for one in of(messages, "testStepFinished") if "exception" in one["testStepResult"]]
    assert {one["exception"]["type"] for one in failed} == {"AssertionError", "OSError"}
    assert failed[0]["message"].startswith("expected: 4\nseen:     3")
    of_the_run = [one for one in of(messages, "attachment") if "testRunStartedId" in one]
    assert "worker 'gw0' crashed" in of_the_run[0]["body"]
    reasons = [one["testStepResult"].get("message") for one in of(messages, "testStepFinished")]
    assert reasons.count("the operator decides") == 1


def test_time_is_real_and_goes_forward_in_each_case() -> None:
    messages = told("everything")

    def at(message: Message) -> float:
        return message["timestamp"]["seconds"] + message["timestamp"]["nanos"] / 1e9

    assert at(of(messages, "testRunStarted")[0]) == reported.BEGAN.timestamp()
    assert at(messages[-1]["testRunFinished"]) == reported.BEGAN.timestamp() + 2.5
    began = [at(one) for one in of(messages, "testCaseStarted")]
    assert began == sorted(began)
    assert began[-1] == reported.PASSED.began
    last = of(messages, "testCaseStarted")[-1]["id"]
    of_one = [one for message in messages for one in message.values() if one.get("testCaseStartedId") == last]
    times = [at(one) for one in of_one]
    assert times == sorted(times)
    assert times[-1] == reported.PASSED.began + reported.PASSED.seconds
    durations = [one["testStepResult"]["duration"] for one in of_one if "testStepResult" in one]
    assert durations == [{"seconds": 0, "nanos": 250_000_000}] * 3


def test_each_profile_has_documents_of_its_own() -> None:
    assert [uri for uri, _ in cases(told("profiles"))] == ["guide/shop.feature", "full/shop.feature"]
    assert [one["uri"] for one in of(told("profiles"), "source")] == ["guide/shop.feature", "full/shop.feature"]


ROWS = """
import json
from simulator.conformance.verify.child import _row, _template
def pytest_collection_modifyitems(items):
    for item in items:
        example = item.callspec.params["_pytest_bdd_example"] if hasattr(item, "callspec") else {}
        print("ROW", json.dumps([_template(item).name, _row(item), example, item.name]))
"""


def test_rows_are_numbered_as_the_pickles_are(pytester: pytest.Pytester, monkeypatch) -> None:
    """By real collection: two equal rows, and a second table with its columns the other way round."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider -p no:hypothesispytest -p no:faker -p no:schemathesis")
    pytester.makeconftest(ROWS)
    (pytester.path / "shop.feature").write_text(reported.FEATURE, encoding="utf-8")
    pytester.makepyfile("from pytest_bdd import scenarios\nscenarios('shop.feature')")
    said = pytester.runpytest_inprocess("--collect-only", "-q", "-s")
    found = [json.loads(line[4:]) for line in said.outlines if line.startswith("ROW ")]
    assert len({name for *_, name in found}) == 4
    document = read_document("shop.feature", reported.FEATURE, IdGenerator())
    for name, row, example, _ in found:
        texts = [step["text"] for step in document.pickle(name, row)["steps"]]
        assert not example or texts[-2:] == [f"「{example['数']}」個売る", f"残りは「{example['残り']}」個である"]
    assert sorted(row for _, row, *_ in found) == [0, 0, 1, 2]
