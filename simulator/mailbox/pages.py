"""The inbox's pages under `/mail/`: a list, one mail, its source. Bodies are shown as text; HTML is never rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request

if TYPE_CHECKING:
    from simulator.mailbox.mailbox import Mailbox

ON_A_PAGE = 50


def create_blueprint(mailbox: Mailbox) -> Blueprint:
    """The pages of one mailbox."""
    blueprint = Blueprint("mailbox", __name__, url_prefix="/mail", template_folder="templates")

    @blueprint.get("/")
    def mails() -> str:
        before = request.args.get("before", type=int)
        found = mailbox.mails_before(before, limit=ON_A_PAGE + 1)
        older = found[ON_A_PAGE - 1].seq if len(found) > ON_A_PAGE else None
        return render_template("mailbox/mails.html", mails=found[:ON_A_PAGE], older=older, count=mailbox.count())

    @blueprint.get("/<int:seq>")
    def mail(seq: int) -> str:
        return render_template("mailbox/mail.html", mail=mailbox.mail(seq))

    @blueprint.get("/<int:seq>/source")
    def source(seq: int) -> Response:
        text = mailbox.mail(seq).raw.decode("utf-8", errors="replace")
        return Response(text, content_type="text/plain; charset=utf-8")

    return blueprint
