"""The lab's own certificate authority and the certificates it issues, in memory.

Validity is counted from the machine's time, not the lab's: TLS libraries check it against the machine's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from simulator.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Iterable

HOSTS = ("localhost", "127.0.0.1", "::1")
AUTHORITY_LIFE = timedelta(days=3650)
SERVER_LIFE = timedelta(days=365)
BACKDATE = timedelta(days=1)
"""Start of validity before now, for clients whose clock is a little behind."""


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """What a TLS server needs: its certificate and private key, both PEM."""

    cert_pem: bytes
    key_pem: bytes = field(repr=False)


class Authority:
    """A certificate authority of the lab. Clients trust `ca_pem`; `key_pem` is for keeping it over restarts."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self._certificate = certificate
        self._key = key

    @classmethod
    def create(cls, name: str = "zaikolab CA") -> Self:
        """A new authority with an ECDSA P-256 key, good for ten years."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - BACKDATE)
            .not_valid_after(now + AUTHORITY_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(signs_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        return cls(certificate, key)

    @classmethod
    def from_pem(cls, cert_pem: bytes, key_pem: bytes) -> Self:
        """The authority that `ca_pem` and `key_pem` were taken from.

        Raises: BadValue when they cannot be read or do not belong together. Never shows the key.
        """
        next_step = "Delete both files and the lab makes new ones; clients must then trust the new CA."
        try:
            certificate = x509.load_pem_x509_certificate(cert_pem)
            key = load_pem_private_key(key_pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise BadValue("CA", "(PEM)", "the certificate or its key cannot be read", next_step=next_step) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise BadValue("CA", "(PEM)", "the key is not the one of the certificate", next_step=next_step)
        return cls(certificate, key)

    @property
    def ca_pem(self) -> bytes:
        """The certificate to trust."""
        return self._certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The private key, unencrypted."""
        return _key_pem(self._key)

    def __repr__(self) -> str:
        return f"Authority({self._certificate.subject.rfc4514_string()})"

    def issue(
        self,
        hosts: Iterable[str] = HOSTS,
        *,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> ServerCertificate:
        """A server certificate with a key of its own for `hosts` (DNS names and IP addresses). Times are real
        ones, with an offset; by default from a day ago for a year.

        Raises: BadValue for no host, or an end that is not after the start.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        return _issue(hosts, not_before, not_after, key, issuer=self._certificate.subject, issuer_key=self._key)


def sign_itself(hosts: Iterable[str] = HOSTS) -> ServerCertificate:
    """A server certificate that no authority vouches for.

    Raises: BadValue for no host.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    return _issue(hosts, None, None, key, issuer=None, issuer_key=key)


def _issue(
    hosts: Iterable[str],
    not_before: datetime | None,
    not_after: datetime | None,
    key: ec.EllipticCurvePrivateKey,
    *,
    issuer: x509.Name | None,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> ServerCertificate:
    names = [_host(host) for host in hosts]
    start = not_before or datetime.now(UTC) - BACKDATE
    end = not_after or start + SERVER_LIFE
    if not names:
        raise BadValue("hosts", (), "a certificate needs at least one host")
    if end <= start:
        raise BadValue("not_after", end.isoformat(), f"not after {start.isoformat()}")
    subject = _name(str(names[0].value))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    return ServerCertificate(certificate.public_bytes(Encoding.PEM), _key_pem(key))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _host(host: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
