from __future__ import annotations

import datetime as dt
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.header import Header
from email.message import EmailMessage
from email.mime.text import MIMEText

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from simulator.config import TlsMode
from simulator.errors import CannotStart, Unknown, WaitTimedOut
from simulator.faults.armed import Faults
from simulator.faults.wish import Reach
from simulator.journal import Journal
from simulator.mailbox import records
from simulator.mailbox.mailbox import Mailbox
from simulator.mailbox.server import SmtpServer
from simulator.mailbox.session import LARGEST_MAIL
from tests.conftest import Parts
from tests.ports import find_free_port

SENDER, OWNER = "zaiko@roomclip.example", "owner@shop.example"


@dataclass
class Inbox:
    mailbox: Mailbox
    server: SmtpServer
    parts: Parts

    def client(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.server.port, timeout=30)

    def send(self, raw: bytes | str, to: tuple[str, ...] = (OWNER,), **options) -> None:
        with self.client() as client:
            client.sendmail(SENDER, to, raw, **options)


@dataclass(frozen=True)
class SelfSigned:
    cert_pem: bytes
    key_pem: bytes


@pytest.fixture(scope="session")
def certificate() -> SelfSigned:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return SelfSigned(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )


@pytest.fixture
def inbox(parts: Callable[..., Parts], certificate: SelfSigned) -> Iterator[Inbox]:
    ground = parts(records.SCHEMA)
    mailbox = Mailbox(ground.store, ground.clock.now, ground.journal)
    server = SmtpServer(mailbox, ground.journal, "127.0.0.1", 0, certificate=certificate)
    server.start()
    yield Inbox(mailbox, server, ground)
    server.stop()


def mail(subject: str = "在庫連携に失敗しました", body: str = "本文") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, SENDER, OWNER
    message["Date"] = "Wed, 01 Apr 2026 09:00:00 +0900"
    message.set_content(body)
    return message


def test_keeps_a_mail_decoded_with_the_labs_time(inbox):
    inbox.send(mail().as_bytes())
    [kept] = inbox.mailbox.mails()
    assert (kept.subject, kept.body.strip()) == ("在庫連携に失敗しました", "本文")
    assert (kept.sender, kept.recipients) == (SENDER, (OWNER,))
    assert kept.date == "Wed, 01 Apr 2026 09:00:00 +0900"
    assert kept.received_at == inbox.parts.clock.now()
    assert b"Subject:" in kept.raw


def test_tells_the_journal_of_sender_recipients_and_subject_but_not_of_the_body(inbox):
    inbox.send(mail(body="secret-body").as_bytes())
    [entry] = inbox.parts.journal.read(kind="mail.received")
    assert entry.data == {
        "seq": 1,
        "sender": SENDER,
        "recipients": [OWNER],
        "subject": "在庫連携に失敗しました",
    }
    assert "secret-body" not in str(entry)
    assert "secret-body" not in repr(inbox.mailbox.mail(1))


def stages(inbox: Inbox) -> list[tuple[int, str, int]]:
    told = inbox.parts.journal.read(kind="smtp.command")
    assert all(entry.data.keys() == {"session", "stage", "reply"} for entry in told)
    return [(entry.data["session"], entry.data["stage"], entry.data["reply"]) for entry in told]


def test_tells_the_journal_of_every_stage_once_with_its_reply(inbox, certificate):
    with smtplib.SMTP("localhost", inbox.server.port, timeout=30) as client:
        client.starttls(context=ssl.create_default_context(cadata=certificate.cert_pem.decode()))
        client.sendmail(SENDER, OWNER, mail().as_bytes())
    with inbox.client() as client:
        client.docmd("NONSENSE", "a@b")
        client.docmd("MORE")
        client.mail(SENDER)
        client.helo()
        client.mail(SENDER)
        client.docmd("DATA")
        client.rset()
        client.docmd("HELP", "MAIL")
    assert stages(inbox) == [
        (1, "CONNECT", 220), (1, "EHLO", 250), (1, "STARTTLS", 220), (1, "EHLO", 250), (1, "MAIL", 250),
        (1, "RCPT", 250), (1, "DATA", 354), (1, "END-OF-DATA", 250), (1, "QUIT", 221),
        (2, "CONNECT", 220), (2, "?", 500), (2, "?", 500), (2, "MAIL", 503), (2, "HELO", 250), (2, "MAIL", 250),
        (2, "DATA", 503), (2, "RSET", 250), (2, "HELP", 250), (2, "QUIT", 221),
    ]  # fmt: skip


