"""Carries out the faults of the data channel (`simulator.faults.data`) that strike while bytes move.

Downloads are struck where they are sent: the whole content is at hand, and a mark stands in the queue where the fault
strikes. Uploads are struck where they arrive: what must wait is kept here, and the socket is not read meanwhile.
"""

from __future__ import annotations

import contextlib
import fcntl
import struct
import termios
import time
from typing import TYPE_CHECKING, Any, assert_never

from pyftpdlib.exceptions import _RetryError
from pyftpdlib.handlers.ftp.data import DTPHandler
from pyftpdlib.ioloop import AsyncChat

from simulator.faults.data import (
    Cut,
    CutSilently,
    DataEffect,
    LeftOpen,
    Refuse,
    Reset,
    Slow,
    Stall,
    TooLong,
    Unavailable,
)
from simulator.faults.kind import LONGEST_HOLD
from simulator.tempostar.ftps.loop import hold_back
from simulator.tempostar.ftps.striking import give_up, reset_on_close

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Iterator

    from simulator.faults.armed import Firing

TICK = 0.02
"""Seconds between the pieces of a slow transfer, at least; and between two looks whether all has been delivered."""
_MARK = object()
_NOTHING = 0
"""No events: the socket is neither read nor written."""


class FaultyTransfer(DTPHandler):  # type: ignore[misc]  # pyftpdlib has no types
    """A data connection that faults can strike."""

    _firing: Firing | None = None
    """Strikes this transfer; None for those that go as they should, and again once it is over."""
    _arrived = b""
    """What has come and not been passed on yet."""
    _since: float | None = None
    """When a slow transfer began."""
    _rest_is_lost = False
    _left_open = False
    _ssl_accepting: bool
    ac_out_buffer_size: int
    producer_fifo: deque[object]

    # ------------------------------------------------------------------ what a transfer begins with

    def push(self, data: bytes) -> None:
        """Send a listing."""
        self._send(data, self.cmd_channel.transfer_fault)

    def push_with_producer(self, producer: Any) -> None:  # noqa: ANN401 - pyftpdlib's
        """Send a file or a listing."""
        firing = self.cmd_channel.transfer_fault
        if firing is None:
            super().push_with_producer(producer)
        else:
            self._send(b"".join(iter(producer.more, b"")), firing)

    def enable_receiving(self, type: str, cmd: str) -> None:  # noqa: A002 - pyftpdlib's name
        """Take an upload in."""
        self._firing = self.cmd_channel.transfer_fault
        super().enable_receiving(type, cmd)

    def _send(self, content: bytes, firing: Firing | None) -> None:
        if firing is not None and not firing.over.done():
            self._firing = firing
            content = self._strike_content(firing, content)
        super().push(content)

    def _strike_content(self, firing: Firing, content: bytes) -> bytes:
        """What is to be sent behind what stands in the queue by then: all of it, unless a mark is to stand before."""
        effect: DataEffect = firing.effect
        match effect:
            case Cut(at) | CutSilently(at) | Reset(at) | Stall(at) if at >= len(content):
                firing.miss()
                self._firing = None
            case Cut(at) | Reset(at) | Stall(at):
                self.producer_fifo.extend((*self._pieces(content[:at]), _MARK, *self._pieces(content[at:])))
                return b""
            case CutSilently(at):
                firing.fire()
                return content[:at]
            case TooLong(by):
                firing.fire()
                return content + b"0" * by
            case Slow() | LeftOpen() | Refuse() | Unavailable():
                pass  # they strike later, or have struck before
            case _:
                assert_never(effect)
        return content

    def _pieces(self, content: bytes) -> Iterator[bytes]:
        size = self.ac_out_buffer_size
        return (content[start : start + size] for start in range(0, len(content), size))

    # ------------------------------------------------------------------ downloads

    def initiate_send(self) -> None:
        """Send the next piece, unless a fault strikes here."""
        firing = self._firing
        if firing is None:
            super().initiate_send()
        elif self._ssl_accepting:
            return  # no byte of the transfer passes before TLS, and no fault strikes
        elif firing.over.done():
            self._go_on()
        elif self.producer_fifo and self.producer_fifo[0] is _MARK:
            self._strike_download(firing)
        elif isinstance(firing.effect, Slow) and self.producer_fifo and self.producer_fifo[0] is not None:
            self._send_slowly(firing, firing.effect.rate)
        else:
            super().initiate_send()

    def _strike_download(self, firing: Firing) -> None:
        """The bytes before the mark are sent."""
        match firing.effect:
            case Cut():
                firing.fire()
                self.abort()
            case Reset() if self._undelivered():  # a reset would throw them away
                self._pause(_NOTHING)
                self.call_later(TICK, self._look_again)
            case Reset():
                firing.fire()
                reset_on_close(self)
                self.abort()
            case Stall():
                firing.fire()
                self._pause(self.ioloop.READ)  # to see the client give up
                hold_back(self, LONGEST_HOLD, firing, self._go_on)

    def _send_slowly(self, firing: Firing, rate: int) -> None:
        due = self._due(firing, rate)
        if due:
            self.ac_out_buffer_size = due
            super().initiate_send()

    def _undelivered(self) -> int:
        """Bytes the client's machine has not acknowledged; 0 where the system does not tell."""
        answer = struct.pack("i", 0)
        with contextlib.suppress(OSError):
            answer = fcntl.ioctl(self.socket.fileno(), termios.TIOCOUTQ, answer)
        return int(struct.unpack("i", answer)[0])

    def handle_close(self) -> None:
        """All was sent, or the client ended the connection."""
        firing = self._firing
        if (
            firing is None or not isinstance(firing.effect, LeftOpen) or firing.over.done()
            or self._closed or self._left_open or self.producer_fifo
        ):  # fmt: skip
            super().handle_close()
            return
        firing.fire()
        self._left_open = self.transfer_finished = True
        self._pause(self.ioloop.READ)
        hold_back(self, LONGEST_HOLD, firing, self.close)
        self.tell_end()
        if self.file_obj is not None:
            self.file_obj.close()
        self.cmd_channel.respond("226 Transfer complete.")
        self.cmd_channel._on_dtp_close()  # noqa: SLF001 - pyftpdlib's: the session goes on without this connection

    # ------------------------------------------------------------------ uploads

    def recv(self, buffer_size: int) -> bytes:
        """What has arrived and may be passed on."""
        if self._firing is None and not self._arrived:
            return bytes(super().recv(buffer_size))
        chunk = self._arrived or bytes(super().recv(buffer_size))
        self._arrived = b""
        if chunk and self._firing is not None:
            chunk = self._strike_upload(self._firing, chunk) if self.receive else b""
            if not chunk:
                raise _RetryError  # an empty chunk would be the end
        return chunk

    def _strike_upload(self, firing: Firing, chunk: bytes) -> bytes:
        """What of `chunk` passes now."""
        if firing.over.done() and not self._rest_is_lost:
            firing.miss()
            self._firing = None
            return chunk
        came = self.tot_bytes_received + len(chunk)
        match firing.effect:
            case Cut(at) if came > at:
                firing.fire()
                self.abort()
                return b""
            case Reset(at) if came > at:
                firing.fire()
                reset_on_close(self)
                self.abort()
                return b""
            case CutSilently(at) if came > at:
                firing.fire()
                self._rest_is_lost = True  # whatever becomes of the fault: a file with a hole was not promised
                return chunk[: at - self.tot_bytes_received]
            case Stall(at) if came > at:
                firing.fire()
                self._arrived = chunk
                self._pause(_NOTHING)
                hold_back(self, LONGEST_HOLD, firing, self._go_on)
                return b""
            case Slow(rate):
                due = self._due(firing, rate, len(chunk))
                self._arrived = chunk[due:]
                return chunk[:due]
        return chunk

    # ------------------------------------------------------------------ waiting

    def _due(self, firing: Firing, rate: int, wanted: int | None = None) -> int:
        """Bytes that may pass now at this pace; waits for the next one when that is less than is there."""
        now = time.monotonic()
        if self._since is None:
            self._since = now
            firing.fire()
            hold_back(self, LONGEST_HOLD, firing, self._look_again)
        passed = int(self.get_transmitted_bytes())
        due = int((now - self._since) * rate) - passed
        if due < (wanted or 1):
            self._pause(_NOTHING)
            wait = max(TICK, self._since + (passed + max(due, 0) + 1) / rate - now)
            self.ioloop.call_later(wait, self._look_again, _errback=self.handle_error)
        return max(due, 0)

    def _pause(self, events: int) -> None:
        self._wanted_io_events = events
        self.modify_ioloop_events(events)

    def _go_on(self) -> None:
        """Move on as if there had been no fault."""
        give_up(self._firing)
        self._firing = None
        self.ac_out_buffer_size = type(self).ac_out_buffer_size  # a slow transfer had smaller ones
        with contextlib.suppress(ValueError):  # not every fault left one
            self.producer_fifo.remove(_MARK)
        self._look_again()

    def _look_again(self) -> None:
        if self._closed:
            return
        self._pause(self.ioloop.READ if self.receive else self.ioloop.WRITE)
        if not self.receive:
            self.initiate_send()
        elif self._arrived:
            self.handle_read()

    # ------------------------------------------------------------------ the end

    def readable(self) -> bool:
        """Whether to read; from a download that stands still too, to see the client give up."""
        return (self._firing is not None and not self.receive) or bool(super().readable())

    def handle_timeout(self) -> None:
        """Give up on a connection that stands still."""
        if self._left_open:
            self.close()
        else:
            super().handle_timeout()

    def close(self) -> None:
        """Close; a connection that was left open has had its reply."""
        if not self._left_open:
            super().close()
            return
        AsyncChat.close(self)
        if self._idler is not None and not self._idler.cancelled:
            self._idler.cancel()

    def tell_end(self) -> None:
        """Tell the journal how the transfer ended, once."""
        raise NotImplementedError
