from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from simulator.errors import BadValue
from simulator.tempostar.ftps.certificates import Authority


def loaded(pem: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem)


def test_a_server_certificate_is_signed_by_its_authority_for_this_machine():
    authority = Authority.create()
    issued = authority.issue()
    certificate = loaded(issued.cert_pem)
    certificate.verify_directly_issued_by(loaded(authority.ca_pem))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert names.get_values_for_type(x509.IPAddress) == [ip_address("127.0.0.1"), ip_address("::1")]
    key = load_pem_private_key(issued.key_pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert isinstance(key.curve, ec.SECP256R1)
    assert key.public_key() == certificate.public_key()


def test_validity_is_real_time_by_default_and_can_be_chosen():
    authority = Authority.create()
    certificate = loaded(authority.issue().cert_pem)
    assert certificate.not_valid_before_utc < datetime.now(UTC) < certificate.not_valid_after_utc
    start = datetime(2020, 1, 1, tzinfo=UTC)
    old = loaded(authority.issue(("shop.example",), not_before=start, not_after=start + timedelta(days=1)).cert_pem)
    assert (old.not_valid_before_utc, old.not_valid_after_utc) == (start, start + timedelta(days=1))


@pytest.mark.parametrize(
    "options",
    [
        {"hosts": ()},
        {"not_before": datetime(2020, 1, 2, tzinfo=UTC), "not_after": datetime(2020, 1, 2, tzinfo=UTC)},
    ],
)
def test_a_certificate_that_cannot_be_is_refused(options):
    with pytest.raises(BadValue):
        Authority.create().issue(**options)


def test_an_authority_comes_back_from_what_was_kept_of_it():
    authority = Authority.create()
    again = Authority.from_pem(authority.ca_pem, authority.key_pem)
    assert again.ca_pem == authority.ca_pem
    loaded(again.issue().cert_pem).verify_directly_issued_by(loaded(authority.ca_pem))


@pytest.mark.parametrize("damage", ["no certificate", "no key", "another key"])
def test_a_damaged_authority_is_refused_without_showing_its_key(damage):
    authority, other = Authority.create(), Authority.create()
    cert, key = {
        "no certificate": (b"x", authority.key_pem),
        "no key": (authority.ca_pem, b"x"),
        "another key": (authority.ca_pem, other.key_pem),
    }[damage]
    with pytest.raises(BadValue, match="CA") as refusal:
        Authority.from_pem(cert, key)
    assert "PRIVATE KEY" not in str(refusal.value)


def test_no_repr_shows_a_key():
    authority = Authority.create()
    issued = authority.issue()
    for key_pem, shown in ((authority.key_pem, repr(authority)), (issued.key_pem, repr(issued))):
        assert "PRIVATE" not in shown
        assert key_pem.splitlines()[1].decode() not in shown


def test_two_authorities_and_two_certificates_have_keys_of_their_own():
    authority = Authority.create()
    assert authority.key_pem != Authority.create().key_pem
    assert authority.issue().key_pem != authority.issue().key_pem
