"""Each promise of the machine can fail: told histories, with an engine or a world that is wrong in one way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.properties.lab_engine import Ending, Pass
from tests.properties.lab_machine import Chronicle, LabMachine, machine_on
from tests.properties.lab_promises import PromiseBroken
from tests.properties.lab_search import ground
from tests.properties.lab_world import Ground


@pytest.fixture(scope="module")
def there() -> Iterator[Ground]:
    with ground() as made:
        yield made


def begin(there: Ground, adjust=None, *, sole=True) -> LabMachine:
    machine = machine_on(replace(there, adjust=adjust), Chronicle())()
    machine.begin(sole=sole, content="diff", writing="atomic")
    return machine


def forgets_orders(sync):
    return replace(sync, rules=replace(sync.rules, hold_back=lambda _book, _written_at: {}))


def ignores_the_pause(sync):
    return replace(sync, rules=replace(sync.rules, is_paused=lambda _linkage: False))


def treats_absent_as_zero(sync):
    def match(levels, variants):
        absent = {variant.variant_code: 0 for variant in variants if variant.variant_code}
        return sync.rules.match({**absent, **levels}, variants)

    return replace(sync, rules=replace(sync.rules, match=match))


class Postman:
    def __init__(self, sync, says="", times=1):
        self.sync, self.says, self.times = sync, says, times

    def send(self, queued):
        for _ in range(self.times):
            letter = replace(queued.letter, body=queued.letter.body + self.says)
            self.sync.mailer.send(replace(queued, letter=letter))


def sends_each_mail_twice(sync):
    return replace(sync, mailer=Postman(sync, times=2))


def sends_no_mail_of_recovery(sync):
    class Silent(Postman):
        def send(self, queued):
            if "復旧" not in queued.letter.subject:
                super().send(queued)

    return replace(sync, mailer=Silent(sync))


def fail(machine: LabMachine) -> None:
    machine.reissue_password(again=False)
    machine.sync_once()


def test_a_right_engine_keeps_all_of_them(there):
    machine = begin(there)
    machine.buy(code="A-1", units=2)
    fail(machine)
    machine.an_interval()
    machine.teardown()
    assert machine.chronicle.story[-1] == "  もし 在庫連携が行われる"


def test_units_that_are_sold_are_not_offered_again(there):
    machine = begin(there, forgets_orders)
    machine.buy(code="A-1", units=2)
    machine.restock(code="A-1", units=1)
    with pytest.raises(PromiseBroken, match="「A-1」を実際より「0」個までしか多く出さない（在庫数「4」、多い分「2」）"):
        machine.an_interval()
    assert machine.chronicle.story[-2:] == [
        "  もし 在庫連携が行われる",
        "  ならば 同期の後、RoomClipは「A-1」を実際より「0」個までしか多く出さない（在庫数「4」、多い分「2」）",
    ]


def test_no_more_is_sold_than_there_is(there):
    machine = begin(there)
    machine.world.edit_stock("A-1", 4)
    with pytest.raises(PromiseBroken, match="「A-1」の売れた数「4」は、あった数「3」を超えない"):
        machine.buy_all(code="A-1")


def test_what_others_took_is_excused_until_the_engine_has_news_of_it(there):
    machine = begin(there, sole=False)
    machine.sell_elsewhere(code="A-1", units=2)
    machine.buy_all(code="A-1")
    assert machine.world.ledger.excused["A-1"] == 2


def test_with_other_channels_what_is_known_to_be_gone_is_not_offered_again(there):
    machine = begin(there, sole=False)
    machine.sell_elsewhere(code="A-1", units=2)
    machine.an_interval()
    machine.world.lab.roomclip.edit_stock("1", machine.world.variant("A-1").variant_id, 3)
    with pytest.raises(PromiseBroken, match="「A-1」を実際より「0」個までしか多く出さない（在庫数「3」、多い分「2」）"):
        machine.sync_once()


def test_a_pause_is_kept(there):
    machine = begin(there, ignores_the_pause)
    machine.pause_or_resume()
    machine.restock(code="B-2", units=1)
    with pytest.raises(PromiseBroken, match="一時停止の間は「B-2」の在庫数が変わらない"):
        machine.an_interval()


def test_orders_wait_while_paused(there):
    machine = begin(there, ignores_the_pause)
    machine.pause_or_resume()
    machine.buy(code="B-2", units=1)
    with pytest.raises(PromiseBroken, match="一時停止の間は注文が渡されない"):
        machine.sync_once()


def test_what_no_file_names_is_left_alone(there):
    with pytest.raises(PromiseBroken, match="在庫ファイルにない「OFF-4」「SHOP-5」の在庫数は変わらない"):
        begin(there, treats_absent_as_zero)


def test_one_mail_tells_of_one_cause(there):
    machine = begin(there)
    fail(machine)
    machine.world.lab.advance(minutes=5)
    machine.world.new_state()  # an engine that forgets what it has told, unknown to the promises
    with pytest.raises(PromiseBroken, match=r"同じ障害の同じ原因「.*」のメールは1通である"):
        machine.sync_once()


def test_no_mail_comes_twice(there):
    with pytest.raises(PromiseBroken, match=r"メール「.*」は1通までである（2通目）"):
        begin(there, sends_each_mail_twice)


def test_a_password_in_a_mail_is_noticed(there):
    machine = begin(there)
    password = machine.world.passwords[0]
    machine.world.ground = replace(there, adjust=lambda sync: replace(sync, mailer=Postman(sync, says=password)))
    with pytest.raises(PromiseBroken, match=r"メール「.*」にパスワードや購入者の名前・住所は出ない"):
        fail(machine)


def test_the_end_of_an_incident_is_told(there):
    machine = begin(there, sends_no_mail_of_recovery)
    fail(machine)
    with pytest.raises(PromiseBroken, match="復旧のメールが届いている"):
        machine.teardown()


def test_no_order_is_lost(there):
    machine = begin(there)
    machine.buy(code="A-1", units=1)
    machine.world.ledger.order_numbers = lambda *_states: ["20001-LOST"]
    with pytest.raises(PromiseBroken, match="すべての注文がTEMPOSTARにある（ないもの：20001-LOST）"):
        machine.promises.check_settled()


def test_no_order_is_handed_over_twice(there):
    machine = begin(there)
    machine.buy(code="A-1", units=1)
    machine.sync_once()
    machine.an_interval()
    machine.world.new_state()
    with pytest.raises(PromiseBroken, match="注文はTEMPOSTARに1度だけ渡される"):
        machine.teardown()


def test_the_shop_ends_with_the_number_of_tempostar(there):
    machine = begin(there)
    machine.world.edit_stock("C-3", 1)
    machine.world.ledger.behind.clear()
    with pytest.raises(PromiseBroken, match="落ち着いた後、「C-3」の在庫数はTEMPOSTARの「3」である（「1」）"):
        machine.teardown()


@pytest.mark.parametrize(
    ("calls", "overwritten"),
    [(("fetch_orders", "save", "send_stock"), True), (("fetch_orders", "fetch_orders", "send_stock"), False)],
    ids=["an update next", "a reading of orders next"],
)
def test_only_a_purchase_right_before_an_update_is_in_its_window(calls, overwritten):
    assert Pass(Ending.KILLED, calls).overwrites_after(1) is overwritten
