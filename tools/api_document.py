"""Print the API's OpenAPI document without starting the service: `npm run types` makes the panel's types of it."""

from __future__ import annotations

import json
import sys
from typing import Any, cast

from aiohttp import web

from kernel.clock import SystemClock
from kernel.database import Database
from web.application import create_app
from web.openapi import document
from web.services import Services


def main() -> None:
    """Only the handlers' annotations are asked, so the domains behind them may be missing."""
    absent = cast(Any, None)
    names = Services.__dataclass_fields__.keys() - {"readiness", "allowed_origins"}
    services = Services(
        **dict.fromkeys(names, absent) | {"database": Database("sqlite+aiosqlite://"), "clock": SystemClock()}
    )
    app: web.Application = create_app(services)
    json.dump(document(app), sys.stdout, indent=1)


if __name__ == "__main__":
    main()
