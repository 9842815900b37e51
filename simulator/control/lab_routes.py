"""Operations on the lab itself: state, time, journal, mail, snapshots, seed, settings."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response
from werkzeug.exceptions import ServiceUnavailable

from simulator.clock import parse_time
from simulator.config import ClockMode
from simulator.control import lab_models as models
from simulator.control.routing import route
from simulator.errors import BadValue
from simulator.journal import Service
from simulator.many import set_up_many
from simulator.web.spec import Done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.control.ports import Lab
    from simulator.journal import Entry
    from simulator.mailbox.mailbox import Mail

MOST_WAITS = 12
"""Waits at the same time; each holds one of the server's threads (16), and the others must stay free for work."""

_NOT_FOUND, _CONFLICT = HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
_WAITING = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)


class StateRoutes:
    """What the lab is, and making it empty again."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    @route("GET", "/state", answer=models.LabState)
    def state(self) -> models.LabState:
        """Lab time, clock, addresses, settings and counts."""
        return models.LabState.model_validate(self._lab.state())

    @route("GET", "/credentials", answer=models.Credentials)
    def credentials(self) -> models.Credentials:
        """Passwords, token and engine variables.

        Only for whoever may use the machine the lab runs on: like all of this API it is served to loopback only, unless
        the lab was started with --expose.
        """
        lab, backoffice = self._lab, self._lab.tempostar
        accounts = []
        for company in backoffice.companies():
            issued = backoffice.ftp_account(company.company_id)
            accounts.append(
                models.FtpAccountOf(
                    company_id=company.company_id,
                    user=company.ftp_user,
                    password=None if issued is None else issued.password,
                )
            )
        environment = lab.engine_environment("")
        del environment["SYNC_STATE_DIR"]
        if lab.clock.mode is not ClockMode.FROZEN:
            del environment["SYNC_NOW"]  # it would be past as soon as it is read
        shop_codes = backoffice.shop_codes()
        if accounts[0].password is not None:
            environment["TEMPOSTAR_FTP_USER"] = accounts[0].user
            environment["TEMPOSTAR_FTP_PASSWORD"] = accounts[0].password
        if shop_codes:
            environment["TEMPOSTAR_SHOP_CODE"] = shop_codes[0]
        return models.Credentials(
            lab_id=lab.lab_id(),
            environment=environment,
            authority=lab.authority(),
            api_token=lab.roomclip.api_token(),
            ftp_accounts=accounts,
            shop_codes=list(shop_codes),
        )

    @route("POST", "/reset", answer=Done)
    def reset(self) -> Done:
        """Make the lab empty again; addresses, certificate, token and snapshots stay."""
        self._lab.reset()
        return Done()

    @route("POST", "/seed", json=models.SeedWish, answer=models.Seeded, problems=(_CONFLICT,))
    def seed(self, json: models.SeedWish) -> models.Seeded:
        """Add an invented catalogue to both ends."""
        return models.Seeded.model_validate(self._lab.seed(json.skus, json.seed))

    @route("POST", "/many", json=models.ManyWish, answer=models.ManyMade, problems=(_CONFLICT,))
    def set_up_many(self, json: models.ManyWish) -> models.ManyMade:
        """Set up many companies with linked shops on an empty lab. Their first pass writes the stock files: `POST
        /clock/next-pass` goes on to it."""
        lab = self._lab
        made = set_up_many(
            lab, companies=json.companies, shops=json.shops, skus_per_shop=json.skus_per_shop, seed=json.seed
        )
        due = lab.agenda.next_due()
        return models.ManyMade(
            companies=made.companies,
            shops=len(made.shops),
            skus=made.skus,
            next_due=None if due is None else due.isoformat(),
        )

    @route("GET", "/snapshots", answer=models.SnapshotNames)
    def snapshots(self) -> models.SnapshotNames:
        """The states kept."""
        return models.SnapshotNames(snapshots=list(self._lab.snapshots()))

    @route("POST", "/snapshots/<name>", answer=Done, problems=(HTTPStatus.UNPROCESSABLE_ENTITY,))
    def save_snapshot(self, name: str) -> Done:
        """Keep the present state under a name, replacing an older one of that name."""
        self._lab.save_snapshot(name)
        return Done()

    @route("POST", "/snapshots/<name>/restore", answer=Done, problems=(_NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY))
    def restore_snapshot(self, name: str) -> Done:
        """Go back to a kept state, its time included; the journal goes on."""
        self._lab.restore_snapshot(name)
        return Done()

    @route("GET", "/settings", answer=models.SettingsState)
    def settings(self) -> models.SettingsState:
        """The settings: which of the plausible TEMPOSTARs the lab plays."""
        return models.SettingsState(settings=self._lab.settings().as_json())

    @route("PATCH", "/settings", json=models.SettingsChange, answer=models.SettingsState)
    def change_settings(self, json: models.SettingsChange) -> models.SettingsState:
        """Change some settings; GET shows their names and values."""
        self._lab.settings().changed(json.root)  # refuses names that are none, before they become arguments
        return models.SettingsState(settings=self._lab.change_settings(**json.root).as_json())


class ClockRoutes:
    """Lab time."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    @route("GET", "/clock", answer=models.ClockState)
    def clock(self) -> models.ClockState:
        """What the clock shows."""
        clock, due = self._lab.clock, self._lab.agenda.next_due()
        return models.ClockState(
            now=clock.now().isoformat(),
            mode=clock.mode,
            rate=clock.rate,
            next_due=None if due is None else due.isoformat(),
        )

    @route("PUT", "/clock", json=models.ClockChange, answer=models.ClockState, problems=(_CONFLICT,))
    def set_clock(self, json: models.ClockChange) -> models.ClockState:
        """Move the clock forward, freeze it, let it run. What falls due on the way is carried out."""
        self._lab.agenda.set_clock(
            None if json.now is None else parse_time(json.now),
            None if json.mode is None else ClockMode(json.mode),
            json.rate,
        )
        return self.clock()

    @route("POST", "/clock/advance", json=models.Advance, answer=models.ClockState)
    def advance(self, json: models.Advance) -> models.ClockState:
        """Let lab time pass; what falls due on the way is carried out in order."""
        self._lab.advance(minutes=json.minutes, seconds=json.seconds)
        return self.clock()

    @route("POST", "/clock/next-pass", answer=models.ClockState, problems=(_CONFLICT,))
    def next_pass(self) -> models.ClockState:
        """Go on to the next pass of any shop."""
        self._lab.next_pass()
        return self.clock()


