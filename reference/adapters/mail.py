"""Hands mails to an SMTP server as plain text in UTF-8.

ASSUMPTION: the mail server is the operator's own relay and asks for no login; the contract names no SMTP user.
"""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from reference.errors import MailError

if TYPE_CHECKING:
    from reference.service.ports import QueuedLetter


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """One connection per mail: there are few, and one that is refused must not take others with it."""

    host: str
    port: int
    sender: str
    timeout: float = 15.0

    def send(self, letter: QueuedLetter) -> None:
        """Hand one mail over, or raise `MailError` with what the server said."""
        import smtplib  # here, since most passes have no mail and it takes longer to load than to send one

        try:
            message = compose_message(letter, self.sender)
            with closing(smtplib.SMTP(self.host, self.port, timeout=self.timeout)) as smtp:
                smtp.send_message(message)
                with suppress(OSError, smtplib.SMTPException):  # the mail is taken, however the session ends
                    smtp.quit()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise MailError(
                f"The mail to {letter.to} was not taken by {self.host}:{self.port} ({_reason(error)}); "
                "it stays queued for the next pass. Check SYNC_SMTP_HOST, SYNC_SMTP_PORT and the mail server."
            ) from error


def compose_message(queued: QueuedLetter, sender: str) -> EmailMessage:
    """Write a letter as an e-mail; its Message-ID stays the same however often it is sent."""
    letter = queued.letter
    message = EmailMessage()
    message["From"] = sender
    message["To"] = queued.to
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = f"<{queued.key}@{sender.rpartition('@')[2].rstrip('>') or 'zaikosync.invalid'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body, charset="utf-8", cte="base64")
    return message


def _reason(error: Exception) -> str:
    import smtplib

    match error:
        case smtplib.SMTPRecipientsRefused():
            return "; ".join(f"{code} {_words(text)}" for code, text in error.recipients.values())
        case smtplib.SMTPResponseException():
            return f"{error.smtp_code} {_words(error.smtp_error)}"
        case _:
            return str(error) or type(error).__name__


def _words(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
