"""Visits that the suite pays to the FTPS area itself: to bring something, or to see that the lab does what a claim
depends on."""

from __future__ import annotations

import contextlib
import ftplib
import ssl
from typing import TYPE_CHECKING

from simulator.config import TlsMode
from simulator.ftps_clients import ImplicitFtpTls, ImplicitResumingFtpTls, ResumingFtpTls

if TYPE_CHECKING:
    from simulator.servers import Endpoints
    from simulator.tempostar.catalog import FtpAccount

SECONDS = 10.0
NOBODY = "nobody"
"""No company's user: FTPユーザーID begins with digits."""


_CLIENTS: dict[tuple[TlsMode, bool], type[ftplib.FTP_TLS]] = {
    (TlsMode.EXPLICIT, True): ResumingFtpTls,
    (TlsMode.EXPLICIT, False): ftplib.FTP_TLS,
    (TlsMode.IMPLICIT, True): ImplicitResumingFtpTls,
    (TlsMode.IMPLICIT, False): ImplicitFtpTls,
}


def open_session(where: Endpoints, context: ssl.SSLContext, *, resuming: bool = True) -> ftplib.FTP_TLS:
    """A connection to any plausible area that has not logged in yet; `login` begins TLS first, where it is explicit.

    `resuming`: its data connections go on with the TLS session.
    """
    ftp = _CLIENTS[where.tls, resuming](context=context, timeout=SECONDS)
    ftp.connect(where.host, where.ftps_port)
    return ftp


def knock(where: Endpoints) -> None:
    """Connect and be refused at the login, whatever certificate is shown."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # a fault may have put a flawed one there
    with open_session(where, context) as ftp, contextlib.suppress(ftplib.error_perm):
        ftp.login(NOBODY, NOBODY)


def try_download(where: Endpoints, account: FtpAccount, path: str) -> str:
    """Download a file over a data connection that begins a TLS session of its own, as ftplib does; the refusal, "" when
    it came."""
    context = ssl.create_default_context(cafile=str(where.ca_file))
    with open_session(where, context, resuming=False) as ftp:
        ftp.login(account.user, account.password)
        ftp.prot_p()
        try:
            ftp.retrbinary(f"RETR {path}", lambda _: None)
        except ftplib.Error as refusal:
            return str(refusal)
    return ""
