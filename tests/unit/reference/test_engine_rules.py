"""Matching, near misses, planning, incidents and mails as pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.domain.incident import Cause, Failure, Incident, Notice, after_failure, after_success
from reference.domain.letters import LINES_PER_KIND, SUBJECT_PREFIX, compose_failure, compose_notice, compose_recovery
from reference.domain.linkage import FileStamp, Problem, ProblemKind, choose_files, meet, take_in, tell
from reference.domain.matching import (
    Difference,
    Match,
    Variant,
    differences_of,
    find_near_misses,
    fold_code,
    match_levels,
)
from reference.domain.plan import Batch, Plan, Update, cut_batches, plan_updates
from reference.domain.problems import quote
from reference.domain.report import Counts, Outcome, summarise
from reference.domain.stock_file import RowReason
from reference.errors import CertificateDefect, UntrustedReason
from tests.unit.reference.engine_fakes import LINKAGE, OPENING

MEMORY = meet(LINKAGE, None, OPENING, paused=False)


def variants(*codes: str | None) -> list[Variant]:
    return [Variant(str(at), code, 1, "公開") for at, code in enumerate(codes)]


def test_matches_equal_codes_only():
    matching = match_levels({"A": 1, "a": 2, "A ": 3}, variants("A", "Ａ", None))
    assert (matching.matched, matching.unmatched) == ((Match("A", 1, 1),), ("A ", "a"))


def test_a_code_on_two_variants_is_ambiguous():
    matching = match_levels({"A": 1}, variants("A", "A"))
    assert (matching.matched, matching.ambiguous) == ((), ("A",))


@pytest.mark.parametrize(
    ("sku_code", "variant_code", "kinds"),
    [
        ("CHAIR-1", "chair-1", [Difference.CASE]),
        ("ＣＨＡＩＲ", "CHAIR", [Difference.WIDTH]),
        ("ﾁｪｱ", "チェア", [Difference.WIDTH]),
        ("A 1", "A1", [Difference.SPACES]),
        ("A1", "A1\u3000", [Difference.SPACES]),
        ("A1", "A1\u200b", [Difference.SPACES]),
        ("00123", "123", [Difference.LEADING_ZEROS]),
        ("A‐1", "A-1", [Difference.HYPHEN]),
        ("A－1", "A-1", [Difference.WIDTH, Difference.HYPHEN]),
        ("ａ-1", "A-1", [Difference.CASE, Difference.WIDTH]),
        (
            "0Ａ ー1",
            "a-1",
            [Difference.CASE, Difference.WIDTH, Difference.SPACES, Difference.LEADING_ZEROS, Difference.HYPHEN],
        ),
    ],
)
def test_a_near_miss_names_what_differs(sku_code, variant_code, kinds):
    (near,) = find_near_misses([sku_code], variants(variant_code))
    assert (near.variant_code, set(near.differences)) == (variant_code, set(kinds))


@given(st.text(max_size=10), st.text(max_size=10))
def test_codes_that_fold_alike_always_differ_in_something(one, other):
    if one != other and fold_code(one) == fold_code(other):
        assert differences_of(one, other)


def test_codes_that_are_really_different_are_no_near_miss():
    assert find_near_misses(["A-1"], variants("A-2", None)) == ()


def test_plans_only_what_differs_in_order_of_codes():
    matching = match_levels({"C": 3, "A": 2, "B": 1}, variants("A", "B", "C"))
    assert plan_updates(matching, {}) == Plan((Update("A", 2), Update("C", 3)), 1)


def test_cuts_batches_of_a_thousand_with_keys_of_their_own():
    plan = Plan(tuple(Update(f"{at:05}", at) for at in range(2_500)), 0)
    batches = list(cut_batches(plan, iter("abc").__next__, OPENING))
    assert [(batch.key, len(batch.updates)) for batch in batches] == [("a", 1_000), ("b", 1_000), ("c", 500)]
    assert tuple(update for batch in batches for update in batch.updates) == plan.updates


def test_an_incident_opens_once_and_mails_each_cause_once():
    first = after_failure(None, Cause.LOGIN_REFUSED, OPENING)
    assert first.notice is Notice.FAILED
    again = after_failure(first.incident, Cause.LOGIN_REFUSED, OPENING + timedelta(minutes=5))
    assert (again.incident, again.notice) == (first.incident, Notice.NOTHING)
    other = after_failure(again.incident, Cause.STALE_FILE, OPENING)
    assert (other.incident.told, other.notice) == ((Cause.LOGIN_REFUSED, Cause.STALE_FILE), Notice.FAILED)


def test_only_an_open_incident_recovers():
    assert after_success(None).notice is Notice.NOTHING
    assert after_success(Incident(OPENING, (Cause.SHOP_API,))).notice is Notice.RECOVERED


def stamp(minutes: int, name: str = "stock.csv", size: int = 10) -> FileStamp:
    return FileStamp(OPENING + timedelta(minutes=minutes), name, size)


def test_a_file_of_the_same_minute_but_another_size_is_new():
    memory = take_in(MEMORY, stamp(0), {}, [])
    assert choose_files(memory, [stamp(0, size=11)]).unread == (stamp(0, size=11),)


def test_updates_of_an_older_file_stay_in_front_of_the_queue():
    older, newer = Batch("k1", (Update("A", 1),), OPENING), Batch("k2", (Update("A", 2),), OPENING)
    memory = take_in(take_in(MEMORY, stamp(0), {}, [older]), stamp(5), {}, [newer])
    assert memory.queue == (older, newer)


def test_of_each_name_only_the_last_write_is_remembered():
    memory = take_in(MEMORY, stamp(0), {}, [])
    memory = take_in(memory, stamp(9, "other.csv"), {}, [], [stamp(5)])
    assert memory.files == (stamp(5), stamp(9, "other.csv"))


def test_a_file_older_than_the_newest_applied_is_stale():
    memory = take_in(MEMORY, stamp(5), {}, [])
    assert choose_files(memory, [stamp(0, "old.csv"), stamp(5)]) == choose_files(memory, [stamp(0, "old.csv")])
    assert choose_files(memory, [stamp(0, "old.csv")]).stale == (stamp(0, "old.csv"),)


def test_another_ftp_user_forgets_files_but_not_the_incident():
    memory = replace(take_in(MEMORY, stamp(5), {"A": 1}, [Batch("k", (), OPENING)]), incident=Incident(OPENING, ()))
    met = meet(replace(LINKAGE, ftp_user="10002_0"), memory, OPENING, paused=False)
    assert (met.newest, met.files, met.waiting, met.queue) == (None, (), {}, ())
    assert met.incident == memory.incident


def test_a_told_problem_is_forgotten_once_its_code_is_well():
    problem = Problem(ProblemKind.BAD_ROW, "A", "missing stock")
    told, fresh = tell(MEMORY, [problem], [])
    assert fresh == (problem,)
    assert tell(told, [problem], [])[1] == ()
    assert tell(told, [], ["A"])[0].told == frozenset()
    assert tell(told, [], ["B"])[0].told == {problem}


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_a_mail_that_says_what_to_do(cause):
    letter = compose_failure(MEMORY, Failure(cause, "evidence"), OPENING)
    assert letter.subject.startswith(SUBJECT_PREFIX)
    assert "■次にお願いしたいこと" in letter.body
    assert ("在庫数は変更していません" in letter.body) is (cause is not Cause.ORDER_HANDOVER)


def test_the_mails_about_orders_say_that_stock_goes_on():
    failure = compose_failure(MEMORY, Failure(Cause.ORDER_HANDOVER, "evidence"), OPENING)
    assert "在庫数の反映は続けています" in failure.body
    recovery = compose_recovery(MEMORY, Incident(OPENING, (Cause.ORDER_HANDOVER,)), OPENING)
    assert "待っていた注文をTEMPOSTARに渡しました" in recovery.body
    assert "一括同期" not in recovery.body


@pytest.mark.parametrize("detail", [*UntrustedReason, *CertificateDefect])
def test_every_detail_has_its_words(detail):
    letter = compose_failure(MEMORY, Failure(Cause.UNTRUSTED_FILE, "x", detail, "stock.csv"), OPENING)
    assert "原因：" in letter.body


def test_a_recovery_mail_names_when_it_began():
    letter = compose_recovery(MEMORY, Incident(OPENING, (Cause.FOLDER_MISSING,)), OPENING + timedelta(hours=1))
    assert "2026年04月01日 09:00" in letter.body
    assert "復旧" in letter.subject


def test_a_notice_of_very_many_codes_stays_readable():
    problems = {Problem(ProblemKind.UNMATCHED, str(at)): quote(str(at)) for at in range(LINES_PER_KIND + 7)}
    assert "・ほか7件" in compose_notice(MEMORY, problems, "stock.csv", OPENING).body


@pytest.mark.parametrize("reason", RowReason)
def test_every_row_reason_has_its_words(reason):
    from reference.domain.problems import find_problems
    from reference.domain.stock_file import RowProblem

    assert next(iter(find_problems([RowProblem(2, "A", reason)], [], [], []).values())).startswith("2行目")


def test_control_characters_of_a_code_are_shown():
    assert quote("A\n1 ") == "「A\\u000a1 」"


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_one_sentence(outcome):
    assert summarise(outcome, Counts(unmatched=2)).endswith("。")


def test_a_large_plan_goes_in_large_batches():
    plan = Plan(tuple(Update(f"{at:05}", at) for at in range(10_001)), 0)
    assert [len(batch.updates) for batch in cut_batches(plan, lambda: "k", OPENING)] == [5_000, 5_000, 1]
