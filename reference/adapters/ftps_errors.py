"""Translates what ftplib, ssl and sockets raise into the engine's errors, with the password struck out."""

from __future__ import annotations

import ftplib
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reference.errors import CertificateDefect, CertificateRefusedError, ConnectionFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEFECTS = {
    9: CertificateDefect.NOT_YET_VALID,
    10: CertificateDefect.EXPIRED,
    62: CertificateDefect.WRONG_HOST,
    64: CertificateDefect.WRONG_HOST,
}
"""OpenSSL's X509_V_ERR_ numbers: not yet valid, expired, other host name, other IP address; the rest is untrusted."""


@contextmanager
def translated(password: str) -> Iterator[None]:
    """Raise the engine's own errors instead of the libraries'."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise CertificateRefusedError(
            f"The server's certificate is not accepted: {error.verify_message}.",
            _DEFECTS.get(error.verify_code, CertificateDefect.UNTRUSTED),
        ) from error
    except (ftplib.Error, OSError, EOFError, ValueError) as error:
        words = (str(error) or type(error).__name__).replace(password or "\0", "***")
        raise ConnectionFailedError(f"The connection broke: {words}.") from error
