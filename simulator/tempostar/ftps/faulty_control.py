"""Carries out the faults of the control channel (`simulator.faults.control`): what a command is answered, and when.

What is answered instead of carrying a command out is said at once. What strikes a command that is carried out waits for
its reply; a transfer's is the one that ends it, which comes after the command and perhaps after others.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, assert_never

from simulator.faults.control import (
    Busy,
    ControlEffect,
    DropAfter,
    DropBefore,
    Garbled,
    Late,
    LoginRefused,
    NoTls,
    Reply,
    ReplyAfter,
    ShutDown,
    UnfinishedReply,
    Unsupported,
    WrongAddress,
    WrongSize,
    WrongTime,
)
from simulator.faults.kind import Layer
from simulator.faults.targets import CONNECT
from simulator.tempostar.ftps.changed_replies import move_address, move_size, move_time
from simulator.tempostar.ftps.loop import hold_back
from simulator.tempostar.ftps.recording import RecordedChannel
from simulator.tempostar.ftps.striking import give_up, reset_on_close

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.faults.armed import Firing
    from simulator.tempostar.ftps.filesystem import Grounds

GARBLED = "HTTP/1.1 400 Bad Request\r\n"
"""No FTP reply, but what a client meets that reached another service."""
DROPPED = "dropped by a fault"


class FaultyControl(RecordedChannel):
    """A control connection that faults can strike."""

    # Given by the server to its own subclass:
    grounds: ClassVar[Grounds]

    def __init__(self, conn: Any, server: Any, ioloop: Any = None) -> None:  # noqa: ANN401 - pyftpdlib's
        self._greeted = False
        self._awaiting_reply: Firing | None = None
        """Strikes at the reply to the command under way, or at the greeting."""
        self._awaiting_end: Firing | None = None
        """Strikes at the reply that ends the transfer under way."""
        self.transfer_fault: Firing | None = None
        """Strikes the data of the transfer under way; it has struck by the time that reply goes out, or missed."""
        self._first_lines: list[str] = []
        """The lines before the last of a reply that is to be struck."""
        self._held: list[Callable[[], None]] | None = None
        """What is to happen in turn once a late reply goes out; None while nothing is late."""
        self._dropping = False
        super().__init__(conn, server, ioloop)

    # ------------------------------------------------------------------ before a command is carried out

    def greet(self) -> None:
        """Say hello, under TLS already when it is implicit."""
        self._take(CONNECT, "", super().handle)
        self._greeted = True

    def carry_out(self, line: str, verb: str, argument: str) -> None:
        """Carry a command out, unless a fault has it otherwise."""
        path = "" if self._command is None else self._command[2]
        self._take(verb, path, partial(super().carry_out, line, verb, argument))

    def _take(self, on: str, path: str, go_on: Callable[[], None]) -> None:
        firing = self.grounds.take(Layer.CONTROL, on, path)
        if firing is None:
            go_on()
        elif not self._strike_before(firing):
            self._awaiting_reply = firing
            go_on()

    def _strike_before(self, firing: Firing) -> bool:
        """Carry out what stands in for a command; False when the effect comes after it."""
        effect: ControlEffect = firing.effect
        match effect:
            case Reply(code, text):
                firing.fire()
                super().answer(f"{code} {text}")
            case DropBefore(how):
                firing.fire()
                self._drop(how)
            case Busy(text) | ShutDown(text):
                firing.fire()
                super().answer(f"421 {text}")
                self._leaving, self._reason = True, DROPPED
                self.close_when_done()
            case Garbled():
                firing.fire()
                self._command = None
                self.push(GARBLED)
            case LoginRefused():
                if self.authenticated:  # nothing to refuse: PASS is answered 503
                    return False
                firing.fire()
                self.handle_auth_failed("Wrong user or password.", "")
            case NoTls() | Unsupported():
                firing.fire()
                super().answer("502 Command not implemented.")
            case ReplyAfter() | Late() | DropAfter() | UnfinishedReply() | WrongSize() | WrongTime() | WrongAddress():
                return False
            case _:
                assert_never(effect)
        return True

    # ------------------------------------------------------------------ after it

    def answer(self, resp: str) -> None:
        """Send a reply, or what a fault makes of it."""
        if self._command is not None or not self._greeted:
            firing, self._awaiting_reply = self._awaiting_reply, None
            if firing is not None and resp.startswith("1"):
                firing, self._awaiting_end = None, firing
        else:
            firing, self._awaiting_end = self._awaiting_end, None
            give_up(self.transfer_fault)
            self.transfer_fault = None
        first_lines, self._first_lines = self._first_lines, []
        if firing is None:
            super().answer(resp)
        else:
            self._strike_after(firing, first_lines, resp)

    def _strike_after(self, firing: Firing, first_lines: list[str], resp: str) -> None:
        effect: ControlEffect = firing.effect
        if firing.over.done():  # cleared before it came to this
            firing.miss()
            self._send_whole(first_lines, resp)
            return
        match effect:
            case ReplyAfter(code, text):
                firing.fire()
                super().answer(f"{code} {text}")
            case DropAfter(how):
                firing.fire()
                self._drop(how)
            case Late(seconds):
                firing.fire()
                self._hold_back(seconds, firing)
                self._send_whole(first_lines, resp)
            case UnfinishedReply():
                firing.fire()
                text = first_lines[0][4:].splitlines()[0] if first_lines else resp[4:]
                super().answer(f"{resp[:3]}-{text}")
            case WrongSize(by):
                self._send_changed(firing, resp, move_size(resp, by))
            case WrongTime(by):
                self._send_changed(firing, resp, move_time(resp, by))
            case WrongAddress():
                self._send_changed(firing, resp, move_address(resp))
            case _:  # the others came before the command
                firing.miss()
                self._send_whole(first_lines, resp)

    def _send_whole(self, first_lines: list[str], resp: str) -> None:
        for line in first_lines:
            self.push(line)
        super().answer(resp)

    def _send_changed(self, firing: Firing, resp: str, changed: str | None) -> None:
        if changed is None:  # a refusal has nothing to change
            firing.miss()
        else:
            firing.fire()
        super().answer(changed or resp)

    # ------------------------------------------------------------------ how it is done

    def _drop(self, how: str) -> None:
        """End the connection without another word, as soon as what is under way has ended."""
        self._dropping = self._leaving = True
        self.call_later(0, self._drop_now, how)

    def _drop_now(self, how: str) -> None:
        if how == "reset":
            reset_on_close(self)
        self.end(DROPPED)

    def _hold_back(self, seconds: float, firing: Firing) -> None:
        """Let nothing out from here on, until it is time."""
        if self._held is not None:
            self._held.append(partial(self._hold_back, seconds, firing))
            return
        self._held = []
        hold_back(self, seconds, firing, self._let_go)

    def _let_go(self) -> None:
        held, self._held = self._held or [], None
        for act in held:  # any of them may hold back the rest
            act()

    def push(self, data: str) -> None:
        """Send lines of a reply, unless they are to wait for its last one, or for their time."""
        if self._awaiting_reply is not None and self._command is not None:
            self._first_lines.append(data)
        elif self._held is not None:
            self._held.append(partial(self.push, data))
        else:
            super().push(data)

    def push_with_producer(self, producer: Any) -> None:  # noqa: ANN401 - pyftpdlib's
        """Send the lines of STAT. An empty folder has none, and pyftpdlib takes an empty word for the session's end."""
        if lines := b"".join(iter(producer.more, b"")):
            self.push(lines.decode())

    def secure_connection(self, ssl_context: object) -> None:
        """Begin TLS, after the reply that announces it has gone out."""
        if self._held is not None:
            self._leaving = True  # what comes in clear meanwhile does not count, be it a part of a line
            self._held.append(partial(self.secure_connection, ssl_context))
        else:
            self._leaving = False
            self._in_buffer, self._in_buffer_len, self._overlong = [], 0, False
            super().secure_connection(ssl_context)

    def close_when_done(self) -> None:
        """Close, after what is held back has gone out."""
        if self._held is not None:
            self._held.append(self.close_when_done)
        elif not self._dropping:
            super().close_when_done()

    def close(self) -> None:
        """Close; a transfer under way is struck no more."""
        give_up(self._awaiting_end)
        give_up(self.transfer_fault)
        super().close()
