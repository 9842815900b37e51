from __future__ import annotations

import html
import re


class Browser:
    """Opens pages and sends their forms, with the token that the page carries."""

    def __init__(self, client) -> None:
        self.client = client

    def open(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status
        return html.unescape(answer.get_data(as_text=True))

    def send(self, page: str, path: str = "", *, answers: int = 303, **fields) -> str:
        """Sends a form of `page` to `path`; gives the page it leads to, or the refusal."""
        [token, *_] = re.findall(r'name="csrf_token" value="([^"]+)"', self.client.get(page).get_data(as_text=True))
        answer = self.client.post(path or page, data={"csrf_token": token, **fields})
        assert answer.status_code == answers, answer.get_data(as_text=True)
        if answers == 303:
            return self.open(answer.headers["Location"])
        return html.unescape(answer.get_data(as_text=True))

    def fields(self, page: str, action: str) -> dict[str, str]:
        """The hidden fields of the form of `page` that is sent to `action`, but for its query."""
        forms = re.findall(r'<form method="post"[^>]*action="([^"]*)"[^>]*>(.*?)</form>', self.open(page), re.DOTALL)
        wanted = action.partition("?")[0]
        [form, *_] = [body for address, body in forms if address.partition("?")[0] == wanted]
        return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
