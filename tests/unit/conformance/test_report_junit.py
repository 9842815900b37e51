"""junit.xml: well-formed whatever an engine writes, and green exactly when the verification is."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from simulator.conformance.guide import statement
from simulator.conformance.report.junit import compose_junit
from simulator.conformance.verify.results import ExitCode
from tests.unit.conformance import reported


def parsed(name: str) -> ET.Element:
    return ET.fromstring(compose_junit(reported.account(reported.EACH[name])).encode())


def properties(element: ET.Element) -> dict[str, str]:
    return {one.attrib["name"]: one.attrib["value"] for one in element.findall("properties/property")}


def case(root: ET.Element, name: str) -> ET.Element:
    return next(one for one in root.iter("testcase") if one.attrib["name"] == name)


@pytest.mark.parametrize("name", reported.EACH)
def test_it_is_green_exactly_when_the_verification_is(name: str) -> None:
    root = parsed(name)
    green = root.find(".//failure") is None and root.find(".//error") is None
    assert green == (reported.EACH[name].exit_code is ExitCode.CONFORMANT)


@pytest.mark.parametrize("name", reported.EACH)
def test_the_counts_are_those_of_the_elements(name: str) -> None:
    root = parsed(name)
    for element in (root, *root.iter("testsuite")):
        counted = [len(list(element.iter(kind))) for kind in ("testcase", "failure", "error", "skipped")]
        assert [int(element.attrib[kind]) for kind in ("tests", "failures", "errors", "skipped")] == counted
    assert root.attrib["time"] == "2.500"


def test_what_failed_broke_or_was_skipped_is_told_apart() -> None:
    root = parsed("everything")
    assert case(root, "ひとつ目").find("failure") is None
    broken, skipped = case(root, "いくつか [0-5]").find("error"), case(root, "いくつか [1-4_0]").find("skipped")
    assert broken is not None
    assert (broken.attrib["type"], "the disk is full" in (broken.text or "")) == ("OSError", True)
    assert skipped is not None
    assert skipped.attrib["message"] == "the operator decides"
    assert case(root, "every_scenario.py::one").find("error") is not None


def test_a_failure_explains_itself() -> None:
    failed = case(parsed("everything"), "いくつか [1-4_1]")
    failure = failed.find("failure")
    assert failure is not None
    assert failure.attrib == {
        "message": "does something else than expected: 残りは「4」個である: expected: 4, seen: 3",
        "type": "AssertionError",
    }
    text = failure.text or ""
    for told in (
        f"guide:    §5.4 {statement('5.4').text}", "ならば 残りは「4」個である", "expected: 4", "seen:     3",
        "journal since the last もし:", "clock.advanced: 5 minutes.", "exit code 0",
        "like:     trims-codes: Trims codes.",
        "repeat:   zaikolab verify --engine './my-sync --once' --only 'いくつか'",
    ):  # fmt: skip
        assert told in text
    assert (failed.attrib["file"], failed.attrib["line"], failed.attrib["classname"], failed.attrib["time"]) == (
        "shop.feature", "15", "shop", "1.000",
    )  # fmt: skip
    assert properties(failed) == {
        "level": "must", "statement": "5.4", "resembles": "trims-codes: Trims codes.",
        "repeat": "zaikolab verify --engine './my-sync --once' --only 'いくつか'",
    }  # fmt: skip


def test_what_xml_cannot_hold_is_replaced_and_the_rest_is_as_it_was() -> None:
    text = case(parsed("everything"), "いくつか [1-4_1]").find("failure").text
    assert "</script><script>window.PWNED=1</script><!-- ]]> & \ufffd\ufffd\ufffd\ufffd[31m" in text


def test_the_run_and_its_power_are_properties() -> None:
    told = properties(parsed("everything"))
    assert told["power"] == "71/71 seeded defects killed, recorded 2026-11-27"
    assert (told["engine"], told["level"], told["verdict"], told["profiles"], told["zaikolab"]) == (
        reported.ENGINE, "should", "not conformant", "guide", "0.1.0",
    )  # fmt: skip
    assert told["command"].startswith("zaikolab verify --engine")
    assert told["smoke check"].startswith("floods its output. More than 1 MB. ")
    assert properties(parsed("interrupted"))["trouble"] == "interrupted"


def test_a_run_that_the_smoke_check_stopped_is_one_test_in_error() -> None:
    root = parsed("stopped")
    (only,) = root.iter("testcase")
    error = only.find("error")
    assert error is not None
    assert error.attrib["message"] == "your engine never connected"
    assert "See that it reads SYNC_SHOP_URL." in (error.text or "")


def test_each_profile_has_suites_of_its_own() -> None:
    suites = [one.attrib["name"] for one in parsed("profiles").iter("testsuite")]
    assert suites == ["shop.feature (guide)", "shop.feature (full)"]
    assert [properties(one)["profile"] for one in parsed("profiles").iter("testsuite")] == ["guide", "full"]
