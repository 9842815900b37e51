"""Loaded by schemathesis: each case of the control API meets the lab as it was furnished, whatever those before did."""

from __future__ import annotations

from typing import Any

import schemathesis
import urllib3

_POOL = urllib3.PoolManager(retries=False, timeout=20.0)
_CONTROL = "/lab/v1"


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: schemathesis.Case, _kwargs: dict[str, Any]) -> None:
    if not case.path.startswith(_CONTROL):
        return
    restored = _POOL.request("POST", f"{case.operation.base_url.rstrip('/')}{_CONTROL}/snapshots/furnished/restore")
    assert restored.status == 200, restored.data