class WatchRoutes:
    """What happened, and waiting for it to happen."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._waits = threading.BoundedSemaphore(MOST_WAITS)

    @route("GET", "/journal", query=models.JournalQuery, answer=models.JournalPage)
    def journal(self, query: models.JournalQuery) -> models.JournalPage:
        """Entries of the journal, oldest first."""
        _check_service(query.service)
        entries = self._lab.journal.read(
            after=query.after, service=query.service, kind=query.kind, sku=query.sku, limit=query.limit
        )
        return models.JournalPage(entries=[_entry(one) for one in entries], last_seq=self._lab.journal.last_seq())

    @route("GET", "/journal/wait", query=models.JournalWaitQuery, answer=models.JournalEntry, problems=_WAITING)
    def wait_for_entry(self, query: models.JournalWaitQuery) -> models.JournalEntry:
        """The first such entry, now or as soon as it is written; 504 when none was within the limit."""
        _check_service(query.service)
        with self._waiting():
            return _entry(
                self._lab.journal.wait(
                    query.kind, after=query.after, service=query.service, sku=query.sku, timeout=query.timeout
                )
            )

    @route("GET", "/mail", query=models.MailQuery, answer=models.MailPage)
    def mails(self, query: models.MailQuery) -> models.MailPage:
        """Mails of the inbox, oldest first."""
        found = self._lab.mailbox.mails(query.after, query.to, subject_contains=query.subject, limit=query.limit)
        return models.MailPage(mails=[_mail(one) for one in found])

    @route("GET", "/mail/wait", query=models.MailWaitQuery, answer=models.MailItem, problems=_WAITING)
    def wait_for_mail(self, query: models.MailWaitQuery) -> models.MailItem:
        """The first such mail, now or as soon as it comes in; 504 when none did within the limit."""
        with self._waiting():
            return _mail(
                self._lab.mailbox.wait(
                    query.to, after=query.after, subject_contains=query.subject, timeout=query.timeout
                )
            )

    @route("GET", "/mail/<int(max=9007199254740992):seq>", answer=models.MailItem, problems=(_NOT_FOUND,))
    def mail(self, seq: int) -> models.MailItem:
        """One mail."""
        return _mail(self._lab.mailbox.mail(seq))

    @route("GET", "/mail/<int(max=9007199254740992):seq>/source", gives="message/rfc822", problems=(_NOT_FOUND,))
    def mail_source(self, seq: int) -> Response:
        """One mail, byte for byte as it came in."""
        return Response(self._lab.mailbox.mail(seq).raw, content_type="message/rfc822")

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        if not self._waits.acquire(blocking=False):
            raise ServiceUnavailable(f"{MOST_WAITS} requests wait already; try again when one of them is over.")
        try:
            yield
        finally:
            self._waits.release()


def _check_service(service: str) -> None:
    if service and service not in set(Service):
        raise BadValue("service", service, "unknown", next_step=f"Services: {', '.join(Service)}.")


def _entry(entry: Entry) -> models.JournalEntry:
    return models.JournalEntry.model_validate(entry.as_json())


def _mail(mail: Mail) -> models.MailItem:
    return models.MailItem(
        seq=mail.seq,
        received_at=mail.received_at.isoformat(),
        sender=mail.sender,
        recipients=list(mail.recipients),
        subject=mail.subject,
        date=mail.date,
        body=mail.body,
    )
