"""What one scenario knows of the merchant's two shops, and the verbs its steps share.

It speaks to the lab's public verbs and runs the engine from outside; nothing here looks into either.
"""

from __future__ import annotations

import contextlib
import csv
import io
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from simulator.config import Writing
from simulator.conformance.drivers import NOT_CONFIGURED
from simulator.conformance.guide_settings import GUIDE_STOCK_SETTINGS
from simulator.conformance.order_delivery import compose_order_file, deliver
from simulator.conformance.stock_folder import COMPANY, compose_path, find_newest, parse_rows
from simulator.errors import EngineTrouble, EngineUnusable, Unknown
from simulator.tempostar.reflection import WRITE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from simulator.conformance.engine_under_test import EngineUnderTest
    from simulator.errors import Refused
    from simulator.faults.armed import Fault
    from simulator.journal import Entry
    from simulator.lab import Lab
    from simulator.mailbox.mailbox import Mail
    from simulator.roomclip.item_lists import ImportReport
    from simulator.roomclip.listing import Variant
    from simulator.servers import Endpoints

SHOP_ID = "1"
EVERYTHING = 10_000
JOURNAL_SHOWN = 200
PAGE_SECONDS = 10.0
A_MINUTE = timedelta(minutes=1)
STEP, JOURNAL, ENGINE = "step", "journal since the last もし", "engine"
"""Titles of what is told of a failed scenario."""
MASK = "***"


