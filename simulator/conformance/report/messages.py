"""cucumber.ndjson: Cucumber messages, one a line, as https://github.com/cucumber/messages describes them.

What went wrong outside the steps (the lab broke down, what was to go wrong never did) is told as a hook after them.
Steps are timed by the lab; where a step began is reckoned from that: after setting up, one after another.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from gherkin.stream.id_generator import IdGenerator

from simulator.conformance.report.account import writable
from simulator.conformance.report.pickles import read_document
from simulator.conformance.verify.explanation import explain
from simulator.conformance.verify.results import ExitCode, Outcome, StepOutcome
from simulator.conformance.world import ENGINE, JOURNAL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from simulator.conformance.report.account import Account
    from simulator.conformance.report.pickles import Document, Node
    from simulator.conformance.verify.results import Result, StepRun

PROTOCOL = "34.2.0"
_GHERKIN = "text/x.cucumber.gherkin+plain"
LINE_ENDS = {ord(one): f"\\u{ord(one):04x}" for one in "\x85\u2028\u2029"}
"""What JSON may hold as it is, and some readers of lines take for an end."""
_WRONG_STEPS = (StepOutcome.FAILED, StepOutcome.UNDEFINED)


def compose_messages(account: Account) -> str:
    """The whole stream."""
    lines = (json.dumps(message, ensure_ascii=False).translate(LINE_ENDS) for message in _messages(account))
    return writable("\n".join(lines)) + "\n"


def _messages(account: Account) -> Iterator[Node]:
    ids = IdGenerator()
    verification = account.verification
    yield {"meta": _meta(account)}
    documents: dict[tuple[str, str], Document] = {}
    for profile, file in dict.fromkeys((one.profile, one.file) for one in account.results if one.file):
        uri = f"{profile}/{file}" if len(verification.profiles) > 1 else file
        text = account.features[file]
        documents[profile, file] = found = read_document(uri, text, ids)
        yield {"source": {"uri": uri, "data": text, "mediaType": _GHERKIN}}
        yield {"gherkinDocument": found.document}
    cases = [
        (result, document, pickle)
        for result in account.results
        if (document := documents.get((result.profile, result.file)))
        and (pickle := document.pickle(result.name, result.row))
    ]
    yield from ({"pickle": pickle} for _, _, pickle in cases)
    hook = ids.get_next_id()
    source = {"uri": "simulator/conformance/plugin.py"}
    yield {"hook": {"id": hook, "type": "AFTER_TEST_CASE", "name": "around the steps", "sourceReference": source}}
    run = ids.get_next_id()
    yield {"testRunStarted": {"id": run, "timestamp": _timestamp(account.began)}}
    for result, document, pickle in sorted(cases, key=lambda case: account.began_at(case[0])):
        yield from _Case(account, result, document, pickle, ids).messages(run, hook)
    shown = {id(result) for result, _, _ in cases}
    for result in verification.results:
        if id(result) not in shown:  # a worker died, and nobody knows of what
            yield _attachment(f"{result.name}\n{result.message}", "not judged", account.ended, testRunStartedId=run)
    yield {"testRunFinished": _finished(account, run)}


def _meta(account: Account) -> Node:
    on = account.machine
    return {
        "protocolVersion": PROTOCOL,
        "implementation": {"name": "zaikolab", "version": account.version},
        "runtime": {"name": on.implementation, "version": on.python},
        "os": {"name": on.system},
        "cpu": {"name": on.processor},
    }


def _finished(account: Account, run: str) -> Node:
    verification = account.verification
    said = [f"{one.verdict}. {one.explanation} {one.next_step}".strip() for one in verification.findings]
    message = "\n".join(filter(None, (verification.verdict, verification.trouble, *said, str(verification.power))))
    return {
        "testRunStartedId": run,
        "success": verification.exit_code is ExitCode.CONFORMANT,
        "timestamp": _timestamp(account.ended),
        "message": message,
    }


class _Case:
    """The messages of one case."""

    def __init__(self, account: Account, result: Result, document: Document, pickle: Node, ids: IdGenerator) -> None:
        self._account, self._result, self._ids = account, result, ids
        runs = {step.line: step for step in result.steps}
        self._steps = [
            (ids.get_next_id(), step["id"], runs.get(document.lines[step["astNodeIds"][0]])) for step in pickle["steps"]
        ]
        self._pickle = pickle["id"]
        told = any(run is not None and run.outcome in _WRONG_STEPS for _, _, run in self._steps)
        self._hook = ids.get_next_id() if result.wrong and not told else ""
        self._started = ids.get_next_id()
        self._reason = result.message if result.outcome is Outcome.SKIPPED else ""

    def messages(self, run: str, hook: str) -> Iterator[Node]:
        """From testCase to testCaseFinished."""
        result = self._result
        case = self._ids.get_next_id()
        began = self._account.began_at(result)
        ended = began + timedelta(seconds=result.seconds)
        planned = [_planned(step, pickle_step, run_of) for step, pickle_step, run_of in self._steps]
        planned += [{"id": self._hook, "hookId": hook}] if self._hook else []
        yield {"testCase": {"id": case, "testRunStartedId": run, "pickleId": self._pickle, "testSteps": planned}}
        started = {"id": self._started, "testCaseId": case, "attempt": 0, "timestamp": _timestamp(began)}
        yield {"testCaseStarted": started}
        at = ended - timedelta(seconds=sum(step.seconds for step in result.steps))
        for step, _, run_of in self._steps:
            seconds = run_of.seconds if run_of else 0.0
            yield from self._step(step, run_of.outcome if run_of else StepOutcome.SKIPPED, at, seconds)
            at += timedelta(seconds=seconds)
        if self._hook:
            yield from self._step(self._hook, StepOutcome.FAILED, ended, 0.0)
        finished = {"testCaseStartedId": self._started, "timestamp": _timestamp(ended), "willBeRetried": False}
        yield {"testCaseFinished": finished}

    def _step(self, step: str, outcome: StepOutcome, at: datetime, seconds: float) -> Iterator[Node]:
        result = self._result
        of = {"testCaseStartedId": self._started, "testStepId": step}
        told: Node = {"status": outcome.upper(), "duration": _duration(seconds)}
        yield {"testStepStarted": {**of, "timestamp": _timestamp(at)}}
        if outcome in _WRONG_STEPS:
            told["message"] = result.message
            told["exception"] = {"type": result.error or "Error", "message": result.message}
            repeat = self._account.repeat(result)
            for title, text in (("verdict", "\n".join(explain(result, repeat, whole=False))), *_told(result)):
                yield _attachment(text, title, at, **of)
        elif outcome is StepOutcome.SKIPPED and self._reason:
            told["message"], self._reason = self._reason, ""
        ended = _timestamp(at + timedelta(seconds=seconds))
        yield {"testStepFinished": {**of, "testStepResult": told, "timestamp": ended}}


def _planned(step: str, pickle_step: str, run: StepRun | None) -> Node:
    undefined = run is not None and run.outcome is StepOutcome.UNDEFINED
    return {"id": step, "pickleStepId": pickle_step} | ({"stepDefinitionIds": []} if undefined else {})


def _told(result: Result) -> Iterator[tuple[str, str]]:
    sections = dict(result.sections)
    return ((title, sections[title]) for title in (JOURNAL, ENGINE) if title in sections)


def _attachment(text: str, title: str, at: datetime, **of: str) -> Node:
    told = {"body": text, "contentEncoding": "IDENTITY", "mediaType": "text/plain", "fileName": title}
    return {"attachment": {**told, "timestamp": _timestamp(at), **of}}


def _timestamp(at: datetime) -> Node:
    return {"seconds": int(at.timestamp()), "nanos": at.microsecond * 1000}


def _duration(seconds: float) -> Node:
    whole = int(seconds)
    return {"seconds": whole, "nanos": round((seconds - whole) * 1e9)}
