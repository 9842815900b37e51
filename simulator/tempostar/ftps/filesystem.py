"""The area as a login sees it: what pyftpdlib asks of a file system, answered from the store.

It stands in for pyftpdlib's `AbstractedFS` without inheriting from it, so that nothing here can ever reach the disk of
the machine. Refusals are `FilesystemError`s: a sentence, without its full stop, that becomes the text of a 550 reply.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Protocol

from pyftpdlib.exceptions import FilesystemError

from simulator.tempostar.ftps.faulty_files import fill_quota, replace_while_read
from simulator.tempostar.ftps.listing import ListEntry, facts_line, list_line
from simulator.tempostar.ftps.paths import Place, folders_in, place_of, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence
    from datetime import datetime

    from simulator.config import Settings
    from simulator.faults.armed import Take
    from simulator.tempostar.area import Area, AreaFile
    from simulator.tempostar.ftps.faulty_files import Replace

READ_ONLY = "Stock files are written by TEMPOSTAR only; they can be read and deleted"
LOG_READ_ONLY = "The log folder is written by TEMPOSTAR only; its files can be read and deleted"
NOT_DELETABLE = "Stock files cannot be deleted here (setting stock_file_deletable)"
FOLDERS_ARE_FIXED = "Folders follow from the shops set up in TEMPOSTAR and cannot be made, renamed or removed"
TIMES_ARE_FIXED = "File times are those of TEMPOSTAR's clock and cannot be set"
NO_APPEND = "A file is uploaded whole; appending and resuming an upload are not possible"
NO_MODES = "There are no file modes here"
NOTHING_THERE = "No such file or folder"
NOT_A_FILE_NAME = "Not a place or name a file can have here"


class Accounts(Protocol):
    """Who may log in, and which shops are theirs. The back office fulfils it."""

    def authenticate(self, user: str, password: str) -> int | None:
        """The company of a user with the right password."""

    def shop_codes(self, company_id: int) -> tuple[str, ...]:
        """The codes of a company's shops, at this moment."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What the sessions of one server stand on."""

    accounts: Accounts
    area: Area
    now: Callable[[], datetime]
    settings: Callable[[], Settings]
    upload_bytes: int
    take: Take
    replace: Replace


class Recorder(Protocol):
    """Writes a journal entry that carries the session and its user."""

    def __call__(self, kind: str, summary: str, **data: object) -> None:
        """Record it, joining the transaction under way."""


