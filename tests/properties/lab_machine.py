"""The state machine: what merchants, buyers, TEMPOSTAR, other channels, the engine and bad luck can do, in any order.

Every action is told as one Japanese sentence; what fails is printed as 前提, もし and the ならば that does not hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from simulator.config import Content, Writing
from tests.properties.lab_engine import Deed, Ending, Pass, die, lose_the_answer
from tests.properties.lab_faults import TROUBLES
from tests.properties.lab_promises import PromiseBroken, Promises
from tests.properties.lab_world import CODES, START, Ground, LabWorld

SETTINGS = {
    "content": ("diff", "full"),
    "writing": ("atomic", "in-place"),
    "slice_size": (1, 2000),
    "unchanged": ("keep", "header-only", "delete"),
}
codes = st.sampled_from(CODES)
few = st.integers(1, 3)
calls = st.integers(1, 30)


@dataclass
class Chronicle:
    """What was tried, and the last history told; a failing search ends with its smallest history."""

    histories: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    story: list[str] = field(default_factory=list)
    at_each_history: Callable[[Chronicle], None] = lambda _chronicle: None

    @property
    def actions(self) -> int:
        """How many actions there were."""
        return self.kinds.total()

    def begin(self) -> None:
        """Begin another history."""
        self.at_each_history(self)
        self.histories += 1
        self.story = []

    def tell(self, kind: str, sentence: str) -> None:
        """Tell an action."""
        self.kinds[kind] += 1
        self.story.append(f"  {kind if kind == '前提' else 'もし'} {sentence}")

    def close(self, error: BaseException) -> None:
        """Tell what did not hold."""
        if not self.story[-1].startswith("  ならば"):
            sentence = str(error) if isinstance(error, PromiseBroken) else f"同期は最後まで行われる（{error!r}）"
            self.story.append(f"  ならば {sentence}")


class LabMachine(RuleBasedStateMachine):
    """Bind it to a lab with `machine_on`."""

    ground: Ground
    chronicle: Chronicle

    def __init__(self) -> None:
        super().__init__()
        self.world: LabWorld | None = None
        self.chronicle.begin()

    def act(self, kind: str, sentence: str, deed: Callable[[], object]) -> None:
        """Tell an action, carry it out, look at every promise."""
        self.chronicle.tell(kind, sentence)
        try:
            deed()
            self.world.read_journal()
            self.world.ledger.look()
            self.promises.check()
        except Exception as error:
            self.chronicle.close(error)
            raise

    def sync(
        self, kind: str, sentence: str, deeds: Mapping[int, Deed] | None = None, learn: Callable[[Pass], object] = id
    ) -> None:
        """Tell a pass of the engine, make it, learn what is to be excused, look at every promise."""
        self.chronicle.tell(kind, sentence)
        try:
            before = self.promises.scene()
            made = self.world.sync(deeds)
            learn(made)
            quiet = not deeds or set(deeds.values()) <= {die, lose_the_answer}
            self.promises.check_pass(before, made, quiet)
            self.promises.check()
        except Exception as error:
            self.chronicle.close(error)
            raise

    # ------------------------------------------------------------------ the beginning

    @initialize(sole=st.booleans(), content=st.sampled_from(Content), writing=st.sampled_from(Writing))
    def begin(self, sole, content, writing):
        self.world = LabWorld(self.ground, sole)
        self.promises = Promises(self.world)
        self.world.lab.change_settings(content=content, writing=writing)
        stock = "、".join(f"「{code}」が「{START}」個" for code in CODES)
        channels = "RoomClipだけで売る" if sole else "ほかの店舗でも売る"
        files = f"在庫ファイルは「{content}」、書き方は「{writing}」"
        self.act("前提", f"{stock}あり、{channels}。{files}", self.world.pass_of_tempostar)
        self.sync("前提", "在庫連携が行われる")

    # ------------------------------------------------------------------ stock

    @rule(code=codes, units=few)
    def restock(self, code, units):
        self.act("入荷", f"「{code}」が「{units}」個入荷する", partial(self.world.restock, code, units))

    @precondition(lambda self: not self.world.sole)
    @rule(code=codes, units=few)
    def sell_elsewhere(self, code, units):
        deed = partial(self.world.sell_elsewhere, code, units)
        self.act("他店舗の販売", f"ほかの店舗で「{code}」が「{units}」個売れる", deed)

    @precondition(lambda self: not self.world.sole)
    @rule(code=codes, units=st.integers(0, 2))
    def hold_back(self, code, units):
        self.act("保留在庫数", f"「{code}」の保留在庫数を「{units}」にする", partial(self.world.hold_back, code, units))

    @precondition(lambda self: not self.world.sole)
    @rule(code=codes)
    def set_to_zero(self, code):
        def deed():
            there = self.world.lab.tempostar.stock(code).sellable
            if there > 0:
                self.world.sell_elsewhere(code, there)

        self.act("在庫を0にする", f"「{code}」の想定在庫数を「0」にする", deed)

    @rule(code=codes, stock=st.integers(0, 5))
    def edit_stock(self, code, stock):
        if self.world.sole:  # units that are not there are the merchant's own doing
            stock = min(stock, self.world.ledger.shop_stock(code))
        deed = partial(self.world.edit_stock, code, stock)
        self.act("手での変更", f"RoomClipで「{code}」の在庫数を手で「{stock}」にする", deed)

    # ------------------------------------------------------------------ buyers

    @rule(code=codes, units=few)
    def buy(self, code, units):
        self.act("購入", f"「{code}」を「{units}」個買う", partial(self.world.buy, (code, units)))

    @rule(code=codes)
    def buy_all(self, code):
        def deed():
            there = self.world.ledger.shop_stock(code)
            if there:
                self.world.buy((code, there))

        self.act("全部の購入", f"「{code}」を売れるだけ買う", deed)

    @rule(pair=st.lists(codes, min_size=2, max_size=2, unique=True))
    def buy_two(self, pair):
        deed = partial(self.world.buy, *((code, 1) for code in pair))
        self.act("2種類の購入", f"「{pair[0]}」と「{pair[1]}」を1個ずつ買う", deed)

    @rule(code=codes)
    def buy_too_many(self, code):
        def deed():
            assert not self.world.buy((code, self.world.ledger.shop_stock(code) + 1))

        self.act("多すぎる購入", f"「{code}」を在庫数より1個多く買おうとする", deed)

    @rule(at=st.integers(0, 9))
    def cancel(self, at):
        self.act("注文の取消", f"{at + 1}番目の注文を取り消す", partial(self.world.cancel, at))

    # ------------------------------------------------------------------ time and TEMPOSTAR

    @rule()
    def pass_of_tempostar(self):
        self.act("TEMPOSTARの送信", "TEMPOSTARの次の送信まで待つ", self.world.pass_of_tempostar)

    @rule(seconds=st.integers(1, 59))
    def wait(self, seconds):
        self.act("数秒", f"{seconds}秒たつ", lambda: self.world.lab.advance(seconds=seconds))

    @rule()
    def full_sync(self):
        self.act("一括同期", "一括同期を行う", self.world.full_sync)

    @rule(name=st.sampled_from(["受注取込", "在庫反映"]), on=st.booleans())
    def switch(self, name, on):
        deed = partial(self.world.switch, name, on)
        self.act(f"{name}の{_word(on)}", f"{name}を「{_word(on)}」にする", deed)

    @rule(code=codes, linked=st.booleans())
    def link(self, code, linked):
        word = "連携する" if linked else "連携しない"
        self.act("在庫連動", f"「{code}」の在庫連携先を「{word}」にする", partial(self.world.link, code, linked))

    @rule(suffix=st.sampled_from(["なし", "日付", "日時"]))
    def file_suffix(self, suffix):
        deed = partial(self.world.lab.tempostar.update_stock_settings, self.world.shop_code, file_suffix=suffix)
        self.act("ファイル名", f"ファイル名の末尾を「{suffix}」にする", deed)

    @rule(change=st.sampled_from([(name, value) for name, values in SETTINGS.items() for value in values]))
    def change_setting(self, change):
        name, value = change
        deed = partial(self.world.lab.change_settings, **{name: value})
        self.act(f"設定 {name}", f"TEMPOSTARが「{name}」「{value}」である", deed)

    @rule(again=st.booleans())
    def reissue_password(self, again):
        self.act("FTPパスワードの再発行", "FTPパスワードが発行し直される", self.world.reissue_password)
        if again:
            self.save_linkage()

    # ------------------------------------------------------------------ the merchant at RoomClip

    @rule()
    def save_linkage(self):
        self.act("連携設定の保存", "正しいパスワードで連携設定を保存する", self.world.save_linkage)

    @rule()
    def pause_or_resume(self):
        if self.world.paused:
            self.act("再開", "在庫連携を再開する", self.world.resume)
        else:
            self.act("一時停止", "在庫連携を一時停止する", self.world.pause)

    @rule(code=codes, status=st.sampled_from(["公開", "下書き", "非公開"]))
    def listing_status(self, code, status):
        deed = partial(self.world.lab.roomclip.set_listing_status, "1", code, status)
        self.act("出品ステータス", f"「{code}」の出品ステータスを「{status}」にする", deed)

    @rule()
    def list_late(self):
        self.act("後からの出品", "連携済みのSKUの商品を後から出品する", self.world.list_late)

    # ------------------------------------------------------------------ the engine

    @rule()
    def sync_once(self):
        self.sync("同期", "在庫連携が行われる")

    @rule()
    def an_interval(self):
        self.pass_of_tempostar()
        self.sync("同期", "在庫連携が行われる")

    @rule()
    def sync_twice(self):
        self.sync("2度の同期", "在庫連携が続けて2度行われる")
        self.sync("同期", "在庫連携が行われる")

    @rule(nth=calls)
    def sync_killed(self, nth):
        self.sync("途切れた同期", f"在庫連携が{nth}番目のやりとりの直後に途切れる", {nth: die})

    @rule(nth=calls)
    def sync_with_a_lost_answer(self, nth):
        sentence = f"在庫連携の{nth}番目のやりとりの返事が失われる"
        self.sync("失われた返事", sentence, {nth: lose_the_answer})

    @rule(nth=calls, code=codes, units=few)
    def sync_with_a_purchase(self, nth, code, units):
        sentence = f"在庫連携の{nth}番目のやりとりの直後に「{code}」を「{units}」個買う"
        self._sync_with_a_purchase("同期中の購入", sentence, {}, nth, (code, units))

    @rule(nth=calls, later=st.integers(1, 3), code=codes)
    def sync_with_a_purchase_killed(self, nth, later, code):
        sentence = f"在庫連携の{nth}番目のやりとりの直後に「{code}」を「1」個買い、{nth + later}番目の直後に途切れる"
        self._sync_with_a_purchase("途切れた同期中の購入", sentence, {nth + later: die}, nth, (code, 1))

    @rule(nth=calls)
    def sync_with_a_pass_of_tempostar(self, nth):
        sentence = f"在庫連携の{nth}番目のやりとりの直後にTEMPOSTARが次の送信を行う"
        self.sync("同期中の送信", sentence, {nth: self._amid(self.world.pass_of_tempostar)})

    @rule(nth=calls)
    def sync_with_a_pause(self, nth):
        sentence = f"在庫連携の{nth}番目のやりとりの直後に一時停止する"
        self.sync("同期中の一時停止", sentence, {nth: self._amid(self.world.pause)})

    @rule(trouble=st.sampled_from(TROUBLES), times=few)
    def go_wrong(self, trouble, times):
        times = min(times, trouble.most)
        deed = partial(self.world.go_wrong, trouble, times)
        self.act(f"障害 {trouble.kind}", f"障害「{trouble}」で{times}回起きるようになる", deed)

    @rule(trouble=st.sampled_from(TROUBLES), times=few)
    def sync_under_trouble(self, trouble, times):
        self.go_wrong(trouble=trouble, times=times)
        self.an_interval()

    @rule()
    def clear_troubles(self):
        self.act("障害の解消", "障害がなくなる", self.world.lab.faults.clear_all)

    @rule()
    def lose_state(self):
        self.act("記録の紛失", "エンジンの記録が失われる", self._lose_state)

    # ------------------------------------------------------------------ the end

    def teardown(self):
        """Let everything work again and have its time; then the promises of the end hold."""
        if self.world is None or not hasattr(self, "promises") or self.chronicle.story[-1].startswith("  ならば"):
            return
        self.act("復旧", "すべての障害がなくなり、設定が元に戻る", self._recover)
        for _ in range(3):
            if self.world.ledger.is_behind():  # each time: an engine without memory hands its orders over again first
                self.act("一括同期", "一括同期を行う", self.world.full_sync)
            self.sync("同期", "在庫連携が行われる")
            self.act("TEMPOSTARの送信", "TEMPOSTARの次の送信まで待つ", self.world.pass_of_tempostar)
        self.sync("同期", "在庫連携が行われる")
        try:
            self.promises.check_settled()
        except Exception as error:
            self.chronicle.close(error)
            raise

    def _recover(self):
        world = self.world
        world.lab.faults.clear_all()
        world.save_linkage()
        world.resume()
        for name in ("受注取込", "在庫反映"):
            world.switch(name, True)
        world.lab.change_settings(slice_size=2000, writing="atomic")

    def _lose_state(self):
        self.world.lose_state()
        self.promises.state_lost()

    def _amid(self, deed: Callable[[], object]) -> Deed:
        def carry_out(_name: str) -> None:
            with self.world.ledger.while_the_engine_works():
                deed()

        return carry_out

    def _sync_with_a_purchase(self, kind, sentence, deeds, nth, line):
        sold = []
        buy = self._amid(lambda: sold.append(self.world.buy(line)))

        def learn(made):
            """A purchase that the engine overwrites is excused when it does not come to correct that in this pass."""
            if any(sold) and made.ending is not Ending.WELL and made.overwrites_after(nth):
                self.world.ledger.window[line[0]] += line[1]

        self.sync(kind, sentence, {**deeds, nth: buy}, learn)


def _word(on: bool) -> str:
    return "起動" if on else "停止"


def machine_on(ground: Ground, chronicle: Chronicle) -> type[LabMachine]:
    """A machine whose histories happen on this ground and are told in this chronicle."""
    return type("LabMachine", (LabMachine,), {"ground": ground, "chronicle": chronicle})
