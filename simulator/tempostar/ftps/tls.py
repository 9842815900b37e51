"""TLS as the FTPS area speaks it: versions 1.2 and 1.3, authenticated encryption only, sessions may be resumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL

if TYPE_CHECKING:
    from simulator.tempostar.ftps.certificates import ServerCertificate

CIPHERS_TLS12 = b"ECDHE+AESGCM:ECDHE+CHACHA20"
"""TLS 1.3 has nothing but AEAD suites; these are the ones of TLS 1.2."""


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
