"""What holds whatever happens: looked at after each action, around each pass of the engine, and at the end."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes

from simulator.journal import Entry
from simulator.mailbox.mailbox import Mail
from simulator.roomclip.sales import Buyer, OrderState
from tests.properties.lab_engine import Ending, Pass
from tests.properties.lab_ledger import EVERYTHING, Written
from tests.properties.lab_world import LATE, LabWorld

FAILURE, RECOVERY = "失敗のお知らせ", "復旧のお知らせ"
_CAUSE = re.compile(r"失敗した内容：(.*)")


class PromiseBroken(AssertionError):
    """A ならば that does not hold; its sentence says what was expected and what was seen."""


def promise(kept: bool, sentence: str) -> None:
    """Raise PromiseBroken unless it is kept."""
    if not kept:
        raise PromiseBroken(sentence)


@dataclass(frozen=True)
class Scene:
    """The shop right before a pass."""

    journal: int
    stocks: dict[str, int]
    statuses: dict[str, str]
    handed_over: Counter[str]
    overhung: Counter[str]
    paused: bool
    standing: dict[str, Written]


@dataclass
class Promises:
    """The promises of one history; remembers how far journal and mails have been looked at."""

    world: LabWorld
    seen: int = field(init=False)
    mails_seen: int = field(init=False)
    touchable_after: int = field(init=False)
    told: set[str] = field(default_factory=set)
    open_incident: bool = False
    mail_copies: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.seen = self.touchable_after = self.world.began
        self.mails_seen = 0

    # ------------------------------------------------------------------ after each action

    def check(self) -> None:
        """What holds at every moment."""
        self.world.read_journal()
        self._check_units()
        self._check_orders()
        entries = self.world.lab.journal.read(after=self.seen, limit=100_000)
        self._check_journal(entries)
        self._check_mails()

    def _check_units(self) -> None:
        world, ledger = self.world, self.world.ledger
        for variant in world.variants():
            promise(variant.stock >= 0, f"RoomClipの「{variant.variant_code}」の在庫数「{variant.stock}」は0以上である")
        placed, unlinked = ledger.placed(), ledger.not_lowered()
        for code in ledger.codes:
            most = ledger.held[code] + unlinked[code] + ledger.excused[code]
            promise(
                placed[code] <= most,
                f"「{code}」の売れた数「{placed[code]}」は、あった数「{most}」を超えない",
            )

    def _check_orders(self) -> None:
        taken_in = self.world.ledger.taken_in_numbers()
        twice = sorted(number for number, times in Counter(taken_in).items() if times > 1)
        promise(not twice, f"TEMPOSTARの受注一覧に同じ注文は2度ない（{'、'.join(twice)}）")
        known = set(self.world.ledger.order_numbers(*OrderState))
        strange = sorted(set(taken_in) - known)
        promise(not strange, f"TEMPOSTARの受注一覧にはRoomClipの注文だけがある（{'、'.join(strange)}）")

    def _check_journal(self, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            promise(entry.seq > self.seen, f"記録の番号「{entry.seq}」は前の「{self.seen}」より大きい")
            self.seen = entry.seq
            self._check_secrets(f"記録{entry.seq}（{entry.kind}）", f"{entry.summary} {entry.data}")

    def _check_mails(self) -> None:
        for mail in self.world.lab.mailbox.mails(after=self.mails_seen, limit=EVERYTHING):
            self.mails_seen = mail.seq
            self._check_secrets(f"メール「{mail.subject}」", mail.subject + mail.body)
            if self._is_copy(mail):
                continue
            if FAILURE in mail.subject:
                (cause,) = _CAUSE.findall(mail.body)
                promise(cause not in self.told, f"同じ障害の同じ原因「{cause}」のメールは1通である")
                self.told.add(cause)
                self.open_incident = True
            elif RECOVERY in mail.subject:
                promise(self.open_incident, "復旧のメールは失敗のメールの後にだけ届く")
                self.told.clear()
                self.open_incident = False

    def _is_copy(self, mail: Mail) -> bool:
        """The same mail again: as often as the engine could not know that it had been handed over."""
        name = str(message_from_bytes(mail.raw)["Message-ID"])
        self.mail_copies[name] += 1
        often, most = self.mail_copies[name], 1 + self.world.interruptions
        promise(often <= most, f"メール「{mail.subject}」は{most}通までである（{often}通目）")
        return often > 1

    def _check_secrets(self, where: str, text: str) -> None:
        buyer = Buyer()
        secrets = [*self.world.passwords, self.world.lab.roomclip.api_token(), buyer.address, buyer.mail, buyer.phone]
        promise(
            not any(secret in text for secret in (*secrets, buyer.name)),
            f"{where}にパスワードや購入者の名前・住所は出ない",
        )

    # ------------------------------------------------------------------ around a pass

    def scene(self) -> Scene:
        """The shop as it is before a pass."""
        world = self.world
        world.read_journal()
        return Scene(
            journal=world.lab.journal.last_seq(),
            stocks={one.variant_id: one.stock for one in world.variants()},
            statuses={one.variant_id: one.listing_status for one in world.variants()},
            handed_over=self._files(),
            overhung=Counter(world.ledger.overhung),
            paused=world.paused,
            standing=dict(world.ledger.standing),
        )

    def check_pass(self, before: Scene, made: Pass, quiet: bool) -> None:
        """What the engine may do in a pass; `quiet`: nobody else did anything meanwhile."""
        world = self.world
        synced = world.lab.journal.read(after=before.journal, kind="stock.synced", limit=EVERYTHING)
        changed = {code for entry in synced for code in entry.skus}
        if quiet:
            statuses = {one.variant_id: one.listing_status for one in world.variants()}
            promise(statuses == before.statuses, "同期は出品ステータスを変えない")
            moved = {one.variant_code or "" for one in world.variants() if one.stock != before.stocks[one.variant_id]}
            promise(moved <= changed, f"同期の知らせのない{_names(moved - changed)}の在庫数は変わらない")
        if before.paused and quiet:
            promise(not synced, f"一時停止の間は{_names(changed)}の在庫数が変わらない")
            promise(self._files() == before.handed_over, "一時停止の間は注文が渡されない")
        self._check_touched(changed)
        fresh: frozenset[str] = frozenset()
        if made.ending is Ending.WELL and not before.paused and not world.paused:
            self.touchable_after = before.journal
            fresh = world.ledger.applied(before.standing)
        world.ledger.met()
        self._check_overhang(before, fresh)
        world.ledger.look()

    def _check_touched(self, changed: set[str]) -> None:
        """Only what a stock file named that was not applied before the last good pass."""
        written = self.world.lab.journal.read(after=self.touchable_after, kind="reflection.written", limit=EVERYTHING)
        named = {code for entry in written for code in entry.skus} | {LATE}
        promise(changed <= named, f"在庫ファイルにない{_names(changed - named)}の在庫数は変わらない")

    def _check_overhang(self, before: Scene, fresh: frozenset[str]) -> None:
        """The engine offers no more units too many than before, and of SKUs it has news of only what it cannot know."""
        ledger = self.world.ledger
        now, unknowable = ledger.overhang(), ledger.allowed()
        for code in ledger.codes:
            others = ledger.overhung[code] - (before.overhung[code] if code in fresh else 0)
            most = max(others, unknowable[code])
            promise(
                now[code] <= most,
                f"同期の後、RoomClipは「{code}」を実際より「{most}」個までしか多く出さない"
                f"（在庫数「{ledger.shop_stock(code)}」、多い分「{now[code]}」）",
            )

    def state_lost(self) -> None:
        """An engine without memory applies every file that stands again, and knows of no incident it has told of."""
        self.touchable_after = 0
        self.told.clear()
        self.open_incident = False

    # ------------------------------------------------------------------ at the end

    def check_settled(self) -> None:
        """What holds once everything works again and has had its time."""
        world, ledger = self.world, self.world.ledger
        self.check()
        lost = sorted({*ledger.order_numbers(OrderState.PLACED)} - {*ledger.taken_in_numbers()})
        promise(not lost, f"落ち着いた後、すべての注文がTEMPOSTARにある（ないもの：{'、'.join(lost)}）")
        again = world.lab.journal.read(after=world.began, kind="order.duplicate", limit=EVERYTHING)
        promise(not again or world.state_was_lost, f"注文はTEMPOSTARに1度だけ渡される（{len(again)}件が2度）")
        for code in sorted(world.linked):
            wanted, shown = world.lab.tempostar.stock(code).stock, ledger.shop_stock(code)
            promise(shown == wanted, f"落ち着いた後、「{code}」の在庫数はTEMPOSTARの「{wanted}」である（「{shown}」）")
        promise(not self.open_incident, "落ち着いた後、復旧のメールが届いている")
        kept = b"".join(path.read_bytes() for path in world.state_dir.iterdir())
        promise(
            not any(one.encode() in kept for one in (*world.passwords, world.lab.roomclip.api_token())),
            "エンジンの記録にパスワードは残らない",
        )
        promise(Buyer().address.encode() not in kept, "渡した注文の購入者の住所は、エンジンの記録に残らない")

    def _files(self) -> Counter[str]:
        return Counter(self.world.area_files())


def _names(codes: set[str]) -> str:
    return "".join(f"「{code}」" for code in sorted(codes))
