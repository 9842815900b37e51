"""Whatever file TEMPOSTAR's area holds: a pass reports it or mails one named cause, and changes what good rows name."""

from __future__ import annotations

import tempfile

from hypothesis import event, given
from hypothesis import strategies as st

from reference import run_pass
from reference.domain.incident import Cause
from reference.domain.report import ExitCode, Outcome
from simulator.roomclip.listing import ItemInput, VariantInput
from simulator.tempostar.backoffice import FIRST_COMPANY
from tests.properties.budget import times
from tests.properties.stock_files import CODES, any_stock_file, read_slowly
from tests.unit.reference.engine_fakes import World

TWICE = "a-1"
BEFORE = 41
VARIANTS = [*[code for code in CODES if code.strip()], TWICE, None]
"""The codes of the shop's variants: one of them stands on two, and one variant has none."""


def expected_stock(content: bytes, before: list[int]) -> list[int] | None:
    """What the variants hold after a pass over a file, None when the file is to be refused."""
    reading = read_slowly(content)
    if reading is None:
        return None
    levels = {code: level for code, level in reading.levels.items() if code != TWICE}
    return [before[at] if code is None else levels.get(code, before[at]) for at, code in enumerate(VARIANTS)]


def world_of_the_shop() -> World:
    world = World()
    for code in VARIANTS:
        world.shop.add(code, BEFORE)
    return world


def put(world: World, content: bytes) -> None:
    world.clock.advance()
    world.area.put(content, world.clock.at)


def complaints(world: World) -> int:
    return sum("失敗した内容" in sent.letter.body for sent in world.mailer.sent)


def stock(world: World) -> list[int]:
    return [variant.stock for variant in world.shop.variants.values()]


@times(3)
@given(any_stock_file())
def test_a_pass_applies_what_good_rows_name_or_mails_that_it_refuses_the_file(content):
    world = world_of_the_shop()
    put(world, content)
    wanted = expected_stock(content, stock(world))
    report = world.run()
    [linkage] = report.linkages
    event(str(linkage.outcome))
    if wanted is None:
        assert (report.exit_code, linkage.outcome, linkage.failure.cause) == (
            *(ExitCode.FAILED, Outcome.FAILED, Cause.UNTRUSTED_FILE),
        )
        assert (stock(world), world.shop.requests, len(world.mailer.sent)) == ([BEFORE] * len(VARIANTS), [], 1)
    else:
        assert (report.exit_code, linkage.outcome, linkage.failure) == (ExitCode.OK, Outcome.SYNCED, None)
        assert stock(world) == wanted
        assert len(world.mailer.sent) <= 1


@times(1)
@given(st.lists(any_stock_file(), min_size=2, max_size=5))
def test_files_one_after_the_other_leave_what_the_good_rows_of_each_name(contents):
    """Trouble is mailed once, and not again while it goes on."""
    world = world_of_the_shop()
    failing = False
    for content in contents:
        put(world, content)
        wanted, before, told = expected_stock(content, stock(world)), stock(world), complaints(world)
        world.run()
        assert stock(world) == (before if wanted is None else wanted)
        assert complaints(world) == told + (wanted is None and not failing)
        failing = wanted is None


@times(0.1)
@given(content=any_stock_file())
def test_a_pass_over_the_real_area_ends_in_the_same_way(lab, content):
    with tempfile.TemporaryDirectory() as state_dir:
        before = link(lab)
        lab.area.write(FIRST_COMPANY, "/netstock/20001/stock.csv", content)
        wanted = expected_stock(content, before)
        report = run_pass(lab.engine_environment(state_dir))
    mails = lab.mailbox.mails()
    event(str(report.linkages[0].outcome))
    if wanted is None:
        assert report.linkages[0].failure.cause is Cause.UNTRUSTED_FILE
        assert (report.exit_code, held(lab), len(mails)) == (ExitCode.FAILED, before, 1)
    else:
        assert (report.exit_code, held(lab)) == (ExitCode.OK, wanted)
        assert len(mails) <= 1


def link(lab) -> list[int]:
    """A new company whose shop is linked, and the stock of its variants."""
    lab.reset()
    shop = lab.tempostar.add_shop("RoomClipShopping", "RCs")
    lab.tempostar.update_stock_settings(shop.shop_code, reflection="起動", file_suffix="なし")
    account = lab.tempostar.issue_ftp_password()
    lab.roomclip.register_items(
        "1",
        [
            ItemInput(f"R-{at}", f"商品{at}", (VariantInput(code, 100, BEFORE),), "公開")
            for at, code in enumerate(VARIANTS)
        ],
    )
    lab.roomclip.apply_for_linkage("1")
    lab.roomclip.save_linkage("1", ftp_user=account.user, ftp_password=account.password, shop_code=shop.shop_code)
    return held(lab)


def held(lab) -> list[int]:
    found = {variant.item_number: variant.stock for variant in lab.roomclip.variants("1").variants}
    return [found[f"R-{at}"] for at in range(len(VARIANTS))]
