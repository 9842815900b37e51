"""A small FTPS server over a folder, and a certificate authority of its own, for the FTPS adapter's tests."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_DTPHandler, TLS_FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

USER, PASSWORD = "10001_0", "never-shown"


@dataclass(frozen=True)
class Authority:
    """Issues certificates; `ca` is the file a client trusts."""

    folder: Path
    name: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def ca(self) -> Path:
        path = self.folder / f"{self.name}.pem"
        if not path.exists():
            certificate = self._sign(self.name, self.key.public_key(), 30, is_authority=True)
            path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return path

    def issue(self, host: str = "127.0.0.1", days: int = 30) -> Path:
        """Write key and certificate for a host into one file; negative `days` make one that has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(host, key.public_key(), days, is_authority=False)
        plain = serialization.NoEncryption()
        path = self.folder / f"{self.name}-{host}-{days}.pem"
        path.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return path

    def _sign(
        self, name: str, public_key: ec.EllipticCurvePublicKey, days: int, *, is_authority: bool
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(issuer)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        if is_authority:
            usage = dict.fromkeys(_USAGES, False) | {"key_cert_sign": True, "crl_sign": True}
            builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
        else:
            names = [x509.IPAddress(ipaddress.ip_address(name))] if name[0].isdigit() else [x509.DNSName(name)]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())


_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass
class Mischief:
    """What the server does wrong, how often; and what it has seen."""

    cut_at: int | None = None
    cut_times: int = 0
    touch_while_read: int = 0
    replace_while_read: bytes = b""
    drop_before: str = ""
    drop_after: str = ""
    drop_times: int = 0
    require_reuse: bool = False
    unclean_end: bool = False
    answers: dict[str, str] = field(default_factory=dict)
    reused: list[bool] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def loses(self, reply: str) -> bool:
        """Tell whether this reply, to a command carried out, gets lost with its connection."""
        lost = self.drop_times > 0 and self.drop_after in self.commands[-1:] and reply.startswith("2")
        self.drop_times -= lost
        return lost


class _LosesReplies:
    """Closes the connection instead of saying that a command has been carried out."""

    def respond(self, resp, **named):
        if self.mischief.loses(resp):
            self.close()
        else:
            super().respond(resp, **named)


@contextmanager
def serve(
    root: Path,
    certificate: Path | None,
    mischief: Mischief,
    *,
    implicit: bool = False,
    parts: dict[str, object] | None = None,
) -> Iterator[int]:
    """Serve a folder until the end of the `with`; without a certificate there is no TLS. Yields the port.

    `parts` take the place of the handler's own: users, what is done at a login.
    """
    loop = IOLoop()
    handler = type("OneServersHandler", (_make_handler(root, certificate, mischief, implicit=implicit),), parts or {})
    server = FTPServer(("127.0.0.1", 0), handler, ioloop=loop)
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            loop.loop(timeout=0.01, blocking=False)
        server.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield server.address[1]
    finally:
        stop.set()
        thread.join(timeout=10)


def _make_handler(root: Path, certificate: Path | None, mischief: Mischief, *, implicit: bool) -> type[FTPHandler]:
    authorizer = DummyAuthorizer()
    authorizer.add_user(USER, PASSWORD, str(root), perm="elrwf")
    base = TLS_FTPHandler if certificate else FTPHandler

    class Handler(_LosesReplies, base):
        def handle(self):
            if implicit:
                self.secure_connection(self.ssl_context)
            else:
                super().handle()

        def handle_ssl_established(self):
            if implicit:
                super().handle()

        def pre_process_command(self, line, cmd, arg):
            mischief.commands.append(cmd)
            if cmd == mischief.drop_before and mischief.drop_times:
                mischief.drop_times -= 1
                self.close()
                return
            if cmd in mischief.answers:
                self.respond(mischief.answers[cmd])
                return
            super().pre_process_command(line, cmd, arg)

        def ftp_RETR(self, file):  # noqa: N802 - the name pyftpdlib calls
            if mischief.touch_while_read:
                mischief.touch_while_read -= 1
                Path(file).write_bytes(Path(file).read_bytes() + b"more")
            if mischief.replace_while_read:
                Path(file).write_bytes(mischief.replace_while_read)
                mischief.replace_while_read = b""
            return super().ftp_RETR(file)

    parts = {"mischief": mischief, "authorizer": authorizer, "auth_failed_timeout": 0.01, "banner": "ready"}
    if certificate:
        parts |= _tls_parts(certificate, mischief)
    return type("OneServersHandler", (Handler,), parts)


def _tls_parts(certificate: Path, mischief: Mischief) -> dict[str, object]:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.use_certificate_file(str(certificate))
    context.use_privatekey_file(str(certificate))
    context.set_session_id(b"engine")
    context.set_session_cache_mode(SSL.SESS_CACHE_SERVER)

    class DataChannel(TLS_DTPHandler):
        def handle_ssl_established(self):
            reused = bool(SSL._lib.SSL_session_reused(self.socket._ssl))
            mischief.reused.append(reused)
            if mischief.require_reuse and not reused:
                self._resp = ("522 SSL connection failed: session reuse required", None)
                self.close()
                return
            super().handle_ssl_established()

        def _do_ssl_shutdown(self):
            if mischief.unclean_end:
                self._ssl_established = False
                self.close()
            else:
                super()._do_ssl_shutdown()

        def push_with_producer(self, producer):
            if mischief.cut_at is not None and mischief.cut_times and "RETR" in mischief.commands[-1:]:
                mischief.cut_times -= 1
                producer = _Cut(producer.file.read(mischief.cut_at))
                producer.file = None
            super().push_with_producer(producer)

    return {
        "ssl_context": context,
        "dtp_handler": DataChannel,
        "tls_control_required": True,
        "tls_data_required": True,
    }


class _Cut:
    """A producer that ends early and says nothing about it."""

    def __init__(self, content: bytes) -> None:
        self._left = [content]

    def more(self) -> bytes:
        return self._left.pop() if self._left else b""
