"""Keeps what the SMTP server takes in, and finds it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import Unknown, WaitTimedOut
from simulator.journal import Service
from simulator.mailbox import records
from simulator.mailbox.message import read_message, storable
from simulator.mailbox.records import Mail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from simulator.journal import Journal
    from simulator.store import Store

PAGE = 1000
_HIGHEST = 2**62


class Mailbox:
    """One inbox for every address there is."""

    def __init__(self, store: Store, now: Callable[[], datetime], journal: Journal) -> None:
        self._store = store
        self._now = now
        self._journal = journal

    def receive(self, sender: str, recipients: Sequence[str], raw: bytes) -> Mail:
        """Keep a mail, however damaged, and tell the journal (never its body)."""
        readable = read_message(raw)
        sender, recipients = storable(sender), [storable(address) for address in recipients]
        with self._store.transaction():
            seq = records.add(self._store, self._now(), sender, recipients, readable, raw)
            self._journal.record(
                Service.SMTP, "mail.received", f"Mail {seq} for {', '.join(recipients)} came in.",
                seq=seq, sender=sender, recipients=recipients, subject=readable.subject,
            )  # fmt: skip
            return self.mail(seq)

    def mails(self, after: int = 0, to: str = "", *, subject_contains: str = "", limit: int = PAGE) -> tuple[Mail, ...]:
        """Mails with a number above `after`, oldest first, at most `limit`; `to`: one of its recipients in any case."""
        return records.find(self._store, after=after, to=to, subject=subject_contains, limit=limit)

    def mails_before(self, seq: int | None, *, after: int = 0, search: str = "", limit: int) -> tuple[Mail, ...]:
        """Mails with a number below `seq` (None: the newest) and above `after`, newest first. `search`: a text in their
        subject, body, sender or recipients."""
        before = _HIGHEST if seq is None else max(0, min(seq, _HIGHEST))
        return records.find(self._store, after=min(after, _HIGHEST), before=before, search=search, limit=limit)

    def neighbours(self, seq: int) -> tuple[int | None, int | None]:
        """The numbers of the next newer and the next older mail, None where there is none."""
        newer = self.mails(after=seq, limit=1)
        older = self.mails_before(seq, limit=1)
        return (newer[0].seq if newer else None), (older[0].seq if older else None)

    def last_seq(self) -> int:
        """The number of the newest mail, 0 without any."""
        newest = self.mails_before(None, limit=1)
        return newest[0].seq if newest else 0

    def mail(self, seq: int) -> Mail:
        """One mail.

        Raises: Unknown.
        """
        found = records.get(self._store, seq) if 0 < seq <= _HIGHEST else None
        if found is None:
            raise Unknown("mail", seq, next_step="`zaikolab mail` lists those there are.")
        return found

    def count(self) -> int:
        """How many mails there are."""
        return records.count(self._store)

    def wait(self, to: str = "", *, after: int = 0, subject_contains: str = "", timeout: float = 10.0) -> Mail:
        """The first such mail after number `after`, now or as soon as it comes in.

        Raises: WaitTimedOut after `timeout` seconds of real time.
        """

        def first() -> Mail | None:
            found = self.mails(after, to, subject_contains=subject_contains, limit=1)
            return found[0] if found else None

        mail = self._store.wait_for(first, timeout)
        if mail is None:
            wanted = f" to {to}" if to else ""
            wanted += f" with {subject_contains!r} in its subject" if subject_contains else ""
            raise WaitTimedOut(
                f"No mail{wanted} after number {after} within {timeout:g} s.",
                next_step="`zaikolab mail` lists those there are.",
            )
        return mail


__all__ = ["Mail", "Mailbox"]
