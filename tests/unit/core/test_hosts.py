from __future__ import annotations

import socket

import pytest

from simulator.config import LabConfig
from simulator.errors import BadValue
from simulator.hosts import check_host, in_url, local_host, names_of, public_host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_needs_no_leave(host):
    check_host(LabConfig(host=host))


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "lab.test", "", "localhost.test", "fe80::1%lo"]
)
def test_every_other_host_needs_leave(host):
    with pytest.raises(BadValue, match="--expose"):
        check_host(LabConfig(host=host))
    check_host(LabConfig(host=host, expose=True))


@pytest.mark.parametrize("name", ["lab", "lab.test", "LAB_1.test", "192.0.2.1", "2001:db8::1"])
def test_an_exposed_lab_may_have_a_name(name):
    config = LabConfig(host="0.0.0.0", expose=True, name=name)
    check_host(config)
    assert public_host(config) == name
    assert name in names_of(config)


@pytest.mark.parametrize(
    "name", ["lab test", "lab\n", "-lab", "lab/", "ラボ", "::", "0.0.0.0", "a" * 254, "fe80::1%lo"]
)
def test_a_name_nobody_can_use_is_refused(name):
    with pytest.raises(BadValue, match="neither a host name nor an address"):
        check_host(LabConfig(host="0.0.0.0", expose=True, name=name))


def test_a_lab_that_is_not_exposed_has_no_name_of_its_own():
    with pytest.raises(BadValue, match="Add --expose"):
        check_host(LabConfig(name="lab.test"))


def test_a_lab_that_listens_everywhere_is_called_as_its_machine_and_asked_over_loopback():
    everywhere = LabConfig(host="0.0.0.0", expose=True)
    assert public_host(everywhere) == socket.gethostname()
    assert local_host(everywhere) == "127.0.0.1"
    assert local_host(LabConfig(host="::", expose=True, name="lab")) == "::1"
    assert (public_host(LabConfig()), local_host(LabConfig())) == ("127.0.0.1", "127.0.0.1")


def test_no_certificate_is_for_an_address_that_is_none():
    assert names_of(LabConfig(host="0.0.0.0", expose=True, name="lab.test")) == (
        "localhost", "127.0.0.1", "::1", "lab.test",
    )  # fmt: skip
    assert names_of(LabConfig(host="127.0.0.2")) == ("localhost", "127.0.0.1", "::1", "127.0.0.2")


def test_an_address_of_ipv6_stands_in_brackets():
    assert (in_url("::1"), in_url("lab.test")) == ("[::1]", "lab.test")
