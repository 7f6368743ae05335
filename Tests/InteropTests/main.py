"""Command line of the interoperability tests; see `run`."""

import argparse
import asyncio
import sys
from pathlib import Path

import harness
from bridge import PACKAGE, Program

# Each module declares its cases when it is imported; this is their order.
import aiortc_cases  # noqa: F401
import chromium_cases  # noqa: F401
import conference_cases  # noqa: F401
import crowd_cases  # noqa: F401
import hostile_cases  # noqa: F401
import http_cases  # noqa: F401
import line_cases  # noqa: F401
import message_cases  # noqa: F401
import page_cases  # noqa: F401
import reference_cases  # noqa: F401
import restart_cases  # noqa: F401
import socket_cases  # noqa: F401
import terminal_cases  # noqa: F401
import throttled_cases  # noqa: F401
import tls_cases  # noqa: F401
import trouble_cases  # noqa: F401


def main() -> int:
    parser = argparse.ArgumentParser(prog="run", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help="only these cases")
    parser.add_argument("--list", action="store_true", help="print the names of the cases")
    parser.add_argument("--keep", action="store_true", help="keep the servers' folders and say where they are")
    parser.add_argument("--program", type=Path, default=PACKAGE / ".build" / "release" / "diemcau", metavar="FILE",
                        help="the program to test (.build/release/diemcau)")
    options = parser.parse_args()
    if options.list:
        print("\n".join(item.name for item in harness.case.declared))
        return 0
    if not options.program.exists():
        print(f"{options.program} is not there: build it first (Deploy/test release)", file=sys.stderr)
        return 1
    return asyncio.run(harness.run(options.cases, Program(options.program.resolve()), options.keep))


sys.exit(main())
