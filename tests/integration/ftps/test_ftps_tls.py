"""TLS on both channels, nothing old, nothing in clear."""

from __future__ import annotations

import contextlib
import ftplib
import io
import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from OpenSSL import SSL

from simulator.config import TlsMode
from simulator.tempostar.ftps.certificates import Authority
from tests.integration.ftps.clients import ORDERS, PASSWORD, STOCK, TIMEOUT, USER, ResumingFtps, fetch


def handshake(lab, context: SSL.Context) -> SSL.Connection:
    """AUTH TLS with pyOpenSSL, which will speak what Python's ssl module no longer does."""
    plain = socket.create_connection(("127.0.0.1", lab.server.port), TIMEOUT)
    plain.settimeout(None)
    try:
        plain.recv(1000)
        plain.sendall(b"AUTH TLS\r\n")
        plain.recv(1000)
        connection = SSL.Connection(context, plain)
        connection.set_connect_state()
        connection.do_handshake()
    except BaseException:
        plain.close()
        raise
    return connection


def test_without_tls_the_login_is_refused_and_no_password_is_looked_at(ftps):
    lab = ftps()
    asked = []
    lab.accounts.authenticate = lambda user, password: asked.append(user)  # type: ignore[method-assign]  # must not run
    with ftplib.FTP(timeout=TIMEOUT) as client:
        client.connect("127.0.0.1", lab.server.port)
        for command in (f"USER {USER}", f"PASS {PASSWORD}"):
            with pytest.raises(ftplib.error_perm, match=r"^530 .*AUTH TLS"):
                client.sendcmd(command)
        with pytest.raises(ftplib.error_perm, match=r"^530 "):
            client.sendcmd("PASV")
    assert asked == []


def test_data_in_clear_is_refused(ftps):
    lab = ftps()
    lab.put_stock()
    client = lab.connect()
    client.login(USER, PASSWORD)
    with pytest.raises(ftplib.error_perm, match=r"^521 .*PROT P"):
        fetch(client, STOCK)
    client.prot_p()
    with pytest.raises(ftplib.error_perm, match=r"^534 .*PROT P"):
        client.prot_c()
    assert fetch(client, STOCK), "a refused PROT C leaves PROT P in force"
    with pytest.raises(ftplib.error_perm, match=r"^500 "):
        client.sendcmd("CCC")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("tls", list(TlsMode))
def test_tls_1_2_and_1_3_are_spoken(ftps, tls, version):
    lab = ftps(tls=tls)
    content = lab.put_stock()
    context = lab.trust()
    context.minimum_version = context.maximum_version = version
    client = lab.connect(context=context)
    client.login(USER, PASSWORD)
    client.prot_p()
    assert fetch(client, STOCK) == content
    assert client.sock.version() == version.name.replace("v1_", "v1.")


def test_tls_1_1_is_refused(ftps):
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_cipher_list(b"ALL:@SECLEVEL=0")
    context.set_min_proto_version(SSL.TLS1_VERSION)
    context.set_max_proto_version(SSL.TLS1_1_VERSION)
    with pytest.raises(SSL.Error, match=r"protocol version"):
        handshake(ftps(), context)


