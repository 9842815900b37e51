"""TEMPOSTAR's FTPS area (contract 2): both channels protected, files received whole or not at all.

ftplib does not notice a transfer that ended early with a friendly 226, so what arrives is compared with SIZE.
"""

from __future__ import annotations

import ftplib
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING, TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from reference.adapters.ftps_channel import ProtectedFtp
from reference.adapters.ftps_errors import translated
from reference.adapters.spooled_file import SpooledFile
from reference.domain.linkage import FileStamp
from reference.domain.orders import Fate, FateKind
from reference.errors import (
    ConnectionFailedError,
    FolderMissingError,
    OrderHandoverError,
    UntrustedFileError,
    UntrustedReason,
)
from reference.service.ports import FetchedFile, tell_nobody

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from reference.adapters.ftps_channel import Facts
    from reference.domain.linkage import Linkage
    from reference.service.ports import Tell

Result = TypeVar("Result")

ROOT = "/netstock"
ORDER_ROOT = "/netorder"
UNFINISHED = ".part"
LARGEST_LOG = 1 << 20
LARGEST_FILE = 1 << 30
_SHOP_CODE = re.compile(r"[0-9]+")
_MDTM = re.compile(r"([0-9]{14})(\.[0-9]+)?")


class TlsMode(StrEnum):
    """When TLS begins: after AUTH TLS, or with the first byte."""

    EXPLICIT = "explicit"
    IMPLICIT = "implicit"


@dataclass(frozen=True, slots=True)
class FtpsPatience:
    """How long an answer and a file or listing are waited for, and how often a session is tried again within a pass."""

    timeout: float = 15.0
    longest_transfer: float = 600.0
    attempts: int = 3
    wait_initial: float = 0.5
    wait_max: float = 5.0


@dataclass(frozen=True, slots=True)
class FtpsArea:
    """The FTPS area of one host; large files lie in the folder `spool` while they are read (None: the system's)."""

    host: str
    port: int
    mode: TlsMode
    tls: ssl.SSLContext
    patience: FtpsPatience = field(default_factory=FtpsPatience)
    spool: Path | None = None
    tell: Tell = tell_nobody

    @contextmanager
    def visit(self, linkage: Linkage) -> Iterator[FtpsFolder]:
        """Open the linkage's folder; connects with the first question and closes at the end."""
        folder = FtpsFolder(self, linkage)
        try:
            yield folder
        finally:
            folder.close()


