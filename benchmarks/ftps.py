"""The lab's FTPS server beside vsftpd: the same bytes, the same type of key, both over loopback."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ground import write_curl_config
from benchmarks.measuring import Figures, Measurement, Side
from benchmarks.peers import VSFTPD as VSFTPD_PEER
from benchmarks.peers import Had, Missing, find_debian, find_on_path
from benchmarks.running import SIDES, ask, greets, serving, wait_until
from benchmarks.session import Session
from benchmarks.table import LAB, VSFTPD
from simulator.lab import Lab
from simulator.tempostar.ftps.certificates import HOSTS, Authority
from tests.ports import find_free_port

# Everything that is not said here is vsftpd's default; the anonymous login spares it PAM.
_CONFIG = """listen=YES
listen_address=127.0.0.1
listen_port={port}
pasv_address=127.0.0.1
background=NO
anonymous_enable=YES
anon_root={root}
ftp_username={user}
nopriv_user=nobody
secure_chroot_dir={empty}
ssl_enable=YES
allow_anon_ssl=YES
force_anon_data_ssl=YES
force_anon_logins_ssl=YES
rsa_cert_file={certificate}
rsa_private_key_file={key}
{more}
"""
_ANONYMOUS = "daemon"
"""Serves the files as this user, who has a home everywhere; only where root starts it."""


@dataclass(frozen=True, slots=True)
class Server:
    """One of the two, as a client sees it."""

    port: int
    authority: Path
    user: str
    password: str
    path: str
    size: int


@contextmanager
def download(session: Session) -> Iterator[Measurement]:
    """A large file by curl."""
    content = os.urandom(2**20) * session.sizes.download_mb
    curl = find_on_path("curl")
    session.note_peer("curl", curl)
    if isinstance(curl, Missing):
        yield Measurement((Side(LAB, dict, curl.reason), Side(VSFTPD, dict, curl.reason)))
        return
    with _both(session, content[: session.sizes.download_mb * 1_000_000]) as servers:
        yield _measure(servers, lambda server: _get_with_curl(curl.program, session.folder / "curl", server))


@contextmanager
def sessions(session: Session) -> Iterator[Measurement]:
    """Whole sessions, many at once."""
    sizes = session.sizes
    with _both(session, b'"RC-1","1"\r\n' * 20) as servers:
        yield _measure(servers, lambda server: _many_sessions(server, sizes.sessions, sizes.at_once))


def _measure(servers: dict[str, Server | str], run: Callable[[Server], Figures]) -> Measurement:
    return Measurement(
        tuple(
            Side(name, dict, server) if isinstance(server, str) else Side(name, lambda server=server: run(server))
            for name, server in servers.items()
        )
    )


@contextmanager
def _both(session: Session, content: bytes) -> Iterator[dict[str, Server | str]]:
    """Both servers with the file; in vsftpd's place may stand why there is none."""
    session.close_grounds()
    with _the_lab(content) as lab:
        peer = find_debian(VSFTPD_PEER)
        session.note_peer(VSFTPD, peer)
        if not isinstance(peer, Had):
            yield {LAB: lab, VSFTPD: peer.reason}
            return
        # Not below build/: vsftpd's user has to get there, and a checkout may be root's alone.
        with (
            tempfile.TemporaryDirectory(prefix="zaikolab-vsftpd-") as folder,
            _vsftpd(peer.program, Path(folder), content) as server,
        ):
            yield {LAB: lab, VSFTPD: server}


@contextmanager
def _the_lab(content: bytes) -> Iterator[Server]:
    with Lab() as lab:
        code = lab.tempostar.add_shop("RoomClipShopping", "RCs").shop_code
        account = lab.tempostar.issue_ftp_password()
        path = f"/netstock/{code}/stock.csv"
        lab.area.write(int(account.user.split("_")[0]), path, content)
        yield Server(lab.endpoints.ftps_port, lab.endpoints.ca_file, account.user, account.password, path, len(content))


@contextmanager
def _vsftpd(program: Path, folder: Path, content: bytes) -> Iterator[Server]:
    folder.chmod(0o755)
    root, empty = folder / "root", folder / "empty"
    for one in (root, empty):
        one.mkdir(parents=True)
    (root / "stock.csv").write_bytes(content)
    authority, port = Authority.create(), find_free_port()
    certificate = authority.issue(HOSTS)
    (folder / "ca.pem").write_bytes(authority.ca_pem)
    (folder / "certificate.pem").write_bytes(certificate.cert_pem)
    (folder / "key.pem").write_bytes(certificate.key_pem)
    more = "" if os.geteuid() == 0 else "run_as_launching_user=YES"
    config = folder / "vsftpd.conf"
    config.write_text(
        _CONFIG.format(
            port=port, root=root, empty=empty, user=_ANONYMOUS, certificate=folder / "certificate.pem",
            key=folder / "key.pem", more=more,
        ),
        encoding="utf-8",
    )  # fmt: skip
    (folder / "key.pem").chmod(0o600)
    unpacked = program.parents[2] if "peers" in program.parts else folder  # its libraries in lib, or in usr/lib
    found = ":".join({str(one.parent) for one in unpacked.rglob("libwrap.so*")})
    with serving([program, config], {**os.environ, "LD_LIBRARY_PATH": found} if found else None) as process:
        wait_until(lambda: greets(port), process)
        yield Server(port, folder / "ca.pem", "anonymous", "bench@shop.example", "/stock.csv", len(content))


def _get_with_curl(curl: Path, file: Path, server: Server) -> Figures:
    address = f"ftp://127.0.0.1:{server.port}{server.path}"
    config = write_curl_config(file, address, server.authority, f"{server.user}:{server.password}")
    command = [curl, "--silent", "--show-error", "--config", config, "-o", os.devnull]
    ended = subprocess.run(
        [*command, "-w", "%{time_total} %{size_download}"], check=False, capture_output=True, text=True
    )
    if ended.returncode:
        raise RuntimeError(f"curl ended with {ended.returncode}: {ended.stderr.strip()}")
    seconds, size = ended.stdout.split()
    if int(size) != server.size:
        raise RuntimeError(f"curl got {size} bytes of {server.size}")
    return {"seconds": float(seconds), "MB per second": float(size) / 1e6 / float(seconds)}


def _many_sessions(server: Server, sessions: int, at_once: int) -> Figures:
    told: Figures = ask(
        [
            sys.executable, SIDES / "ftps_sessions.py", str(server.port), server.authority, server.user,
            server.password, server.path, str(sessions), str(at_once),
        ]
    )  # fmt: skip
    return told
