"""Logins: pyftpdlib's authorizer over the accounts of the back office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyftpdlib.exceptions import AuthenticationFailed

if TYPE_CHECKING:
    from simulator.tempostar.ftps.handler import Session


class Authorizer:
    """pyftpdlib's authorizer for the accounts of the back office. Everyone may ask for everything: `CompanyFiles`
    decides, and says why not."""

    def validate_authentication(self, user: str, password: str, session: Session) -> None:
        """Let a session in. The reply to a wrong password does not tell whether the user exists."""
        company_id = session.grounds.accounts.authenticate(user, password)
        if company_id is None:
            session.record("ftps.login_refused", "A login was refused: wrong user or password.")
            raise AuthenticationFailed("Wrong user or password.")
        session.company_id = company_id
        session.record("ftps.login", f"{user} logged in.", company_id=company_id)

    def get_home_dir(self, _user: str) -> str:
        """The root of every login."""
        return "/"

    def get_msg_login(self, _user: str) -> str:
        """Text of the 230 reply."""
        return "Logged in."

    def get_msg_quit(self, _user: str) -> str:
        """Text of the 221 reply."""
        return "Goodbye."

    def has_perm(self, _user: str, _perm: str, _path: str | None = None) -> bool:
        """Always."""
        return True

    def get_perms(self, _user: str) -> str:
        """Not used: permissions follow from the place of a file."""
        return ""

    def impersonate_user(self, _user: str, _password: str) -> None:
        """Nobody on this machine."""

    def terminate_impersonation(self, _user: str) -> None:
        """Nobody on this machine."""
