"""The mail adapter against a real SMTP server."""

from __future__ import annotations

import email
import email.policy
import socket
from dataclasses import dataclass, field, replace

import pytest

from reference.adapters.mail import SmtpMailer
from reference.domain.letters import Letter
from reference.errors import MailError
from reference.service.ports import QueuedLetter
from tests.inbox import open_inbox
from tests.unit.reference.engine_fakes import OPENING

LETTER = QueuedLetter(
    "key-1", "owner@shop.example", Letter("【在庫連携】失敗のお知らせ", "一行目①㈱～\n二行目\n", OPENING)
)


@dataclass
class Inbox:
    received: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answer: str = "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - the name aiosmtpd calls
        if "@" not in address:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - the name aiosmtpd calls
        self.received.append(envelope.content)
        self.recipients = envelope.rcpt_tos
        return self.answer


@pytest.fixture
def inbox():
    handler = Inbox()
    with open_inbox(handler) as port:
        yield handler, port


def mailer(port: int) -> SmtpMailer:
    return SmtpMailer("127.0.0.1", port, "sync@zaiko.example", timeout=60.0)


def test_hands_over_japanese_text_with_the_engines_date_and_a_stable_id(inbox):
    handler, port = inbox
    mailer(port).send(LETTER)
    mailer(port).send(LETTER)
    first, second = (email.message_from_bytes(content, policy=email.policy.default) for content in handler.received)
    assert first["Subject"] == "【在庫連携】失敗のお知らせ"
    assert (first["From"], first["To"]) == ("sync@zaiko.example", "owner@shop.example")
    assert first["Date"] == "Wed, 01 Apr 2026 09:00:00 +0900"
    assert first["Message-ID"] == second["Message-ID"] == "<key-1@zaiko.example>"
    assert first.get_content().replace("\r\n", "\n") == "一行目①㈱～\n二行目\n"
    assert first.get_content_type() == "text/plain"


@pytest.mark.parametrize("answer", ["451 later", "550 never"])
def test_a_refusal_is_an_error_that_quotes_the_server(inbox, answer):
    handler, port = inbox
    handler.answer = answer
    with pytest.raises(MailError, match=answer):
        mailer(port).send(LETTER)


def test_a_missing_server_is_an_error_that_names_the_settings():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(MailError, match="SYNC_SMTP_HOST"):
            mailer(free.getsockname()[1]).send(LETTER)


def test_an_address_with_a_line_break_is_refused(inbox):
    letter = replace(LETTER, to="owner@shop.example\nBcc: other@shop.example")
    with pytest.raises(MailError):
        mailer(inbox[1]).send(letter)
    assert inbox[0].received == []


@pytest.mark.parametrize(
    ("to", "recipients"),
    [
        ("店主 <owner@shop.example>", ["owner@shop.example"]),
        ("店主@shop.example", ["店主@shop.example"]),
        ("owner@shop.example, staff@shop.example", ["owner@shop.example", "staff@shop.example"]),
    ],
)
def test_a_name_or_a_second_address_is_understood(inbox, to, recipients):
    handler, port = inbox
    mailer(port).send(replace(LETTER, to=to))
    message = email.message_from_bytes(handler.received[0], policy=email.policy.default)
    assert (str(message["To"]), handler.recipients) == (to, recipients)


@pytest.mark.parametrize("to", ["", "nobody"])
def test_an_address_the_server_does_not_know_is_an_error(inbox, to):
    with pytest.raises(MailError):
        mailer(inbox[1]).send(replace(LETTER, to=to))


def test_a_line_break_in_a_subject_holds_up_no_mail(inbox):
    handler, port = inbox
    mailer(port).send(replace(LETTER, letter=replace(LETTER.letter, subject="失敗\r\nBcc: other@shop.example")))
    message = email.message_from_bytes(handler.received[0], policy=email.policy.default)
    assert (message["Subject"], message["Bcc"]) == ("失敗 Bcc: other@shop.example", None)
