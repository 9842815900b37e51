"""TLS as the FTPS area speaks it: versions 1.2 and 1.3, authenticated encryption only, sessions may be resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, assert_never

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL

from simulator.faults.tls import (
    Expired,
    NotYetValid,
    SelfSigned,
    UnknownAuthority,
    VersionCeiling,
    VersionFloor,
    WrongHost,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.faults.tls import CertificateEffect, VersionEffect
    from simulator.tempostar.ftps.certificates import ServerCertificate

CIPHERS_TLS12 = b"ECDHE+AESGCM:ECDHE+CHACHA20"
"""TLS 1.3 has nothing but AEAD suites; these are the ones of TLS 1.2."""

Flawed: TypeAlias = "Callable[[CertificateEffect], ServerCertificate]"
"""How a server gets a certificate with something wrong."""


class Contexts:
    """The contexts of one server: the usual one, and those that faults ask for, made when first needed.

    A session of one is not resumed under another, so a client always gets to see a flawed certificate.
    """

    def __init__(self, certificate: ServerCertificate, flawed: Flawed) -> None:
        self._certificate = certificate
        self._flawed = flawed
        self._struck: dict[CertificateEffect | VersionEffect, SSL.Context] = {}
        self.usual = server_context(certificate)

    def struck_by(self, effect: CertificateEffect | VersionEffect) -> SSL.Context:
        """The context with which a fault takes effect."""
        if effect not in self._struck:
            self._struck[effect] = self._make(effect)
        return self._struck[effect]

    def _make(self, effect: CertificateEffect | VersionEffect) -> SSL.Context:
        match effect:
            case Expired() | NotYetValid() | WrongHost() | UnknownAuthority() | SelfSigned():
                return server_context(self._flawed(effect))
            case VersionFloor():
                context = server_context(self._certificate)
                context.set_min_proto_version(SSL.TLS1_3_VERSION)
                return context
            case VersionCeiling():
                context = server_context(self._certificate)
                context.set_max_proto_version(SSL.TLS1_2_VERSION)
                return context
            case _:
                assert_never(effect)


def server_context(certificate: ServerCertificate) -> SSL.Context:
    """A context for both channels of one server. Session tickets and the session cache are on, so that a client may
    resume the control channel's session on the data channel (which many real servers insist on: facts 1.6).

    ASSUMPTION: the real area's lowest TLS version is not public; 1.2 here.
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_cipher_list(CIPHERS_TLS12)
    context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION)
    context.set_session_cache_mode(SSL.SESS_CACHE_SERVER)
    context.set_session_id(b"zaikolab-ftps")
    context.use_certificate(x509.load_pem_x509_certificate(certificate.cert_pem))
    # The lab makes its keys itself, ECDSA P-256; the type is narrower than what the function may return.
    context.use_privatekey(load_pem_private_key(certificate.key_pem, password=None))  # type: ignore[arg-type]  # as said
    context.check_privatekey()
    return context


def is_resumed(connection: SSL.Connection) -> bool:
    """Whether the client resumed a session that the server knows. pyOpenSSL has no word for it."""
    return bool(SSL._lib.SSL_session_reused(connection._ssl))  # type: ignore[attr-defined]  # noqa: SLF001 - as said
