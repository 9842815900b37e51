"""transcripts.ndjson: of which run and sources, then every case with the journal of its steps."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from simulator.conformance.report.transcripts import compose_transcripts
from simulator.conformance.transcript import Line, StepTranscript, transcript_from
from simulator.conformance.verify.results import result_from
from tests.unit.conformance import reported

SOLD = StepTranscript((Line("2026-04-01T09:05:00+09:00", "ftps", "ftps.login", "in </script> \u2028 \x1b[31m"),), 7)
TOLD = (StepTranscript(), SOLD, StepTranscript())


def test_it_says_of_which_run_and_sources_it_is_and_has_a_line_for_each_case() -> None:
    found = replace(
        reported.EVERYTHING, results=(reported.DIED, replace(reported.PASSED, transcripts=TOLD)), expected=2
    )
    account = replace(reported.account(found), sources_before="a", sources_after="b")
    first, died, passed = map(json.loads, compose_transcripts(account).splitlines())
    assert first == {
        "schema": 1, "when": "2026-11-28T09:30:00+00:00", "sources": {"began": "a", "ended": "b"}, "cases": 2,
    }  # fmt: skip
    assert died["steps"] == []
    assert (passed["file"], passed["name"], passed["case"], passed["row"]) == ("shop.feature", "ひとつ目", "", 0)
    told = tuple(map(transcript_from, passed["steps"]))
    assert (told[0], told[1].left, told[1].lines[0].kind) == (StepTranscript(), 7, "ftps.login")


def test_transcripts_travel_with_a_result_and_stay_out_of_its_report() -> None:
    result = replace(reported.PASSED, transcripts=TOLD)
    assert result_from(json.loads(json.dumps(result.as_told()))) == result
    assert "transcripts" not in result.as_json()


@pytest.mark.parametrize("told", [{}, {"lines": [["a"]], "left": 0}, {"lines": [[1, 2, 3, 4]], "left": 0}])
def test_what_is_no_transcript_is_not_taken_for_one(told: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError)):
        transcript_from(told)
