"""The FTPS clients that the doctor and the suite use."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing

import pytest

from simulator.ftps_clients import ImplicitFtpTls, ImplicitResumingFtpTls


@pytest.mark.parametrize("client", [ImplicitFtpTls, ImplicitResumingFtpTls])
@pytest.mark.parametrize(("constructed", "given"), [(0.1, {}), (30.0, {"timeout": 0.1})])
def test_a_server_that_says_nothing_is_waited_for_as_long_as_was_said(
    client: type[ImplicitFtpTls], constructed: float, given: dict[str, float]
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        ftp = client(context=ssl.create_default_context(), timeout=constructed)
        with pytest.raises(TimeoutError):
            ftp.connect(*silent.getsockname(), **given)
        assert ftp.timeout == 0.1
