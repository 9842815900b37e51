"""The inbox's pages under `/mail/`: a list, one mail, its source. Bodies are shown as text; HTML is never rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request

from simulator.errors import Refused
from simulator.mailbox.message import list_headers
from simulator.web.calls import Call
from simulator.web.refusal import refused_page

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from simulator.mailbox.mailbox import Mailbox

ON_A_PAGE = 50
LAYOUT = "mailbox/layout.html"
_NO_CONTENT = 204


def create_blueprint(mailbox: Mailbox) -> Blueprint:
    """The pages of one mailbox."""
    blueprint = Blueprint("mailbox", __name__, url_prefix="/mail", template_folder="templates")
    blueprint.register_error_handler(Refused, lambda error: refused_page(error, LAYOUT))
    blueprint.context_processor(lambda: {"tells": tells})

    @blueprint.get("/")
    def mails() -> str:
        before, search = request.args.get("before", type=int), request.args.get("search", "").strip()
        found = mailbox.mails_before(before, search=search, limit=ON_A_PAGE + 1)
        older = found[ON_A_PAGE - 1].seq if len(found) > ON_A_PAGE else None
        return render_template(
            "mailbox/mails.html", mails=found[:ON_A_PAGE], older=older, count=mailbox.count(), before=before,
            search=search, last=mailbox.last_seq(),
        )  # fmt: skip

    @blueprint.get("/new")
    def new_mails() -> BaseResponse | str:
        after, search, last = request.args.get("after", 0, type=int), request.args.get("search", ""), mailbox.last_seq()
        if last <= after:
            return Response(status=_NO_CONTENT)
        found = mailbox.mails_before(last + 1, after=max(0, after), search=search, limit=ON_A_PAGE)
        return render_template("mailbox/new_mails.html", mails=found, search=search, last=last)

    @blueprint.get("/<int:seq>")
    def mail(seq: int) -> str:
        found = mailbox.mail(seq)
        newer, older = mailbox.neighbours(seq)
        return render_template(
            "mailbox/mail.html", mail=found, headers=list_headers(found.raw), newer=newer, older=older,
            call=Call("GET", f"/mail/{seq}", command=f"zaikolab mail {seq}"),
        )  # fmt: skip

    @blueprint.get("/<int:seq>/source")
    def source(seq: int) -> Response:
        text = mailbox.mail(seq).raw.decode("utf-8", errors="replace")
        return Response(text, content_type="text/plain; charset=utf-8")

    @blueprint.get("/<int:seq>/raw")
    def raw(seq: int) -> Response:
        return Response(
            mailbox.mail(seq).raw,
            content_type="message/rfc822",
            headers={"Content-Disposition": f'attachment; filename="mail-{seq}.eml"'},
        )

    return blueprint


def tells(subject: str) -> str:
    """What a mail tells of, as far as its subject says so itself: 失敗, 復旧, or "" when it says neither or both."""
    said = [word for word in ("失敗", "復旧") if word in subject]
    return said[0] if len(said) == 1 else ""
