"""The sockets of a running lab: FTPS, HTTP, SMTP and the timekeeper, opened and closed together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - a dataclass field
from typing import TYPE_CHECKING

from simulator.clock import Timekeeper
from simulator.config import TlsMode  # noqa: TC001 - a dataclass field
from simulator.hosts import in_url, names_of, public_host

if TYPE_CHECKING:
    from simulator.lab import Lab


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the running lab is. `host`: what engines and people are told; `ca_file`: the certificate (PEM) that vouches
    for the FTPS and SMTP servers."""

    host: str
    ftps_port: int
    tls: TlsMode
    http_port: int
    smtp_port: int
    ca_file: Path

    @property
    def http_url(self) -> str:
        """The lab's web address, without a trailing slash."""
        return f"http://{self.url_host}:{self.http_port}"

    @property
    def url_host(self) -> str:
        """The host as it stands in a URL."""
        return in_url(self.host)

    @property
    def shop_api_url(self) -> str:
        """What an engine gets as SYNC_SHOP_URL."""
        return f"{self.http_url}/api/v1"


class Servers:
    """The sockets of one running lab."""

    def __init__(self, lab: Lab, ca_file: Path) -> None:
        # Imported here: `import simulator` must not load the servers.
        from simulator.mailbox.server import SmtpServer
        from simulator.tempostar.ftps.certificates import Authority
        from simulator.tempostar.ftps.flawed_certificates import FlawedCertificates
        from simulator.tempostar.ftps.server import FtpsServer
        from simulator.web.app import create_app
        from simulator.web.server import HttpServer

        config, store = lab.config, lab._store  # noqa: SLF001 - the lab's other half
        kept = store.value("authority")
        authority = Authority.from_pem(*(part.encode() for part in kept)) if kept else Authority.create()
        if not kept:
            store.set_value("authority", [authority.ca_pem.decode(), authority.key_pem.decode()])
        hosts = names_of(config)
        certificate, flawed = authority.issue(hosts), FlawedCertificates(authority, hosts)
        ca_file.write_bytes(authority.ca_pem)

        self._started: list[FtpsServer | HttpServer | SmtpServer | Timekeeper] = []
        ftps = FtpsServer(
            host=config.host,
            port=config.ftps_port,
            passive_ports=config.passive_ports,
            tls=config.tls,
            certificate=certificate,
            accounts=lab.tempostar,
            area=lab.area,
            now=lab.clock.now,
            journal=lab.journal,
            settings=lab.settings,
            take=lab.faults.take,
            flawed=flawed,
            replace=lab.tempostar.replace_stock_file,
        )
        smtp = SmtpServer(
            *(lab.mailbox, lab.journal, config.host, config.smtp_port),
            certificate=certificate, take=lab.faults.take, flawed=flawed,
        )  # fmt: skip
        http = HttpServer(create_app(lab), config.host, config.http_port)
        timekeeper = Timekeeper(store, lab.clock, lab.agenda)
        try:
            for server in (ftps, smtp, http, timekeeper):
                server.start()
                self._started.append(server)
        except BaseException:
            self.stop()
            raise
        self.endpoints = Endpoints(public_host(config), ftps.port, config.tls, http.port, smtp.port, ca_file)

    def stop(self) -> None:
        """Stop what runs, last first; the first error is raised when all have stopped."""
        errors: list[Exception] = []
        while self._started:
            try:
                self._started.pop().stop()
            except Exception as error:  # noqa: BLE001 - the others have to be stopped all the same
                errors.append(error)
        if errors:
            raise errors[0]
