"""Those compared with: each in an environment of its own below build/peers, installed once; or why it cannot be had."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine
from benchmarks.readme import ROOT

HOME = ROOT / "build/peers"
_LIMIT = 900.0


@dataclass(frozen=True, slots=True)
class Peer:
    """`wants`: packages with their bounds; `program`: what is run, below its folder; `needs`: what has to be there."""

    name: str
    wants: tuple[str, ...]
    program: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Had:
    """A peer that is there."""

    program: Path
    version: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A peer that is not, and why."""

    reason: str


Found = Had | Missing
Installer = Callable[[Path, Sequence[str]], None]

POLARS = Peer("polars", ("polars>=2.1,<3",), "bin/python")
DLT = Peer("dlt", ("dlt[sqlalchemy]>=1.10,<2",), "bin/python")
MOTO = Peer("moto", ("moto[server]>=5.1,<6",), "bin/moto_server")
WIREMOCK = Peer("wiremock", ("wiremock@>=3.9 <4",), "node_modules/.bin/wiremock", ("npm", "java"))
PRISM = Peer("prism", ("@stoplight/prism-cli@>=5.12 <6",), "node_modules/.bin/prism", ("npm",))
MOCKOON = Peer("mockoon", ("@mockoon/cli@>=9 <10",), "node_modules/.bin/mockoon-cli", ("npm",))
VSFTPD = Peer("vsftpd", ("vsftpd", "libwrap0"), "usr/sbin/vsftpd")


def find_on_path(name: str) -> Found:
    """A program of this machine; nothing is installed for it."""
    there = shutil.which(name)
    return Had(Path(there), "") if there else Missing(f"no {name} on the PATH")


def find_python(peer: Peer, home: Path = HOME) -> Found:
    """A peer of PyPI, in a virtual environment."""
    return find(peer, home, _install_python)


def find_npm(peer: Peer, home: Path = HOME) -> Found:
    """A peer of npm, in a folder of its own."""
    return find(peer, home, _install_npm)


def find_debian(peer: Peer, home: Path = HOME) -> Found:
    """A peer of Debian: the one installed, or its package unpacked; installing it would start it as a service."""
    if there := shutil.which(peer.name) or shutil.which(peer.name, path="/usr/sbin:/usr/local/sbin"):
        return Had(Path(there), _debian_version(peer.name))
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        return Missing("no apt-get here, it is a Debian package")
    return find(peer, home, _unpack_debian)


def find(peer: Peer, home: Path, install: Installer) -> Found:
    """The peer in its folder of `home`, installed first where it is not, or was for other bounds."""
    if lacking := [one for one in peer.needs if shutil.which(one) is None]:
        return Missing(f"no {' and no '.join(lacking)} on the PATH")
    folder, wanted = home / peer.name, "\n".join(peer.wants)
    stamp = folder / ".installed"
    if not (stamp.exists() and stamp.read_text(encoding="utf-8").startswith(f"{wanted}\n\n")):
        print(f"Installing {peer.name} (once, not counted) ...", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            install(folder, peer.wants)
        except (OSError, subprocess.SubprocessError) as error:
            return Missing(_reason(error))
        if not (folder / peer.program).exists():
            return Missing(f"its package has no {peer.program}")
        stamp.write_text(f"{wanted}\n\n{_installed(peer, folder)}", encoding="utf-8")
    return Had(folder / peer.program, stamp.read_text(encoding="utf-8").partition("\n\n")[2].strip())


def _install_python(folder: Path, wants: Sequence[str]) -> None:
    _run(sys.executable, "-m", "venv", folder)
    _run(folder / "bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check", *wants)


def _install_npm(folder: Path, wants: Sequence[str]) -> None:
    (folder / "package.json").write_text("{}", encoding="utf-8")
    _run("npm", "install", "--prefix", folder, "--no-fund", "--no-audit", "--no-update-notifier", *wants)


def _unpack_debian(folder: Path, wants: Sequence[str]) -> None:
    try:
        _run("apt-get", "download", *wants, cwd=folder)
    except subprocess.CalledProcessError:
        if os.geteuid() != 0:
            raise
        _run("apt-get", "-qq", "update")
        _run("apt-get", "download", *wants, cwd=folder)
    for package in folder.glob("*.deb"):
        _run("dpkg", "-x", package, folder)


def _run(*command: str | Path, cwd: Path | None = None) -> None:
    subprocess.run(
        command, cwd=cwd, check=True, timeout=_LIMIT, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )


def _installed(peer: Peer, folder: Path) -> str:
    package = re.split(r"[\[<>=]|(?<=.)@", peer.wants[0])[0]
    if (folder / "bin/python").exists():
        code = f"import importlib.metadata as m; print(m.version({package!r}))"
        return machine.first_line([str(folder / "bin/python"), "-c", code])
    if (manifest := folder / "node_modules" / package / "package.json").exists():
        found = re.search(r'"version":\s*"([^"]+)"', manifest.read_text(encoding="utf-8"))
        return found[1] if found else ""
    for name in folder.glob(f"{package}_*.deb"):
        return name.name.split("_")[1]
    return ""


def _debian_version(package: str) -> str:
    return machine.first_line(["dpkg-query", "-W", "-f", "${Version}", package])


def _reason(error: Exception) -> str:
    said = getattr(error, "stderr", None) or str(error)
    lines = [line.strip() for line in str(said).splitlines() if line.strip() and "complete log" not in line]
    telling = [line for line in lines if re.search(r"error|cannot|unable|not found", line, re.IGNORECASE)]
    # Addresses of package registries and folders of a machine do not belong into results.
    return re.sub(r"https?://\S+|(?<!\S)/\S+", "...", (telling or lines or [type(error).__name__])[-1])[:160]
