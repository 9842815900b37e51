from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from simulator.roomclip.stock_push import sign_push


@pytest.fixture
def push(api, linked):
    """Send a push in Next Engine's form; gives what it was answered."""
    linkage = linked.linkage("1")

    def send(code="A-1", stock="5", ts="20260402090000", drop=(), sig_name=".sig", **changes) -> int:
        account = changes.get("StoreAccount", linkage.store_account)
        query = {"StoreAccount": account, "Code": code, "Stock": stock, "ts": ts}
        query[sig_name] = changes.get("sig", sign_push(account, code, stock, ts, linkage.auth_key))
        query = {name: value for name, value in query.items() if name not in drop}
        answer = api.get(linkage.stock_update_path, query_string=query, headers={"Authorization": ""})
        assert answer.status_code == 200
        assert answer.content_type == "text/xml; charset=EUC-JP"
        assert answer.data.startswith(b'<?xml version="1.0" encoding="EUC-JP"?>')
        return read(answer.data)

    return send


def read(xml: bytes) -> int:
    # expat knows no EUC-JP: decode first, as the declaration says.
    root = ET.fromstring(xml.decode("euc_jp").partition("?>")[2])
    assert (root.tag, root.get("version")) == ("ShoppingUpdateStock", "1.0")
    return int(root.findtext("ResultSet/Result/Processed"))


def test_a_push_sets_the_stock_at_once(push, register, linked):
    register("A-1")
    assert push() == 0
    assert linked.levels("1") == {"A-1": 5}


def test_takes_the_signature_under_the_name_php_gives_it(push, register, linked):
    register("A-1")
    assert push(sig_name="_sig") == 0
    assert linked.levels("1") == {"A-1": 5}


def test_takes_a_signature_in_capitals(push, register, linked):
    register("A-1")
    key = linked.linkage("1")
    sig = sign_push(key.store_account, "A-1", "5", "20260402090000", key.auth_key).upper()
    assert push(sig=sig) == 0


def test_a_code_with_nul_is_no_other_code(push, register, linked):
    register("A-1")
    assert push(code="A-1\0x") == -2
    assert linked.levels("1") == {"A-1": 0}


def test_an_empty_stock_changes_nothing_and_is_fine(push, register, linked):
    register("A-1", stock=7)
    assert push(stock="") == 0
    assert linked.levels("1") == {"A-1": 7}


@pytest.mark.parametrize("missing", ["StoreAccount", "Code", "Stock", "ts", ".sig"])
def test_a_missing_parameter_is_a_client_error(push, register, linked, missing):
    register("A-1")
    assert push(drop=(missing,)) == -2
    assert linked.levels("1") == {"A-1": 0}


@pytest.mark.parametrize(
    "wrong",
    [{"sig": "0" * 32}, {"sig": ""}, {"sig": "ü"}, {"StoreAccount": "another"}, {"code": "no-such"}, {"stock": "-1"},
     {"stock": "1.0"}, {"stock": "１"}, {"stock": "1000000000"}, {"ts": "today"}, {"code": ""}],
)  # fmt: skip
def test_a_wrong_push_is_a_client_error_and_changes_nothing(push, register, linked, wrong):
    register("A-1")
    assert push(**wrong) == -2
    assert linked.levels("1") == {"A-1": 0}


def test_a_code_that_two_variants_have_is_a_client_error(push, register, roomclip):
    register("A-1", number="1")
    register("A-1", number="2")
    assert push() == -2
    assert {variant.stock for variant in roomclip.variants("1").variants} == {0}


def test_japanese_and_markup_in_a_code_come_back_escaped(push, register, linked):
    register('椅子"<&>①')
    assert push(code='椅子"<&>①') == 0
    assert push(code="\x01") == -2


def test_a_failing_store_is_a_system_error(push, register, ground):
    register("A-1")
    ground.store.execute("DROP INDEX rc_variant_code")
    ground.store.execute("ALTER TABLE rc_variant RENAME COLUMN stock TO gone")
    assert push() == -3


def test_a_full_disk_is_a_system_error_too(push, register, linked, ground):
    register("A-1")
    (pages,) = ground.store.rows("PRAGMA page_count")[0]
    ground.store.rows(f"PRAGMA max_page_count = {pages}")
    assert push(code="x" * 100_000) == -3


def test_a_push_is_told_to_the_journal_without_its_signature(push, register, ground, linked):
    register("A-1")
    push()
    push(sig="0" * 32)
    done, refused = ground.journal.read(kind="stock.pushed")
    assert (done.data["processed"], done.skus) == (0, ("A-1",))
    assert (refused.data["processed"], refused.data["reason"]) == (-2, "wrong signature")
    assert "0" * 32 not in str(refused)
    assert linked.linkage("1").auth_key not in str(done)


def test_without_parameters_it_asks_for_a_sync_now(api, linked):
    path = linked.linkage("1").stock_update_path
    linked.record_run("1", _run())
    assert linked.linkage("1").sync_now is False
    assert api.get(path, headers={"Authorization": ""}).status_code == 202
    assert linked.linkage("1").sync_now is True


def test_asking_for_a_sync_while_paused_is_a_conflict(api, linked):
    linked.record_run("1", _run())
    linked.pause("1")
    answer = api.get(linked.linkage("1").stock_update_path)
    assert (answer.status_code, answer.content_type) == (409, "application/problem+json")
    assert linked.linkage("1").sync_now is False


def test_a_link_checker_starts_nothing(api, linked):
    linked.record_run("1", _run())
    assert api.head(linked.linkage("1").stock_update_path).status_code == 405
    assert linked.linkage("1").sync_now is False


@pytest.mark.parametrize("query", ["", "?Code=A-1"])
def test_a_wrong_url_is_404_and_is_not_repeated_in_the_answer(api, linked, query):
    answer = api.get(f"/roomclip/stock-update/guessed-token{query}")
    assert answer.status_code == 404
    assert "guessed-token" not in answer.get_data(as_text=True)


def _run():
    from simulator.clock import FROZEN_START
    from simulator.roomclip.linkage import Run, RunOutcome

    return Run(FROZEN_START, FROZEN_START, RunOutcome.OK)
