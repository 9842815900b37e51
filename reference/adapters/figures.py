"""What a worker tells whoever watches it: /metrics as Prometheus text, /healthz as one word or one sentence."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from reference.errors import ConfigurationError, StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from prometheus_client import Metric

    from reference.adapters.fleet_sums import FleetSums
    from reference.domain.report import PassReport

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_TOLD = {
    "linkages": "Linkages that are remembered.",
    "active": "Linkages that are not paused.",
    "paused": "Linkages that are paused, or that the shop no longer has.",
    "incidents": "Linkages with an open incident.",
    "missed_news": "Linkages that may have missed a stock file.",
    "held": "Linkages with a held stock file.",
    "never_succeeded": "Active linkages that never had a pass without a failure.",
    "median_lag": "Seconds since the last success, of the active linkage in the middle.",
    "longest_lag": "Seconds since the last success, of the active linkage that waits longest.",
    "passes_waiting": "Passes in the queue.",
    "passes_on": "Passes that run, of all workers.",
    "unsent_mails": "Mails that wait.",
}


class Figures:
    """The figures of one worker, and those of its fleet, which `sum_up` reads when somebody asks."""

    def __init__(self, sum_up: Callable[[], FleetSums]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(FleetCollector(sum_up))
        self._passes = Counter(
            "zaikosync_passes", "Passes of single linkages that this worker made.", ["outcome"], registry=self._registry
        )
        self._seconds = Histogram(
            "zaikosync_pass_seconds", "How long they took.", buckets=_SECONDS, registry=self._registry
        )

    def count(self, report: PassReport, seconds: float) -> None:
        """Count a pass of a linkage."""
        outcome = report.linkages[0].outcome.value if report.linkages else "left alone"
        self._passes.labels("failed" if report.trouble and not report.linkages else outcome).inc()
        self._seconds.observe(seconds)

    def write(self) -> bytes:
        """Return all figures as Prometheus text; raises `StateError`."""
        return generate_latest(self._registry)


@dataclass(frozen=True, slots=True)
class FleetCollector(Collector):
    """Asks for the fleet's sums each time."""

    sum_up: Callable[[], FleetSums]

    def describe(self) -> Iterable[Metric]:
        """Return nothing: asking the database has time until somebody wants to know."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Return the sums as gauges; one that is not known is left out."""
        for name, value in asdict(self.sum_up()).items():
            if value is not None:
                seconds = "_seconds" if name.endswith("lag") else ""
                yield GaugeMetricFamily(f"zaikosync_fleet_{name}{seconds}", _TOLD[name], value=value)


@dataclass(frozen=True, slots=True)
class Pages:
    """What is served: `ail` says what is wrong with the worker, or nothing."""

    figures: Figures
    ail: Callable[[], str]
    by_path: dict[str, Callable[[], tuple[int, str, bytes]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.by_path.update({"/metrics": self._metrics, "/healthz": self._healthz})

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Return status, content type and body."""
        page = self.by_path.get(path.partition("?")[0])
        return page() if page else (404, "text/plain; charset=utf-8", b"There are /metrics and /healthz.\n")

    def _metrics(self) -> tuple[int, str, bytes]:
        try:
            return 200, CONTENT_TYPE_LATEST, self.figures.write()
        except StateError as error:
            return 503, "text/plain; charset=utf-8", f"{error}\n".encode()

    def _healthz(self) -> tuple[int, str, bytes]:
        wrong = self.ail()
        return (503 if wrong else 200), "text/plain; charset=utf-8", f"{wrong or 'ok'}\n".encode()


@contextmanager
def serve(pages: Pages, host: str, port: int) -> Iterator[int]:
    """Serve the pages until the end of the block; gives the port, a free one for 0."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            status, kind, body = pages.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - http.server's name
            """Say nothing: whoever asks each few seconds would fill the log."""

    try:
        server = ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        raise ConfigurationError(
            f"--http {host}:{port} cannot be served ({error.strerror}); name a port that is free, or 0 for any, "
            "and as --http-host an IPv4 address of this machine, or a name of one."
        ) from error
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