class Download(BytesIO):
    """A file's bytes as they were when it was opened, whatever becomes of the file meanwhile."""

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(content)
        self.name = name
        self.restarted_at = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to where a REST asked to begin: nothing else in a transfer seeks."""
        self.restarted_at = super().seek(offset, whence)
        return self.restarted_at


class UploadTooLong(OSError):
    """More bytes came than one upload may have."""


class Upload(BytesIO):
    """An upload under way: in memory until `CompanyFiles.keep` puts it in place, forgotten otherwise."""

    def __init__(self, name: str, limit: int) -> None:
        super().__init__()
        self.name = name
        self._limit = limit

    def write(self, data: bytes | bytearray | memoryview, /) -> int:  # type: ignore[override]  # all that ever comes
        """Add what arrived.

        Raises: UploadTooLong past the limit.
        """
        if self.tell() + len(data) > self._limit:
            raise UploadTooLong(27, "an upload has at most that many bytes")  # EFBIG
        return super().write(data)


class CompanyFiles:
    """The files of one company, for one session. Shops are asked for anew at each call: one that is added while a
    client is logged in appears."""

    root = "/"

    def __init__(self, grounds: Grounds, company_id: int, record: Recorder) -> None:
        self._grounds = grounds
        self._company_id = company_id
        self._record = record
        self.cwd = "/"
        self.cmd_channel: object = None  # pyftpdlib sets it when a session ends

    # Paths: the client's and ours are the same, there are no links, and none leads outside.

    def ftp2fs(self, argument: str) -> str:
        """The absolute path a client means."""
        return resolve(self.cwd, argument)

    ftpnorm = ftp2fs

    def fs2ftp(self, path: str) -> str:
        """The path as the client knows it."""
        return path

    def realpath(self, path: str) -> str:
        """The path itself."""
        return path

    def validpath(self, path: str) -> bool:  # noqa: ARG002 - every path is resolved inside the root already
        """True: `place_of` decides where a path leads."""
        return True

    # Looking

    def chdir(self, path: str) -> None:
        """Make `path` the current folder."""
        if not self.isdir(path):
            raise FilesystemError("No such folder")
        self.cwd = path

    def isdir(self, path: str) -> bool:
        """True for a folder."""
        return self._place(path).is_folder

    def isfile(self, path: str) -> bool:
        """True for a file that is there."""
        return self._place(path).is_file and self._stat(path) is not None

    def lexists(self, path: str) -> bool:
        """True for a folder or a file that is there."""
        return self.isdir(path) or self.isfile(path)

    def lstat(self, path: str) -> None:
        """Nothing, when there is something at `path`: the lines of a listing are made from the store."""
        if not self.lexists(path):
            raise FilesystemError(NOTHING_THERE)

    def getsize(self, path: str) -> int:
        """Bytes of a file."""
        return self._existing(path).size

    def getmtime(self, path: str) -> float:
        """Time of a file on the lab's clock, as seconds since 1970 UTC."""
        return self._existing(path).mtime.timestamp()

    def listdir(self, path: str) -> list[str]:
        """Names in a folder."""
        return [entry.name for entry in self._entries(path)]

    def format_list(self, basedir: str, listing: Sequence[str], ignore_err: bool = True) -> Iterator[bytes]:  # noqa: ARG002, FBT001, FBT002, RUF100 - pyftpdlib's signature
        """Lines of LIST for these names of a folder."""
        now = self._grounds.now()
        named = self._by_name(basedir)
        return iter([list_line(named[name], now).encode() for name in listing if name in named])

    def format_mlsx(
        self,
        basedir: str,
        listing: Sequence[str],
        perms: str,  # noqa: ARG002 - pyftpdlib's signature; permissions follow from the place
        facts: Container[str],
        ignore_err: bool = True,  # noqa: FBT001, FBT002, RUF100 - as above
    ) -> Iterator[bytes]:
        """Lines of MLSD, and of MLST, for which a missing name is an error."""
        named = self._by_name(basedir)
        if not ignore_err and not all(name in named for name in listing):
            raise FilesystemError(NOTHING_THERE)
        return iter([facts_line(named[name], facts).encode() for name in listing if name in named])

    # Reading and changing

    def open(self, path: str, mode: str) -> Download | Upload:
        """A snapshot to send (`rb`), or a buffer to fill (`wb`)."""
        place = self._place(path)
        if mode == "rb":
            content = self._grounds.area.read(self._company_id, path) if place.is_file else None
            if content is None:
                raise FilesystemError("It is a folder, not a file" if place.is_folder else "No such file")
            return Download(path, replace_while_read(self._grounds, self._company_id, path, content))
        self._check_writable(place)
        if mode != "wb":
            raise FilesystemError(NO_APPEND)
        return Upload(path, self._grounds.upload_bytes)

    def keep(self, upload: Upload) -> None:
        """Put a complete upload in place, where the shop is still the company's."""
        fill_quota(self._grounds.take, upload.name)
        with self._grounds.area.transaction():
            self._check_writable(self._place(upload.name))
            content = upload.getvalue()
            self._grounds.area.write(self._company_id, upload.name, content)
            self._record(
                "ftps.received", f"{upload.name} was uploaded.", path=upload.name, bytes=len(content), complete=True
            )

    def remove(self, path: str) -> None:
        """Delete a file."""
        place = self._place(path)
        if place.is_folder:
            raise FilesystemError(FOLDERS_ARE_FIXED)
        if place is Place.STOCK_FILE and not self._grounds.settings().stock_file_deletable:
            raise FilesystemError(NOT_DELETABLE)
        with self._grounds.area.transaction():
            if not place.is_file or not self._grounds.area.remove(self._company_id, path):
                raise FilesystemError("No such file")
            self._record("ftps.deleted", f"{path} was deleted by a client.", path=path)

    def check_renamable(self, path: str) -> None:
        """Nothing, when the file at `path` may be renamed."""
        self._check_writable(self._place(path))
        if self._stat(path) is None:
            raise FilesystemError("No such file")

    def rename(self, old: str, new: str) -> None:
        """Give an order file another name or folder of order files, replacing what stood there."""
        with self._grounds.area.transaction():
            self.check_renamable(old)
            self._check_writable(self._place(new))
            self._grounds.area.rename(self._company_id, old, new)
            self._record("ftps.renamed", f"{old} was renamed to {new} by a client.", path=old, new_path=new)

    def mkdir(self, path: str) -> None:  # noqa: ARG002 - refused for any
        """Refuse."""
        raise FilesystemError(FOLDERS_ARE_FIXED)

    def rmdir(self, path: str) -> None:  # noqa: ARG002 - refused for any
        """Refuse."""
        raise FilesystemError(FOLDERS_ARE_FIXED)

    def chmod(self, path: str, mode: int) -> None:  # noqa: ARG002 - refused for any
        """Refuse."""
        raise FilesystemError(NO_MODES)

    def _place(self, path: str) -> Place:
        return place_of(path, self._grounds.accounts.shop_codes(self._company_id))

    def _stat(self, path: str) -> AreaFile | None:
        return self._grounds.area.stat(self._company_id, path)

    def _existing(self, path: str) -> AreaFile:
        found = self._stat(path) if self._place(path).is_file else None
        if found is None:
            raise FilesystemError("No such file")
        return found

    def _check_writable(self, place: Place) -> None:
        match place:
            case Place.ORDER_FILE:
                return
            case Place.STOCK_FILE | Place.STOCK_FOLDER:
                raise FilesystemError(READ_ONLY)
            case Place.LOG_FILE:
                raise FilesystemError(LOG_READ_ONLY)
            case _ if place.is_folder:
                raise FilesystemError(FOLDERS_ARE_FIXED)
            case _:
                raise FilesystemError(NOT_A_FILE_NAME)

    def _by_name(self, folder: str) -> dict[str, ListEntry]:
        """The entries of a folder, and the folder itself under "" (what pyftpdlib calls the root's own name)."""
        itself = self._folder_entry("", self._place(folder))
        return {"": itself} | {entry.name: entry for entry in self._entries(folder)}

    def _entries(self, folder: str) -> list[ListEntry]:
        codes = self._grounds.accounts.shop_codes(self._company_id)
        folders = folders_in(folder, codes)
        if folders is None:
            raise FilesystemError(NOTHING_THERE)
        found = [self._folder_entry(name, place_of(posixpath.join(folder, name), codes)) for name in folders]
        files = self._grounds.area.files(self._company_id, folder)
        found.extend(self._file_entry(file, place_of(file.path, codes)) for file in files)
        return sorted(found, key=lambda entry: entry.name)

    def _folder_entry(self, name: str, place: Place) -> ListEntry:
        # ASSUMPTION: folders carry the time of asking; they are not stored and never change.
        writable = place is Place.ORDER_FOLDER
        return ListEntry(
            name, True, 0, self._grounds.now(), "elc" if writable else "el", "drwxr-x---" if writable else "dr-xr-x---"
        )

    def _file_entry(self, file: AreaFile, place: Place) -> ListEntry:
        if place is Place.ORDER_FILE:
            permissions, mode = "dfrw", "-rw-r-----"
        elif place is Place.LOG_FILE or self._grounds.settings().stock_file_deletable:
            permissions, mode = "dr", "-r--r-----"
        else:
            permissions, mode = "r", "-r--r-----"
        return ListEntry(file.name, False, file.size, file.mtime, permissions, mode)