def test_a_stage_is_in_the_journal_before_the_client_has_the_reply(inbox):
    with inbox.client() as client:
        for command in (client.ehlo, client.noop, client.rset):
            before = len(stages(inbox))
            command()
            assert len(stages(inbox)) == before + 1


def test_a_stage_that_cannot_be_told_ends_the_session_and_is_raised_when_the_server_stops(parts):
    class Broken(Journal):
        def record(self, *_, **__):
            raise RuntimeError("broken on purpose")

    ground = parts(records.SCHEMA)
    mailbox = Mailbox(ground.store, ground.clock.now, ground.journal)
    server = SmtpServer(mailbox, Broken(ground.store, ground.clock.now), "127.0.0.1", 0)
    server.start()
    with pytest.raises((smtplib.SMTPServerDisconnected, OSError)):
        smtplib.SMTP("127.0.0.1", server.port, timeout=30)
    with pytest.raises(RuntimeError, match="broken on purpose"):
        server.stop()


def test_starttls_shows_the_given_certificate(inbox, certificate):
    trusting = ssl.create_default_context(cadata=certificate.cert_pem.decode())
    with smtplib.SMTP("localhost", inbox.server.port, timeout=30) as client:
        client.starttls(context=trusting)
        client.ehlo()
        assert not client.has_extn("auth")
        client.send_message(mail())
        assert client.sock.version() in ("TLSv1.2", "TLSv1.3")
    assert inbox.mailbox.count() == 1


def test_a_client_that_trusts_others_refuses_the_certificate(inbox):
    with inbox.client() as client, pytest.raises(ssl.SSLCertVerificationError):
        client.starttls(context=ssl.create_default_context())


def test_without_a_certificate_starttls_is_not_offered(parts):
    ground = parts(records.SCHEMA)
    server = SmtpServer(Mailbox(ground.store, ground.clock.now, ground.journal), ground.journal, "127.0.0.1", 0)
    server.start()
    with smtplib.SMTP("127.0.0.1", server.port, timeout=30) as client:
        client.ehlo()
        assert not client.has_extn("starttls")
    server.stop()


