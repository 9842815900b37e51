"""Full FTPS sessions, many at once: `python ftps_sessions.py PORT CA USER PASSWORD PATH SESSIONS AT_ONCE`.

Each is a handshake of its own, login, PROT P, RETR, QUIT; the data channel resumes the session of the control channel,
as vsftpd wants it. Tells their number per second as JSON, and fails if one of them does.
"""

from __future__ import annotations

import ftplib
import json
import ssl
import sys
import time
from concurrent.futures import ThreadPoolExecutor

port, authority, user, password, path, sessions, at_once = sys.argv[1:]
context = ssl.create_default_context(cafile=authority)


class ResumingFtps(ftplib.FTP_TLS):
    def ntransfercmd(self, cmd, rest=None):
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        return self.context.wrap_socket(connection, server_hostname=self.host, session=self.sock.session), size


def session(_number: int) -> int:
    received = 0

    def count(part: bytes) -> None:
        nonlocal received
        received += len(part)

    client = ResumingFtps(context=context, timeout=60)
    client.connect("127.0.0.1", int(port))
    client.login(user, password)
    client.prot_p()
    client.retrbinary(f"RETR {path}", count)
    client.quit()
    return received


session(0)
began = time.perf_counter()
with ThreadPoolExecutor(int(at_once)) as pool:
    sizes = set(pool.map(session, range(int(sessions))))
seconds = time.perf_counter() - began
if len(sizes) != 1 or not min(sizes):
    raise SystemExit(f"sessions got files of {sorted(sizes)} bytes")
print(json.dumps({"per second": int(sessions) / seconds, "seconds": seconds}))