@pytest.mark.parametrize("cipher", ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA"])
def test_cipher_suites_without_authentication_of_the_data_are_refused(ftps, cipher):
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_max_proto_version(SSL.TLS1_2_VERSION)
    context.set_cipher_list(cipher.encode())
    with pytest.raises(SSL.Error, match=r"handshake failure"):
        handshake(ftps(), context)


@pytest.mark.parametrize("tls", list(TlsMode))
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_may_resume_its_session_on_the_data_channel(ftps, version, tls):
    if tls is TlsMode.IMPLICIT:
        from tests.integration.ftps.clients import ImplicitFtps

        class Client(ResumingFtps):
            connect = ImplicitFtps.connect  # type: ignore[assignment]  # the same base
    else:
        Client = ResumingFtps  # type: ignore[misc]  # noqa: N806 - one name for both
    lab = ftps(tls=tls)
    content = lab.put_stock()
    context = lab.trust()
    context.minimum_version = context.maximum_version = version
    client = lab.connect(Client, context)
    client.login(USER, PASSWORD)
    client.prot_p()
    for _ in range(3):
        assert fetch(client, STOCK) == content
        assert client.reused is True


def test_a_client_without_tickets_may_resume_its_session_too(ftps):
    lab = ftps()
    content = lab.put_stock()
    context = lab.trust()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_TICKET
    client = lab.connect(ResumingFtps, context)
    client.login(USER, PASSWORD)
    client.prot_p()
    assert fetch(client, STOCK) == content
    assert client.reused is True


def test_a_client_that_trusts_another_authority_refuses_and_sends_no_user(ftps):
    lab = ftps()
    stranger = ssl.create_default_context(cadata=Authority.create().ca_pem.decode())
    with pytest.raises(ssl.SSLCertVerificationError):
        lab.connect(context=stranger).login(USER, PASSWORD)
    ended = lab.parts.journal.wait("ftps.disconnected")
    assert "unknown ca" in ended.data["reason"]
    assert "USER" not in {entry.data["verb"] for entry in lab.entries("ftps.command")}


@pytest.mark.parametrize("case", ["expired", "not yet valid", "another host"])
def test_a_client_refuses_a_certificate_that_is_not_in_order(ftps, authority, case):
    now = datetime.now(UTC)
    options = {
        "expired": {"not_before": now - timedelta(days=2), "not_after": now - timedelta(days=1)},
        "not yet valid": {"not_before": now + timedelta(days=1)},
        "another host": {"hosts": ("shop.example",)},
    }[case]
    lab = ftps(certificate=authority.issue(**options))
    with pytest.raises(ssl.SSLCertVerificationError):
        lab.connect().login(USER, PASSWORD)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
def test_the_certificate_is_good_for_every_name_of_this_machine(ftps, name):
    lab = ftps()
    context = lab.trust()
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    with ftplib.FTP_TLS(context=context, timeout=TIMEOUT) as client:
        client.connect("127.0.0.1", lab.server.port)
        client.host = name
        client.auth()


def test_commands_slipped_in_before_the_handshake_do_not_count_as_sent_under_tls(ftps):
    lab = ftps()
    client = lab.connect()
    client.sock.sendall(b"AUTH TLS\r\nNOOP\r\n")
    assert client.getresp().startswith("234")
    client.sock = client.context.wrap_socket(client.sock, server_hostname="127.0.0.1")
    client.file = client.sock.makefile("r", encoding="utf-8")
    assert client.sendcmd("PBSZ 0").startswith("200 PBSZ"), "the next reply is that to the next command"


def test_a_second_auth_is_refused(ftps):
    client = ftps().login()
    with pytest.raises(ftplib.error_perm, match=r"^503 "):
        client.sendcmd("AUTH TLS")


def test_implicit_tls_greets_after_the_handshake_and_works_whole(ftps):
    lab = ftps(tls=TlsMode.IMPLICIT)
    content = lab.put_stock()
    client = lab.login()
    assert client.welcome.startswith("220 ")
    assert fetch(client, STOCK) == content
    client.storbinary(f"STOR {ORDERS}/a.csv", io.BytesIO(b"x"))
    assert client.nlst(ORDERS) == ["a.csv", "log"]
    client.quit()


def test_implicit_tls_protects_data_without_being_asked(ftps):
    lab = ftps(tls=TlsMode.IMPLICIT)
    content = lab.put_stock()
    client = lab.connect()
    client.login(USER, PASSWORD)
    client._prot_p = True  # ftplib wraps the data connection without sending PROT P
    assert fetch(client, STOCK) == content


def test_implicit_tls_says_nothing_in_clear(ftps):
    lab = ftps(tls=TlsMode.IMPLICIT)
    with socket.create_connection(("127.0.0.1", lab.server.port), TIMEOUT) as plain:
        plain.sendall(b"USER x\r\n\r\n\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert not plain.recv(1000).startswith(b"220")
    assert "handshake failed" in lab.parts.journal.wait("ftps.disconnected").data["reason"]