def test_reads_mail_in_8_bit_and_in_iso_2022_jp(inbox):
    inbox.send(b"Subject: a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + "八ビット\r\n".encode())
    jis = MIMEText("連携に失敗", "plain", "iso-2022-jp")
    jis["Subject"] = Header("【重要】在庫連携", "iso-2022-jp")
    inbox.send(jis.as_bytes())
    first, second = inbox.mailbox.mails()
    assert first.body.strip() == "八ビット"
    assert (second.subject, second.body.strip()) == ("【重要】在庫連携", "連携に失敗")


def test_takes_addresses_and_headers_in_utf_8(inbox):
    message = mail("日本語")
    message.replace_header("To", "店主@shop.example")
    with inbox.client() as client:
        client.send_message(message, to_addrs=["店主@shop.example"], mail_options=["SMTPUTF8", "BODY=8BITMIME"])
    [kept] = inbox.mailbox.mails(to="店主@shop.example")
    assert kept.subject == "日本語"


def test_one_mail_for_two_recipients_is_one_mail_found_under_both(inbox):
    inbox.send(mail().as_bytes(), (OWNER, "Second@Shop.example"))
    assert inbox.mailbox.count() == 1
    assert inbox.mailbox.mails(to=OWNER) == inbox.mailbox.mails(to="second@shop.EXAMPLE")
    assert inbox.mailbox.mails(to="third@shop.example") == ()


def test_refuses_a_mail_over_ten_megabytes_and_goes_on(inbox):
    with inbox.client() as client:
        with pytest.raises(smtplib.SMTPResponseException) as refused:
            client.sendmail(
                SENDER, OWNER, b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n" + (b"y" * 76 + b"\r\n") * 140_000
            )
        assert refused.value.smtp_code == 552
        client.sendmail(SENDER, OWNER, mail().as_bytes())
    assert inbox.mailbox.count() == 1
    assert LARGEST_MAIL == 10 * 1024 * 1024


def test_a_session_whose_tls_fails_is_closed(inbox):
    with inbox.client() as client:
        client.ehlo()
        assert client.docmd("STARTTLS")[0] == 220
        client.sock.sendall(b"this is no TLS\r\n")
        assert client.sock.recv(1024) == b""


def test_a_subject_with_nul_is_shown_without(inbox):
    assert inbox.mailbox.receive("a@b", ("c@d",), b"Subject: a\x00b\r\n\r\nc\x00d").subject == "a\ufffdb"
    assert inbox.mailbox.mail(1).body == "c\ufffdd"


@pytest.mark.parametrize(
    "raw",
    [
        b"no header at all",
        b"\x00\xff\xfe",
        b"Subject: =?nonsense?B?////?=\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\x82\xa0",
        b'Content-Type: multipart/mixed; boundary="\r\n\r\n--\r\n',
        b"Subject: \xe5\x9c\r\n\r\nx",
    ],
    ids=["no header", "binary", "nonsense encodings", "broken multipart", "torn character"],
)
def test_keeps_damaged_mail_with_its_bytes(inbox, raw):
    kept = inbox.mailbox.receive("\udcff@x", ("a@b",), raw)
    assert inbox.mailbox.mail(kept.seq).raw == raw


def test_shows_the_text_part_of_a_mail_that_has_html_too(inbox):
    message = mail(body="文章")
    message.add_alternative("<b>html</b>", subtype="html")
    inbox.send(message.as_bytes())
    assert inbox.mailbox.mail(1).body.strip() == "文章"


def test_wait_returns_as_soon_as_the_mail_wanted_is_there(inbox):
    inbox.send(mail("first").as_bytes())
    late = threading.Thread(target=lambda: inbox.send(mail("second").as_bytes()))
    late.start()
    assert inbox.mailbox.wait(OWNER, after=1, subject_contains="sec", timeout=30).seq == 2
    late.join()


def test_wait_gives_up_after_its_limit_and_names_what_was_wanted(inbox):
    inbox.send(mail().as_bytes())
    with pytest.raises(WaitTimedOut, match="No mail to nobody@x with 'abc'"):
        inbox.mailbox.wait("nobody@x", subject_contains="abc", timeout=0)


def test_an_unknown_mail_is_refused(inbox):
    with pytest.raises(Unknown):
        inbox.mailbox.mail(99)


def test_a_taken_port_is_named_with_the_next_step(inbox):
    second = SmtpServer(inbox.mailbox, inbox.parts.journal, "127.0.0.1", inbox.server.port)
    with pytest.raises(CannotStart, match=rf"127\.0\.0\.1:{inbox.server.port}.*--smtp-port 0"):
        second.start()
    second.stop()


def test_stops_at_once_with_sessions_open_in_clear_and_in_tls(parts, certificate):
    ground = parts(records.SCHEMA)
    server = SmtpServer(
        Mailbox(ground.store, ground.clock.now, ground.journal),
        ground.journal,
        "127.0.0.1",
        find_free_port(),  # nobody else is given it when it is given back
        certificate=certificate,
    )
    others = set(threading.enumerate())
    server.start()
    clear = smtplib.SMTP("localhost", server.port, timeout=30)
    secure = smtplib.SMTP("localhost", server.port, timeout=30)
    secure.starttls(context=ssl.create_default_context(cadata=certificate.cert_pem.decode()))
    silent = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    server.stop()
    assert set(threading.enumerate()) <= others, "it has ended, not been given up"
    for client in (clear, secure):
        with pytest.raises((smtplib.SMTPServerDisconnected, OSError)):
            client.noop()
        client.close()
    silent.close()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)


def test_a_session_is_ended_for_its_own_silence_and_not_for_that_of_a_fault(parts):
    ground = parts(records.SCHEMA)
    mailbox = Mailbox(ground.store, ground.clock.now, ground.journal)
    faults = Faults(ground.store, ground.journal, lambda: Reach((), TlsMode.EXPLICIT))
    server = SmtpServer(mailbox, ground.journal, "127.0.0.1", 0, take=faults.take, idle=2.0)
    server.start()
    late = faults.arm("smtp.late", {"seconds": 3.0}, on="NOOP")
    with late, smtplib.SMTP("127.0.0.1", server.port, timeout=30) as client:
        assert client.noop()[0] == 250
        assert client.sock.recv(10) == b""
    server.stop()


def test_a_mistake_of_the_lab_is_answered_451_and_raised_when_it_stops(parts):
    class Broken(Mailbox):
        def receive(self, *_):
            raise RuntimeError("broken on purpose")

    ground = parts(records.SCHEMA)
    server = SmtpServer(Broken(ground.store, ground.clock.now, ground.journal), ground.journal, "127.0.0.1", 0)
    server.start()
    with (
        smtplib.SMTP("127.0.0.1", server.port, timeout=30) as client,
        pytest.raises(smtplib.SMTPDataError) as refused,
    ):
        client.sendmail(SENDER, OWNER, mail().as_bytes())
    assert refused.value.smtp_code == 451
    assert b"broken on purpose" not in refused.value.smtp_error
    with pytest.raises(RuntimeError, match="broken on purpose"):
        server.stop()
