"""Mails as the merchant reads them."""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING

from pytest_bdd import then

from simulator.conformance.expectations import expect
from simulator.conformance.steps.sentences import Sentence

if TYPE_CHECKING:
    from simulator.conformance.world import World


@then("店舗にメールは届いていない")
def check_no_mail(world: World) -> None:
    """The merchant got no mail at all."""
    check_mail_count(world, 0)


@then(Sentence("店舗に届いたメールは全部で「{count:int}」通である"))
def check_mail_count(world: World, count: int) -> None:
    """The merchant got exactly so many mails since the scenario began."""
    mails = world.mails()
    seen = "; ".join(f"{mail.received_at:%H:%M} {mail.subject}" for mail in mails) or "none"
    expect(
        len(mails) == count, f"{count} mails to the merchant", world.masked(f"{len(mails)}: {seen}"), *_failures(world)
    )


@then(Sentence("「{address}」に届いたメールは全部で「{count:int}」通である"))
def check_mail_count_elsewhere(world: World, address: str, count: int) -> None:
    """Exactly so many mails went to this address."""
    mails = world.lab.mailbox.mails(to=address)
    seen = "; ".join(f"{', '.join(mail.recipients)}: {mail.subject}" for mail in world.lab.mailbox.mails()) or "none"
    expect(
        len(mails) == count, f"{count} mails to {address}", world.masked(f"{len(mails)} of: {seen}"), *_failures(world)
    )


@then(Sentence("最後に届いたメールに「{text}」と書かれている"))
def check_mail_says(world: World, text: str) -> None:
    """The latest mail to the merchant has this text in its subject or body."""
    mails = world.mails()
    expect(bool(mails), f"a mail that says {text!r}", "no mail", *_failures(world))
    expect(text in _text(world), f"a mail that says {text!r}", world.masked(_text(world)))


@then("最後に届いたメールにショップコードが書かれている")
def check_mail_names_shop(world: World) -> None:
    """The latest mail says which shop it is about."""
    check_mail_says(world, world.shop_code)


@then("最後に届いたメールに在庫ファイルの名前が書かれている")
def check_mail_names_file(world: World) -> None:
    """The latest mail names the newest stock file."""
    check_mail_says(world, basename(world.stock_path()))


@then("届いたどのメールにもFTPユーザーパスワードは書かれていない")
def check_mails_without_password(world: World) -> None:
    """No mail to anybody contains a password of this scenario, decoded or raw."""
    for mail in world.lab.mailbox.mails():
        everything = f"{mail.subject}\n{mail.body}\n{mail.raw.decode('utf-8', errors='replace')}"
        found = any(password in everything for password in world.passwords)
        expect(
            not found,
            "no password in any mail",
            world.masked(f"one in the mail of {mail.received_at:%H:%M} ({mail.subject})"),
        )


def _text(world: World) -> str:
    latest = world.mails()[-1]
    return f"{latest.subject}\n{latest.body}"


def _failures(world: World) -> tuple[str, ...]:
    codes = ", ".join(str(run.exit_code) for run in world.engine.runs)
    return (f"the engine's passes ended with exit codes {codes or '(none was made)'}",)
