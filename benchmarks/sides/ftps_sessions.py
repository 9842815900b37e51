"""Full FTPS sessions, many at once: `python ftps_sessions.py PORT CA USER PASSWORD PATH SESSIONS AT_ONCE`.

Each is a handshake of its own, login, PROT P, RETR, QUIT; the data channel resumes the session of the control channel,
as vsftpd wants it. Tells their number per second as JSON, and fails if one of them does.

It speaks the protocol itself, with as little of Python as it takes: ftplib costs as much as the servers that are to be
measured, and on two cores it was measured instead of them.
"""

from __future__ import annotations

import json
import socket
import ssl
import sys
import time
from concurrent.futures import ThreadPoolExecutor

host = "127.0.0.1"
port, authority, user, password, path, sessions, at_once = sys.argv[1:]
context = ssl.create_default_context(cafile=authority)
PATIENCE = 60
LOGIN = (f"USER {user}\r\n", b"331"), (f"PASS {password}\r\n", b"230"), ("PBSZ 0\r\n", b"200"), ("PROT P\r\n", b"200")


def answer(channel: socket.socket, expected: bytes) -> bytes:
    said = b""
    while not said.endswith(b"\n") or said[said.rfind(b"\n", 0, -1) + 4 :][:1] == b"-":
        came = channel.recv(4096)
        if not came:
            raise SystemExit(f"the server ended the session after {said!r}, where {expected!r} was to come")
        said += came
    if not said.startswith(expected):
        raise SystemExit(f"the server said {said!r}, where {expected!r} was to come")
    return said


def tell(channel: socket.socket, line: str, expected: bytes) -> bytes:
    channel.sendall(line.encode())
    return answer(channel, expected)


def receive(control: ssl.SSLSocket) -> int:
    numbers = tell(control, "PASV\r\n", b"227").partition(b"(")[2].partition(b")")[0].split(b",")
    plain = socket.create_connection((host, int(numbers[4]) * 256 + int(numbers[5])), PATIENCE)
    said = tell(control, f"RETR {path}\r\n", b"150")
    received = 0
    with context.wrap_socket(plain, server_hostname=host, session=control.session) as data:
        while part := data.recv(65536):
            received += len(part)
        data.unwrap()
    last = said.partition(b"\n")[2] or answer(control, b"226")  # it may have come with the first
    if not last.startswith(b"226"):
        raise SystemExit(f"the server said {last!r} after the file")
    return received


def session(_number: int) -> int:
    plain = socket.create_connection((host, int(port)), PATIENCE)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    answer(plain, b"220")
    tell(plain, "AUTH TLS\r\n", b"234")
    with context.wrap_socket(plain, server_hostname=host) as control:
        for line, expected in LOGIN:
            tell(control, line, expected)
        received = receive(control)
        tell(control, "QUIT\r\n", b"221")
    return received


session(0)
began = time.perf_counter()
with ThreadPoolExecutor(int(at_once)) as pool:
    sizes = set(pool.map(session, range(int(sessions))))
seconds = time.perf_counter() - began
if len(sizes) != 1 or not min(sizes):
    raise SystemExit(f"sessions got files of {sorted(sizes)} bytes")
print(json.dumps({"per second": int(sessions) / seconds, "seconds": seconds}))