@dataclass
class World:
    """The state of one scenario. `stock_settings`: where 在庫管理設定 of this service's shops differ from the guide's;
    `shop_code`: the RoomClip shop's, once it is added; `report` and `refusal`: how the last import went."""

    lab: Lab
    engine: EngineUnderTest
    stock_settings: Mapping[str, str] = field(default_factory=dict)
    shop_code: str = ""
    other_shop_code: str = ""
    passwords: list[str] = field(default_factory=list, repr=False)
    report: ImportReport | None = None
    refusal: Refused | None = None
    failed: bool = False
    faults: list[Fault] = field(default_factory=list)
    _mark: int | None = None
    _last_mark: int | None = None
    _rows: int = 0
    _own_entries: set[int] = field(default_factory=set, repr=False)
    _own_sessions: set[object] = field(default_factory=set, repr=False)

    # ------------------------------------------------------------------ setting up

    def add_shop(self) -> None:
        """Guide 1: add the RoomClip shop to TEMPOSTAR."""
        self.shop_code = self.lab.tempostar.add_shop("RoomClipShopping", "RCs").shop_code

    def save_stock_settings(self) -> None:
        """Guide 2: 在庫管理設定, 配送設定 and 支払方法設定 as written there, but for what the profile has otherwise."""
        back = self.lab.tempostar
        back.update_stock_settings(self.shop_code, **{**GUIDE_STOCK_SETTINGS, **self.stock_settings})
        back.add_carrier("その他", "その他", {self.shop_code: "その他"})
        for payment in ("クレジットカード", "Amazon決済"):
            back.add_payment(payment, {self.shop_code: payment})

    def send_orders(self, rows: Sequence[dict[str, str]]) -> None:
        """Have an order file of these rows put into the FTPS area, a second later; what they lack is filled in."""
        self.lab.advance(seconds=1)
        self.send_order_file(self.order_file(rows))

    def order_file(self, rows: Sequence[dict[str, str]]) -> bytes:
        """An order file of these rows, ordered now."""
        return compose_order_file(rows, shop_code=self.shop_code, ordered_at=self.lab.clock.now())

    def send_order_file(self, content: bytes) -> None:
        """Put an order file into the FTPS area as a partner does: over TLS, under another name until it is whole."""
        account = self.lab.tempostar.ftp_account()
        if account is None:
            raise AssertionError("no FTP password has been issued in this scenario")
        name = f"order{self.lab.clock.now():%Y%m%d%H%M%S}_IDutf8.csv"
        deliver(self.lab.endpoints, account, f"/netorder/{self.shop_code}/{name}", content)

    def issue_password(self) -> str:
        """Guide 5.2.3: have TEMPOSTAR issue an FTP password; the one before stops working."""
        self.passwords.append(self.lab.tempostar.issue_ftp_password().password)
        return self.passwords[-1]

    def save_linkage(
        self,
        *,
        password: str | None = None,
        shop_code: str | None = None,
        user: str | None = None,
        notify_to: str | None = None,
    ) -> None:
        """Guide 5.2: fill in 在庫連携設定 and press 保存する; what is not given is right."""
        account = self.lab.tempostar.ftp_account()
        if account is None:
            raise AssertionError("no FTP password has been issued in this scenario")
        self.passwords.extend({password or account.password} - set(self.passwords))
        self.lab.roomclip.save_linkage(
            SHOP_ID,
            ftp_user=account.user if user is None else user,
            ftp_password=password or account.password,
            shop_code=shop_code or self.shop_code,
            notify_to=notify_to,
        )

    def finish_setup(self) -> None:
        """Guide 1, 2 and 5 in one go."""
        self.add_shop()
        self.save_stock_settings()
        self.issue_password()
        self.lab.roomclip.apply_for_linkage(SHOP_ID)
        self.save_linkage()

    def import_items(self, rows: Sequence[dict[str, str]]) -> ImportReport:
        """Import a 商品CSV of these columns; whatever it lacks is filled in as a merchant would.

        Raises: BadFile.
        """
        first, self._rows = self._rows + 1, self._rows + len(rows)
        ready = [
            {
                "商品管理番号": f"R-{number}",
                "親子・単品フラグ": "0",
                "商品名": f"商品 {row.get('種類別の自社管理コード', number)}",
                "カラー": "",
                "サイズ": "",
                "種類別の自社管理コード": "",
                "販売価格": "1000",
                "在庫数": "0",
                "出品ステータス": "公開",
            }
            | row
            for number, row in enumerate(rows, start=first)
        ]
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(ready[0]), lineterminator="\r\n", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(ready)
        return self.lab.roomclip.import_items(SHOP_ID, text.getvalue().encode())

    # ------------------------------------------------------------------ time and the engine

    def wait_for_pass(self) -> None:
        """Let 送信間隔 go by: until the next pass is over and its file is written, or 5 minutes when none is due.

        Passes of other shops in the same minute are waited for, too: the shops were set up at different moments.
        """
        if self.go_to_pass():
            back, now = self.lab.tempostar, self.lab.clock.now()
            due = [at for shop in back.shops() if (at := back.reflection_state(shop.shop_code).next_pass)]
            last = max((at for at in due if at - now < A_MINUTE), default=now)
            writing = WRITE_SECONDS if self.lab.settings().writing is Writing.IN_PLACE else 0
            seconds = (last - now).total_seconds() + writing
            if seconds:
                self.lab.advance(seconds=seconds)

    def go_to_pass(self) -> bool:
        """Let time go by to the very moment of the shop's next pass; 5 minutes, and False, when none is due."""
        due = self.lab.tempostar.reflection_state(self.shop_code).next_pass
        wait = due - self.lab.clock.now() if due else timedelta(minutes=5)
        self.lab.advance(seconds=wait.total_seconds())
        return due is not None

    def sync(self) -> None:
        """Have the engine make a pass.

        Raises: EngineUnusable when it says that it is not configured, or crashes.
        """
        try:
            run = self.engine.run()
        except EngineUnusable as error:
            raise EngineUnusable(
                self.masked(error.message),
                trouble=error.trouble,
                next_step=self.masked(error.next_step),
                output=self.masked(error.output),
            ) from error.__cause__
        if run.exit_code not in (0, 1):
            raise EngineUnusable(
                f"The engine {run.ending}; a pass made ends with 0 or 1.",
                trouble=EngineTrouble.NOT_CONFIGURED if run.exit_code == NOT_CONFIGURED else EngineTrouble.CRASHED,
                next_step=f"Its output: {self.masked(run.output.strip()) or 'none'}",
            )

    # ------------------------------------------------------------------ what goes wrong

    def break_down(self, kind: str, *, on: str = "", path: str = "", times: int = 1, **parameters: object) -> None:
        """Let something go wrong from now on."""
        self.faults.append(self.lab.faults.arm(kind, parameters, on=on, path=path, times=times))

    def mend(self) -> None:
        """Let nothing go wrong any more."""
        for fault in self.faults:
            fault.clear()

    def check_faults_struck(self) -> None:
        """Everything that was broken has been met.

        Raises: AssertionError naming what was not.
        """
        idle = [str(fault.wish) for fault in self.faults if not fault.fired]
        if idle:
            raise AssertionError(
                f"What was to go wrong never did ({'; '.join(idle)}), so this scenario has shown nothing:"
                " the engine did not come that far."
            )

    @contextlib.contextmanager
    def visiting_area(self) -> Iterator[Endpoints]:
        """Inside, the suite itself comes to the FTPS area, to see that the lab does what a claim depends on. The story
        leaves out what that writes: it would be taken for the engine's.

        Raises: AssertionError where something is broken that the engine has not met: the visit could meet it instead.
        """
        self.check_faults_struck()
        before = self.lab.journal.last_seq()
        try:
            yield self.lab.endpoints
        finally:
            entries = self.lab.journal.read(after=before)
            self._own_entries |= {entry.seq for entry in entries}
            # The end of a session may be written a moment after the visit.
            self._own_sessions |= {entry.data["session"] for entry in entries if entry.kind == "ftps.connected"}

    # ------------------------------------------------------------------ looking

    def variants(self, code: str) -> tuple[Variant, ...]:
        """All variants of the RoomClip shop with exactly this code."""
        return self.lab.roomclip.variants(SHOP_ID, limit=EVERYTHING, codes=(code,)).variants

    def variant(self, code: str) -> Variant:
        """The one variant with this code.

        Raises: AssertionError when there is none, or more than one.
        """
        found = self.variants(code)
        if len(found) != 1:
            raise AssertionError(f"RoomClip has {len(found)} variants with the code {code!r}; this step speaks of one.")
        return found[0]

    def levels(self) -> dict[str, int]:
        """The stock of every code in the RoomClip shop; a code on several variants is not in it."""
        return dict(self.lab.roomclip.levels(SHOP_ID))

    def linkage_page(self) -> str:
        """在庫連携設定 in RoomClipビジネス, as a browser gets it."""
        import urllib3

        url = f"{self.lab.endpoints.http_url}/roomclip/business/{SHOP_ID}/linkage"
        with urllib3.PoolManager() as pool:
            return pool.request("GET", url, timeout=PAGE_SECONDS).data.decode()

    def mails(self) -> tuple[Mail, ...]:
        """The mails to the merchant, oldest first."""
        (owner,) = (shop.owner_mail for shop in self.lab.roomclip.shops() if shop.shop_id == SHOP_ID)
        return self.lab.mailbox.mails(to=owner)

    def stock_path(self) -> str:
        """Where the newest stock file of the RoomClip shop stands in the FTPS area; without one, where it would."""
        newest = find_newest(self.lab, self.shop_code)
        return newest.path if newest else compose_path(self.lab, self.shop_code)

    def stock_content(self) -> bytes:
        """The bytes of the newest stock file.

        Raises: AssertionError when there is none.
        """
        content = self.lab.area.read(COMPANY, self.stock_path())
        if content is None:
            raise AssertionError("this step wants a stock file in the FTPS area, and there is none")
        return content

    def stock_rows(self) -> list[dict[str, str]]:
        """The rows of the newest stock file, by column; empty when there is no file."""
        if not self.shop_code:
            return []
        content = self.lab.area.read(COMPANY, self.stock_path()) or b""
        return parse_rows(content, self.lab.settings(), self.lab.tempostar.shop(self.shop_code).stock)

    def put_stock_file(self, content: bytes) -> None:
        """Put these bytes where TEMPOSTAR would write its next file, a minute later."""
        self.lab.advance(minutes=1)
        self.lab.area.write(COMPANY, compose_path(self.lab, self.shop_code), content)

    def ends(self, codes: Iterable[str]) -> tuple[str, ...]:
        """What TEMPOSTAR, its file and RoomClip hold of these codes, one sentence each, for a failing step."""
        written = {row.get("商品コード", ""): row.get("在庫数", "") for row in self.stock_rows()}
        return tuple(
            f"{code!r}: TEMPOSTAR {self._tempostar_stock(code)}, its file {written.get(code, 'absent')},"
            f" RoomClip {', '.join(str(variant.stock) for variant in self.variants(code)) or 'not registered'}"
            for code in codes
        )

    def _tempostar_stock(self, code: str) -> str:
        try:
            return str(self.lab.tempostar.stock(code).stock)
        except Unknown:
            return "not registered"

    # ------------------------------------------------------------------ the story of the action

    def mark_action(self) -> None:
        """Remember where the journal stands: a もし begins."""
        self._last_mark = self.lab.journal.last_seq()
        if self._mark is None:
            self._mark = self._last_mark

    @property
    def mark(self) -> int:
        """The journal's number before the first もし; its present end before that."""
        return self.lab.journal.last_seq() if self._mark is None else self._mark

    def story(self) -> list[tuple[str, str]]:
        """For the report of a failed scenario: the journal of all services from the last もし on (the whole scenario's,
        where it came to none) but for the suite's own visits; what the engine said in all its passes. No secrets."""
        journal = self.lab.journal
        last, oldest = journal.last_seq(), journal.read(limit=1)
        mark = max(self._last_mark or 0, oldest[0].seq - 1 if oldest else last)  # numbers go on where a lab is reset
        begin = max(mark, last - JOURNAL_SHOWN)
        cut = begin - mark - sum(mark < seq <= begin for seq in self._own_entries)
        lines = [f"... {cut} earlier ones"] if cut else []
        lines += [
            f"{entry.seq} {entry.at} {entry.service} {entry.kind}: {entry.summary}"
            for entry in journal.read(after=begin, limit=JOURNAL_SHOWN)
            if not self.is_own(entry)
        ]
        said = [f"exit code {run.exit_code}\n{run.output.strip()}".strip() for run in self.engine.runs]
        if gone := self.engine.unusable:
            said.append(f"{gone.trouble}\n{gone.output.strip()}".strip())
        return [
            (JOURNAL, self.masked("\n".join(lines)) or "nothing happened"),
            (ENGINE, self.masked("\n".join(said)) or "no pass was made"),
        ]

    def masked(self, text: str) -> str:
        """The text with *** for every FTP password of this scenario and for the shop API's token."""
        account = self.lab.tempostar.ftp_account()
        secrets = {*self.passwords, account.password if account else "", self.lab.roomclip.api_token()} - {""}
        for secret in sorted(secrets, key=len, reverse=True):  # one may be the beginning of another
            text = text.replace(secret, MASK)
        return text

    def is_own(self, entry: Entry) -> bool:
        """Whether the suite itself did that, on a visit."""
        return entry.seq in self._own_entries or (
            entry.service == "ftps" and entry.data.get("session") in self._own_sessions
        )
