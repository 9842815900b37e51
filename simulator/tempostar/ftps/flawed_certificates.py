"""Server certificates with something wrong, for faults: of each kind one, made when it is first asked for."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, assert_never

from simulator.faults.tls import Expired, NotYetValid, SelfSigned, UnknownAuthority, WrongHost
from simulator.tempostar.ftps.certificates import Authority, ServerCertificate, sign_itself

if TYPE_CHECKING:
    from simulator.faults.tls import CertificateEffect

OTHER_HOST = "other.example"


class FlawedCertificates:
    """The certificates that faults put in the place of the good one. Any thread may ask."""

    def __init__(self, authority: Authority, hosts: tuple[str, ...]) -> None:
        self._authority = authority
        self._hosts = hosts
        self._made: dict[CertificateEffect, ServerCertificate] = {}
        self._lock = threading.Lock()

    def __call__(self, flaw: CertificateEffect) -> ServerCertificate:
        """The certificate with this flaw; in all else it is as the good one."""
        with self._lock:
            if flaw not in self._made:
                self._made[flaw] = self._make(flaw)
            return self._made[flaw]

    def _make(self, flaw: CertificateEffect) -> ServerCertificate:
        now = datetime.now(UTC)
        match flaw:
            case Expired():
                return self._authority.issue(
                    self._hosts, not_before=now - timedelta(days=30), not_after=now - timedelta(hours=1)
                )
            case NotYetValid():
                return self._authority.issue(self._hosts, not_before=now + timedelta(days=1))
            case WrongHost():
                return self._authority.issue((OTHER_HOST,))
            case UnknownAuthority():
                return Authority.create("Unknown CA").issue(self._hosts)
            case SelfSigned():
                return sign_itself(self._hosts)
            case _:
                assert_never(flaw)
