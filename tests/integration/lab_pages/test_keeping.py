"""Settings, kept states, seed, reset, the engine's variables: a form does what its call does."""

from __future__ import annotations

import pytest

from simulator.config import SETTING_NAMES, Settings
from simulator.lab_pages.engine_page import SECRET
from simulator.lab_pages.setting_labels import LABELS
from tests.integration.lab_pages.conftest import lines

OTHER = {
    "content": "full", "encoding": "utf-8-bom", "quoting": "minimal", "header": "false",
    "column_order": "在庫数,商品コード",
    "negative": "raw", "slice_size": "7", "unchanged": "delete", "writing": "in-place", "stock_file_deletable": "false",
    "tls_session_reuse": "true", "bulk_delay_minutes": "0",
}  # fmt: skip


def kinds(site) -> list[str]:
    return [entry.kind for entry in site.lab.journal.read()]


def do_same(site, twin, page: str) -> None:
    twin.call(next(line for line in lines(page) if line.startswith("zaikolab call")))
    assert kinds(twin) == kinds(site)


def test_every_setting_has_its_words_and_its_values():
    assert set(LABELS) == set(SETTING_NAMES) == set(OTHER)
    for name, label in LABELS.items():
        for value in label.values:
            Settings().changed({name: value})


@pytest.mark.parametrize("name", SETTING_NAMES)
def test_a_setting_is_changed_by_its_field_alone(empty, sites, name):
    twin = sites(empty=True)
    before = empty.lab.settings().as_json()
    page = empty.note(empty.send("/lab/settings", "/lab/settings", **{name: OTHER[name]}))
    after = empty.lab.settings().as_json()
    assert {one for one in after if after[one] != before[one]} == {name}
    do_same(empty, twin, page)
    assert twin.lab.settings() == empty.lab.settings()


def test_the_page_shows_each_setting_as_it_is_with_its_assumption(empty):
    empty.lab.change_settings(content="full", slice_size=12)
    page = empty.open("/lab/settings")
    assert '<option value="full" selected>全件' in page
    assert 'name="slice_size" type="text" value="12"' in page
    assert "The file in the FTPS領域 is differential" in page


def test_settings_that_cannot_be_are_refused_beside_the_field(empty):
    answer = empty.send("/lab/settings", "/lab/settings", answers=422, slice_size="0", content="full")
    assert 'id="field-slice_size-problem"' in answer.text
    assert '<option value="full" selected>' in answer.text
    assert empty.lab.settings() == Settings()


def test_two_windows_do_not_overwrite_each_other_s_settings(empty):
    form = empty.hidden("/lab/settings", "/lab/settings")
    empty.lab.change_settings(content="full")
    assert empty.client.post("/lab/settings", data={**form, "quoting": "minimal"}).status_code == 409
    assert empty.lab.settings().quoting == "all"


def test_nothing_changed_is_told_and_not_journalled(empty):
    before = kinds(empty)
    assert "変わった設定はありません" in empty.note(empty.send("/lab/settings", "/lab/settings", content="diff"))
    assert kinds(empty) == before


def test_a_state_is_kept_and_gone_back_to(empty, sites):
    twin = sites(empty=True)
    do_same(empty, twin, empty.note(empty.send("/lab/states", "/lab/states/save", name="before-sale")))
    assert twin.lab.snapshots() == empty.lab.snapshots() == ("before-sale",)
    for site in (empty, twin):
        site.lab.seed(10)
    do_same(empty, twin, empty.note(empty.send("/lab/states", "/lab/states/restore", containing="before-sale")))
    assert empty.lab.tempostar.counts()["skus"] == twin.lab.tempostar.counts()["skus"] == 0


@pytest.mark.parametrize("name", ["", "../x", "a b", "名前"])
def test_a_name_that_cannot_be_is_refused_beside_the_field(empty, name):
    answer = empty.send("/lab/states", "/lab/states/save", answers=422, name=name)
    assert 'id="state-name-problem"' in answer.text
    assert empty.lab.snapshots() == ()


def test_goods_are_made_up_on_both_ends(empty, sites):
    twin = sites(empty=True)
    do_same(empty, twin, empty.note(empty.send("/lab/states", "/lab/states/seed", skus="30", seed="4")))
    assert empty.lab.tempostar.levels() == twin.lab.tempostar.levels()
    assert len(empty.lab.tempostar.levels()) == 30
    again = empty.send("/lab/states", "/lab/states/seed", answers=409, skus="30", seed="4")
    assert 'role="alert"' in again.text
    for skus in ("0", "many", ""):
        assert 'id="field-skus-problem"' in empty.send("/lab/states", "/lab/states/seed", answers=422, skus=skus).text


def test_a_reset_wants_to_be_confirmed(site):
    refused = site.send("/lab/states", "/lab/states/reset", answers=422)
    assert 'id="field-confirmed-problem"' in refused.text
    assert site.lab.tempostar.shops()
    page = site.note(site.send("/lab/states", "/lab/states/reset", confirmed="on"))
    assert "実験室を空にしました" in page
    assert site.lab.tempostar.shops() == ()


def test_secrets_are_hidden_until_asked_for(site):
    secrets = [site.lab.roomclip.api_token(), site.lab.tempostar.ftp_account().password]
    hidden, shown = site.open("/lab/engine"), site.open("/lab/engine?secrets=shown")
    assert [one in hidden for one in secrets] == [False, False]
    assert [one in shown for one in secrets] == [True, True]
    assert all(name in hidden for name in SECRET)
    assert 'eval "$(zaikolab env)" && zaikosync once' in hidden


def test_no_other_page_of_the_lab_shows_a_secret(site):
    secrets = [site.lab.roomclip.api_token(), site.lab.tempostar.ftp_account().password]
    for path in ("/", "/lab/", "/lab/sku?code=LMP-00001", "/lab/faults", "/lab/settings", "/lab/states"):
        page = site.open(path)
        assert not any(one in page for one in secrets), path
