"""junit.xml, as continuous integration reads it: one suite a feature file and profile, one test a case.

It has a failure or an error exactly when the verification does not end with 0.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from simulator.conformance.verify.explanation import explain
from simulator.conformance.verify.results import ExitCode, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.conformance.report.account import Account
    from simulator.conformance.verify.results import Result

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENTS = {Outcome.FAILED: "failure", Outcome.BROKEN: "error", Outcome.SKIPPED: "skipped"}


def compose_junit(account: Account) -> str:
    """The whole document."""
    verification = account.verification
    root = ET.Element("testsuites", name="zaikolab verify", time=_seconds(verification.seconds))
    _add_properties(root, _of_the_run(account))
    for (profile, file), results in groupby(account.results, key=lambda one: (one.profile, one.file)):
        suite = _add_suite(root, account, f"{file or 'no scenario'}{_beside(account, profile)}")
        _add_properties(suite, [("profile", profile)])
        for result in results:
            _add_case(suite, account, result)
    if verification.exit_code is ExitCode.NOT_JUDGED and not verification.having(Outcome.BROKEN):
        _add_not_judged(_add_suite(root, account, "verification"), account)
    for suite in root.iter("testsuite"):
        _count(suite)
        suite.set("time", _seconds(sum(float(case.get("time", "0")) for case in suite.iter("testcase"))))
    _count(root)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _of_the_run(account: Account) -> list[tuple[str, str]]:
    verification = account.verification
    return [
        ("zaikolab", account.version), ("command", account.command), ("engine", verification.engine),
        ("level", str(verification.level)), ("profiles", ", ".join(verification.profiles)),
        ("power", str(verification.power)), ("verdict", verification.verdict), ("trouble", verification.trouble),
        *(("smoke check", f"{one.verdict}. {one.explanation} {one.next_step}") for one in verification.findings),
    ]  # fmt: skip


def _add_suite(root: ET.Element, account: Account, name: str) -> ET.Element:
    began = account.began.isoformat(timespec="seconds")
    return ET.SubElement(root, "testsuite", name=xml_text(name), timestamp=began)


def _add_case(suite: ET.Element, account: Account, result: Result) -> None:
    case = ET.SubElement(
        suite, "testcase", name=xml_text(f"{result.name} [{result.case}]" if result.case else result.name),
        classname=xml_text(f"{result.file.removesuffix('.feature')}{_beside(account, result.profile)}"),
        file=xml_text(result.file), line=str(result.line), time=_seconds(result.seconds),
    )  # fmt: skip
    of_the_case = [("level", str(result.owed)), *(("statement", one) for one in result.statements)]
    if result.outcome is Outcome.PASSED:
        _add_properties(case, of_the_case)
        return
    repeat = account.repeat(result)
    _add_properties(case, [*of_the_case, ("resembles", result.resembles), ("repeat", repeat)])
    message = result.message if result.outcome is Outcome.SKIPPED else _headline(result)
    element = ET.SubElement(case, _ELEMENTS[result.outcome], message=xml_text(message))
    if result.error:
        element.set("type", xml_text(result.error))
    element.text = xml_text("\n".join(explain(result, repeat)))


def _headline(result: Result) -> str:
    """The verdict, the step and the first two lines of what it says: expected and seen."""
    step = result.failed_step
    words = [" ".join(line.split()) for line in result.message.splitlines()[:2]] if result.claims else []
    return ": ".join(filter(None, (result.verdict, step.text if step else "", ", ".join(words))))


def _add_not_judged(suite: ET.Element, account: Account) -> None:
    """The smoke check stopped the run, it was interrupted, or nothing passed: one test in error says so."""
    verification = account.verification
    case = ET.SubElement(suite, "testcase", name="the engine can be judged", classname="verification", time="0.000")
    why = [f"your engine {one.verdict}" for one in verification.findings if one.stops]
    why += [verification.trouble or f"{len(verification.results)} of {verification.expected} cases ran"]
    element = ET.SubElement(case, "error", message=xml_text(why[0]), type="CannotJudge")
    told = [line for one in verification.findings for line in (one.verdict, one.explanation, one.next_step)]
    element.text = xml_text("\n".join([*told, *why]))


def _add_properties(parent: ET.Element, pairs: Iterable[tuple[str, str]]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in pairs:
        if value:
            ET.SubElement(properties, "property", name=name, value=xml_text(value))


def _count(element: ET.Element) -> None:
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(sum(case.find(kind) is not None for case in cases)))


def _beside(account: Account, profile: str) -> str:
    return f" ({profile})" if len(account.verification.profiles) > 1 else ""


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def xml_text(text: str) -> str:
    """The text with characters that XML cannot hold replaced."""
    return _NOT_IN_XML.sub("\ufffd", text)