@dataclass(slots=True)
class FtpsFolder:
    """The folder of one shop; a broken session is replaced by a new one. What is fetched can be read until `close`."""

    area: FtpsArea
    linkage: Linkage
    _ftp: ProtectedFtp | None = None
    _received: list[SpooledFile] = field(default_factory=list)
    _glanced: bool = False

    def list_files(self, known: Collection[FileStamp] = ()) -> tuple[FileStamp, ...]:
        """Return the stock files (`*.csv`) that are there, in order of time and name.

        If that is the one file `known`, which is what most passes find, no data channel is opened for it.
        """
        return self._persist(lambda ftp: self._find_unchanged(ftp, known) or self._look(ftp, known))

    def fetch_file(self, name: str) -> FetchedFile:
        """Return a file received whole: as many bytes as SIZE says, with SIZE and MDTM the same before and after."""
        self._forget_received()
        return self._persist(lambda ftp: self._receive_stock(ftp, name))

    def find_order_file(self, name: str) -> bytes | None:
        """Return the bytes of an order file that waits for intake or is in the log folder, by its final name."""
        return self._persist(lambda ftp: self._find(ftp, name))

    def put_order_file(self, name: str, content: bytes) -> bool:
        """Upload an order file under another name and rename it; tell whether it is there, or was before.

        Each try looks first whether the one before has succeeded after all: a reply can be lost. A name that is
        another file's is left alone and answered with False.
        """
        return self._persist(lambda ftp: self._put(ftp, name, content))

    def read_fates(self, names: Iterable[str], refused: Collection[str]) -> Mapping[str, Fate]:
        """Return what the log folder says of these order files; raises `FolderMissingError` when there is none.

        Of those `refused` before, that is not taken from a listing, which may have been cut short, but asked for.
        """
        return self._persist(lambda ftp: dict(self._fates(ftp, names, refused)))

    def close(self) -> None:
        """Leave politely if the session still stands, and close it either way."""
        ftp, self._ftp = self._ftp, None
        self._forget_received()
        if ftp is not None:
            with suppress(*ftplib.all_errors):
                ftp.quit()
            ftp.close()

    def _persist(self, ask: Callable[[ProtectedFtp], Result]) -> Result:
        """Ask in the open session, or a new one; what may pass by itself is tried again, within bounds."""
        patience = self.area.patience

        def ask_once() -> Result:
            with self._session() as ftp:
                return ask(ftp)

        return Retrying(
            retry=retry_if_exception_type((ConnectionFailedError, UntrustedFileError)),
            stop=stop_after_attempt(patience.attempts),
            wait=wait_random_exponential(multiplier=patience.wait_initial, max=patience.wait_max),
            reraise=True,
        )(ask_once)

    @contextmanager
    def _session(self) -> Iterator[ProtectedFtp]:
        """Lend the open session; after any error it is closed, so that no answer is taken for another's."""
        try:
            with translated(self.linkage.ftp_password):
                if self._ftp is None:
                    self._ftp = self._connect()
                yield self._ftp
        except BaseException:
            ftp, self._ftp = self._ftp, None
            if ftp is not None:
                ftp.close()
            raise

    def _connect(self) -> ProtectedFtp:
        """Connect, protect and log in."""
        if not _SHOP_CODE.fullmatch(self.linkage.shop_code):
            raise FolderMissingError("The shop code is not a decimal number, so there is no folder for it.")
        area = self.area
        patience = area.patience
        ftp = ProtectedFtp(
            area.tls, patience.timeout, patience.longest_transfer, implicit=area.mode is TlsMode.IMPLICIT
        )
        try:
            ftp.open_protected(area.host, area.port, self.linkage.ftp_user, self.linkage.ftp_password)
        except BaseException:
            ftp.close()
            raise
        return ftp

    def _find_unchanged(self, ftp: ProtectedFtp, known: Collection[FileStamp]) -> tuple[FileStamp, ...]:
        """Return the one file known if the folder has it as it was, and no other; else nothing, and a look will tell.

        Names and size come from the folder's STAT. That has no seconds, so the time is MDTM's. When a session breaks
        over it, the next one does not try it.
        """
        if self._glanced or len(known) != 1:
            return ()
        self._glanced = True
        (file,) = known
        if ftp.glance(self._stock) != {file.name: file.size}:
            return ()
        with suppress(ftplib.error_perm):  # it is gone again, or asked about in its folder alone
            if self._ask_time(ftp, f"{self._stock}/{file.name}") == file.modified_at:
                return (file,)
        return ()

    def _look(self, ftp: ProtectedFtp, known: Collection[FileStamp]) -> tuple[FileStamp, ...]:
        """List the folder, and ask for size and time of what is not `known` to be just as it says."""
        ftp.enter_folder(self._stock)
        listed = {name: facts for name, facts in ftp.list_facts().items() if name.lower().endswith(".csv")}
        as_known = {one.name: one for one in known if listed.get(one.name) == _facts_of(one)}
        return tuple(sorted(as_known.get(name) or self._stamp(ftp, name) for name in listed))

    @property
    def _stock(self) -> str:
        return f"{ROOT}/{self.linkage.shop_code}"

    @property
    def _orders(self) -> str:
        return f"{ORDER_ROOT}/{self.linkage.shop_code}"

    @property
    def _log(self) -> str:
        return f"{self._orders}/log"

    def _list_existing(self, ftp: ProtectedFtp, path: str) -> list[str]:
        """Go to a folder, or raise `FolderMissingError`; return the names of its files."""
        ftp.enter_folder(path)
        return [*ftp.list_facts()]

    def _find(self, ftp: ProtectedFtp, name: str) -> bytes | None:
        """Look in the folder first and in its log then: that is the way TEMPOSTAR moves a file."""
        if name in self._list_existing(ftp, self._orders):
            return self._receive(ftp, f"{self._orders}/{name}").content[:]
        try:
            logged = self._list_existing(ftp, self._log)
        except FolderMissingError:
            return None
        for log_name in (f"{name}.done", f"{name}.error"):
            if log_name in logged:
                return self._receive(ftp, f"{self._log}/{log_name}").content[:]
        return None

    def _put(self, ftp: ProtectedFtp, name: str, content: bytes) -> bool:
        found = self._find(ftp, name)
        if found is not None:
            return found == content
        path = f"{self._orders}/{name}"
        try:
            ftp.storbinary(f"STOR {path}{UNFINISHED}", BytesIO(content))
            size = ftp.size(path + UNFINISHED)
            if size != len(content):
                raise ConnectionFailedError(f"{size} of the {len(content)} bytes of {name} have arrived.")
            ftp.rename(path + UNFINISHED, path)
            if ftp.has_file(path + UNFINISHED):
                raise ConnectionFailedError(f"{name} has not got its name, though the server says so.")
        except ftplib.error_perm as refusal:
            raise OrderHandoverError(f"The server does not take {name} ({refusal}).") from refusal
        return True

    def _fates(self, ftp: ProtectedFtp, names: Iterable[str], refused: Collection[str]) -> Iterator[tuple[str, Fate]]:
        logged = set(self._list_existing(ftp, self._log))
        errors = (f"{name}.error" for name in refused)
        logged |= {error for error in errors if error not in logged and ftp.has_file(f"{self._log}/{error}")}
        for name in names:
            if f"{name}.done" in logged:
                yield name, Fate(FateKind.TAKEN_IN, self._stamp(ftp, f"{self._log}/{name}.done").modified_at)
            elif f"{name}.error" in logged:
                refused_at = self._stamp(ftp, f"{self._log}/{name}.error").modified_at
                told = self._receive(ftp, f"{self._log}/{name}.log").content[:] if f"{name}.log" in logged else b""
                yield name, Fate(FateKind.REFUSED, refused_at, _readable(told))

    def _stamp(self, ftp: ProtectedFtp, name: str) -> FileStamp:
        """Ask SIZE and MDTM, which tell one write of a file from another."""
        try:
            size = ftp.size(name)
            modified_at = self._ask_time(ftp, name)
        except ftplib.error_perm as refusal:
            if str(refusal).startswith("550"):
                reason = UntrustedReason.CHANGED_WHILE_READ
                raise UntrustedFileError(reason, str(refusal), file_name=name) from refusal
            raise
        if size is None or not 0 <= size <= LARGEST_FILE or not modified_at:
            raise ConnectionFailedError(f"SIZE or MDTM of {name} was answered with nonsense.")
        return FileStamp(modified_at, name, size)

    def _ask_time(self, ftp: ProtectedFtp, name: str) -> datetime | None:
        found = _MDTM.search(ftp.sendcmd(f"MDTM {name}")[4:])
        return datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if found else None

    def _forget_received(self) -> None:
        while self._received:
            self._received.pop().close()

    def _receive_stock(self, ftp: ProtectedFtp, name: str) -> FetchedFile:
        ftp.enter_folder(self._stock)
        return self._receive(ftp, name)

    def _receive(self, ftp: ProtectedFtp, name: str) -> FetchedFile:
        before = self._stamp(ftp, name)
        content = SpooledFile.create(self.area.spool)
        self._received.append(content)
        ftp.retrieve_into(content.write, name, at_most=before.size, tell=self.area.tell)
        if len(content) != before.size:
            evidence = f"{len(content)} of {before.size} bytes arrived"
            raise UntrustedFileError(UntrustedReason.SHORT, evidence, file_name=name)
        if self._stamp(ftp, name) != before:
            raise UntrustedFileError(UntrustedReason.CHANGED_WHILE_READ, file_name=name)
        return FetchedFile(before, content)


def _facts_of(stamp: FileStamp) -> Facts:
    """Return how a listing tells of this very write of a file."""
    return str(stamp.size), f"{stamp.modified_at:%Y%m%d%H%M%S}"


def _readable(told: bytes) -> str:
    """Read TEMPOSTAR's log, whatever its encoding."""
    try:
        return told[:LARGEST_LOG].decode("utf-8-sig")
    except UnicodeDecodeError:
        return told[:LARGEST_LOG].decode("cp932", errors="replace")
