"""設定: companies and their FTP accounts, shops, 在庫管理設定, carriers and payment names (guide 1, 2 and 5.2)."""

from __future__ import annotations

import dataclasses
import secrets
from typing import TYPE_CHECKING

from simulator.errors import BadValue, Conflict, Unknown
from simulator.tempostar.catalog import (
    FIRST_COMPANY,
    LONGEST_NAME,
    LONGEST_SETTING,
    MALL_TYPES,
    Carrier,
    Company,
    FtpAccount,
    Payment,
    Shop,
    check_mall_type,
    check_name,
    check_text,
    company_of,
)
from simulator.tempostar.desk import Desk
from simulator.tempostar.reflection import StockSettings, Switch, plan_after_change

if TYPE_CHECKING:
    from collections.abc import Mapping

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
_LENGTH = 16


def new_password() -> str:
    """16 letters and digits without look-alikes."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


class Shops(Desk):
    """The part of the back office behind 設定."""

    def prepare(self) -> None:
        """Write the rows a fresh lab starts with: company 10001, no FTP password, no shop. Harmless when repeated."""
        self._records.add_company(FIRST_COMPANY)

    # Companies and FTP accounts

    def found_company(self) -> Company:
        """Add a company, with a catalogue and an FTPS area of its own; numbered from 10002 on."""
        with self._store.transaction():
            company = Company(max(known.company_id for known in self.companies()) + 1)
            self._records.add_company(company.company_id)
            self._record("company.founded", f"Company {company.company_id} was founded.", company_id=company.company_id)
        return company

    def issue_ftp_password(self, company_id: int = FIRST_COMPANY) -> FtpAccount:
        """Issue a new FTP password, 16 letters and digits without look-alikes; the one before is void (guide 5.2.3).

        Raises: Unknown for a company that is not there.
        """
        account = FtpAccount(Company(company_id).ftp_user, new_password())
        with self._store.transaction():
            self._check_company(company_id)
            self._records.set_ftp_password(company_id, account.password)
            self._record(
                "ftp_password.issued", f"A new FTP password was issued for {account.user}.",
                company_id=company_id, ftp_user=account.user,
            )  # fmt: skip
        return account

    def ftp_account(self, company_id: int = FIRST_COMPANY) -> FtpAccount | None:
        """A company's FTP account as the console shows it (guide 5.2.1); None while no password was issued.

        Raises: Unknown for a company that is not there.
        """
        self._check_company(company_id)
        password = self._records.ftp_password(company_id)
        return None if password is None else FtpAccount(Company(company_id).ftp_user, password)

    def authenticate(self, user: str, password: str) -> int | None:
        """The company whose FTP user and present password these are; None for anything else."""
        company_id = company_of(user)
        issued = None if company_id is None else self._records.ftp_password(company_id)
        given = password.encode("utf-8", "surrogatepass")
        return company_id if issued is not None and secrets.compare_digest(issued.encode(), given) else None

    # Shops

    def add_shop(
        self, name: str, short_name: str, *, mall_type: str = MALL_TYPES[0],
        ftp_settings: str = "", mail_settings: str = "", company_id: int = FIRST_COMPANY,
    ) -> Shop:  # fmt: skip
        """Add a shop, as 連携ショップ新規追加 and 登録 do (guide 1.1-1.4); it gets the next shop code and ETC number.

        Names are 1 to 255 characters, no two shops of a company share one (ASSUMPTION). FTP設定 and メール設定 are kept
        and have no effect.

        Raises: BadValue for a bad name or an unknown モール種別; Conflict for a name taken; Unknown for the company.
        """
        check_name("name", name)
        check_name("short_name", short_name)
        check_mall_type(mall_type)
        check_text("ftp_settings", ftp_settings, longest=LONGEST_SETTING)
        check_text("mail_settings", mail_settings, longest=LONGEST_SETTING)
        with self._store.transaction():
            self._check_company(company_id)
            others = self.shops(company_id)
            for other in others:
                if other.name == name or other.short_name == short_name:
                    raise Conflict(
                        f"Shop {other.shop_code} is called {other.name!r} / {other.short_name!r} already.",
                        next_step="Choose names that tell the shops apart.",
                    )
            shop = Shop(
                self._records.next_shop_code(), company_id, name, short_name, mall_type, f"ETC{len(others) + 1}",
                ftp_settings, mail_settings, StockSettings(),
            )  # fmt: skip
            self._records.add_shop(shop)
            self._record(
                "shop.added", f"Shop {shop.shop_code} {name} was added.", company_id=company_id,
                shop_code=shop.shop_code, name=name, short_name=short_name, mall_type=mall_type,
            )  # fmt: skip
        return shop

    def shop_codes(self, company_id: int | None = None) -> tuple[str, ...]:
        """Codes of all shops, or of a company's; none for an unknown company."""
        return self._records.shop_codes(company_id)

    def update_stock_settings(self, shop_code: str, **changes: object) -> Shop:
        """Change a shop's 在庫管理設定 (guide 2.1): fields of StockSettings, as values or as their text.

        在庫反映 to 起動 queues every carried and linked SKU and plans the first pass one interval later; to 停止
        forgets the queue and leaves files that are there. Another interval plans anew from now (ASSUMPTION).
        受注取込 to 停止 leaves order files waiting. Passes end when both are 停止.

        Raises: Unknown for the shop; BadValue for an unknown field or a value that is not possible.
        """
        with self._store.transaction():
            before = self.shop(shop_code)
            stock = before.stock.changed(changes)
            changed = {
                name: value for name, value in dataclasses.asdict(stock).items() if value != getattr(before.stock, name)
            }
            self._records.set_stock_settings(shop_code, stock)
            match changed.get("reflection"):
                case Switch.ON:
                    self._queue.enqueue_all(shop_code)
                case Switch.OFF:
                    self._queue.empty_queue(shop_code)
            planned = self._queue.next_pass(shop_code)
            self._queue.plan_pass(shop_code, plan_after_change(before.stock, stock, planned, self._now()))
            told = ", ".join(f"{name} {value}" for name, value in changed.items()) or "nothing changed"
            self._record(
                "shop.settings_changed", f"在庫管理設定 of shop {shop_code} were saved: {told}.",
                shop_code=shop_code, changed=changed, queued=self._queue.queued(shop_code),
            )  # fmt: skip
        return dataclasses.replace(before, stock=stock)

    # Carriers and payments

    def add_carrier(
        self, name: str, console_name: str, shop_names: Mapping[str, str], *, company_id: int = FIRST_COMPANY
    ) -> Carrier:
        """Add a row of 配送業者設定 (guide 2.2): 配送業者, 管理画面, and its name in the orders of each shop named.

        Raises: BadValue for a bad name; Conflict for a carrier that exists, or a shop's name that another carrier has;
        Unknown for the company or a shop of another company.
        """
        check_name("console_name", console_name)
        carrier = Carrier(name, console_name, dict(shop_names))
        with self._store.transaction():
            self._check_names("carrier", carrier, self.carriers(company_id), company_id)
            self._records.add_carrier(company_id, carrier)
            self._record(
                "carrier.added", f"Carrier {name} was added.", company_id=company_id, name=name,
                console_name=console_name, shop_names=dict(shop_names),
            )  # fmt: skip
        return carrier

    def add_payment(self, name: str, shop_names: Mapping[str, str], *, company_id: int = FIRST_COMPANY) -> Payment:
        """Add a row of 支払方法設定 (guide 2.3): a payment, and its name in the orders of each shop named.

        Raises: as `add_carrier`.
        """
        payment = Payment(name, dict(shop_names))
        with self._store.transaction():
            self._check_names("payment", payment, self.payments(company_id), company_id)
            self._records.add_payment(company_id, payment)
            self._record(
                "payment.added", f"Payment {name} was added.", company_id=company_id, name=name,
                shop_names=dict(shop_names),
            )  # fmt: skip
        return payment

    def name_carrier(self, name: str, shop_names: Mapping[str, str], *, company_id: int = FIRST_COMPANY) -> Carrier:
        """Change what a carrier of 配送業者設定 is called in the orders of the shops named; "": it has no name there.
        Orders taken in before stay as they are.

        Raises: Unknown for the carrier; else as `add_carrier`.
        """
        with self._store.transaction():
            others = {one.name: one for one in self.carriers(company_id)}
            if name not in others:
                raise Unknown("carrier", name, next_step=f"配送業者設定 has: {', '.join(others) or 'none yet'}.")
            old = others.pop(name)
            carrier = dataclasses.replace(old, shop_names=_merged(old.shop_names, shop_names))
            self._check_names("carrier", carrier, tuple(others.values()), company_id)
            self._records.set_carrier_names(company_id, carrier)
            self._record(
                "carrier.named", f"Carrier {name} was given names in {len(shop_names)} shops.",
                company_id=company_id, name=name, shop_names=dict(shop_names),
            )  # fmt: skip
        return carrier

    def name_payment(self, name: str, shop_names: Mapping[str, str], *, company_id: int = FIRST_COMPANY) -> Payment:
        """The same for a payment of 支払方法設定.

        Raises: as `name_carrier`.
        """
        with self._store.transaction():
            others = {one.name: one for one in self.payments(company_id)}
            if name not in others:
                raise Unknown("payment", name, next_step=f"支払方法設定 has: {', '.join(others) or 'none yet'}.")
            payment = Payment(name, _merged(others.pop(name).shop_names, shop_names))
            self._check_names("payment", payment, tuple(others.values()), company_id)
            self._records.set_payment_names(company_id, payment)
            self._record(
                "payment.named", f"Payment {name} was given names in {len(shop_names)} shops.",
                company_id=company_id, name=name, shop_names=dict(shop_names),
            )  # fmt: skip
        return payment

    def carriers(self, company_id: int = FIRST_COMPANY) -> tuple[Carrier, ...]:
        """A company's 配送業者設定, by name. Raises: Unknown for the company."""
        self._check_company(company_id)
        return self._records.carriers(company_id)

    def payments(self, company_id: int = FIRST_COMPANY) -> tuple[Payment, ...]:
        """A company's 支払方法設定, by name. Raises: Unknown for the company."""
        self._check_company(company_id)
        return self._records.payments(company_id)

    def _check_names(
        self, what: str, new: Carrier | Payment, others: tuple[Carrier | Payment, ...], company_id: int
    ) -> None:
        check_name("name", new.name)
        for shop_code, shop_name in new.shop_names.items():
            if self.shop(shop_code).company_id != company_id:
                raise BadValue("shop_names", shop_code, f"the shop is not one of company {company_id}")
            check_text("shop_names", shop_name, longest=LONGEST_NAME)
        for other in others:
            if other.name == new.name:
                raise Conflict(f"There is a {what} {new.name!r} already.", next_step="Choose another name.")
            for shop_code, shop_name in new.shop_names.items():
                if shop_name and other.shop_names.get(shop_code) == shop_name:
                    raise Conflict(
                        f"In shop {shop_code}, {shop_name!r} means the {what} {other.name!r} already.",
                        next_step="One name of a shop can mean one row only.",
                    )


def _merged(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    return {shop_code: name for shop_code, name in {**old, **new}.items() if name}
