from __future__ import annotations

from simulator.tempostar.ftps.transfer import DataChannel


class Goodbye(DataChannel):
    """A transfer that has sent all its bytes and waits for the client to take the close_notify."""

    def __init__(self) -> None:
        self.transfer_finished = True
        self.tot_bytes_sent, self.tot_bytes_received, self._lastdata = 10, 0, 10
        self._error = False
        self._initialized = True
        self._resp = ("226 Transfer complete.", None)
        self.cmd_channel = self

    def close(self) -> None:
        self.closed_without_waiting = self._error

    def close_when_done(self) -> None:
        pass


def test_a_client_that_never_takes_the_end_of_a_transfer_does_not_hold_its_connection():
    channel = Goodbye()
    channel.handle_timeout()
    assert channel.closed_without_waiting is True


def test_a_complete_transfer_that_is_aborted_ends_at_once_and_was_complete():
    channel = Goodbye()
    channel.abort()
    assert channel.closed_without_waiting is True
    assert channel._resp[0] == "226 Transfer complete."
