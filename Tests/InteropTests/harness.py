"""The list of cases, and what runs them one after another."""

import asyncio
import inspect
import shutil
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Awaitable, Callable

from bridge import Bridge, Program


class Failure(Exception):
    """What a case found wrong, in words for the report."""


class Skipped(Exception):
    """Why a case cannot be run here."""


def require(condition: object, text: str) -> None:
    """Fails the case with `text` unless `condition` holds."""
    if not condition:
        raise Failure(text)


async def eventually(condition: Callable[[], object], seconds: float, text: str) -> float:
    """Waits until `condition()`, or what it lets await, holds; returns the seconds it took.

    Fails the case with `text` after `seconds`.
    """
    begin = time.monotonic()
    while True:
        holds = condition()
        if inspect.isawaitable(holds):
            holds = await holds
        if holds:
            return time.monotonic() - begin
        if time.monotonic() - begin > seconds:
            raise Failure(f"{text} within {seconds:g} s")
        await asyncio.sleep(0.05)


@dataclass
class Case:
    """One check with real clients: its name, its time limit in seconds, and the options of its server."""

    name: str
    limit: float
    options: dict
    body: Callable[[Bridge], Awaitable[str]]


@dataclass
class Cases:
    """All cases, in the order in which they were declared."""

    declared: list[Case] = field(default_factory=list)

    def __call__(self, name: str, limit: float = 60, **options):
        """Declares the function below it as a case; `options` go to its `Bridge`."""

        def declare(body):
            self.declared.append(Case(name, limit, options, body))
            return body

        return declare


case = Cases()


async def run_case(item: Case, program: Program, keep: bool) -> bool:
    """Runs one case against a server of its own, prints its line, and says whether all is well."""
    folder = Path(tempfile.mkdtemp(prefix="diemcau-"))
    begin = time.monotonic()
    bridge = Bridge(program, folder, **item.options)
    problem, figures = None, ""
    try:
        async with asyncio.timeout(item.limit):
            await bridge.start()
            figures = await item.body(bridge)
    except Skipped as reason:
        await bridge.stop()
        shutil.rmtree(folder, ignore_errors=True)
        print(f"skipped {item.name} ({reason})", flush=True)
        return True
    except Failure as failure:
        problem = str(failure)
    except TimeoutError:
        problem = f"not done within {item.limit:g} s"
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
        traceback.print_exc()
    ended = await bridge.stop()
    problem = problem or ended
    seconds = time.monotonic() - begin
    print(f"{'FAIL' if problem else 'ok'} {item.name} ({seconds:.1f} s) – {problem or figures}", flush=True)
    if problem:
        print(bridge.log_tail(), flush=True)
    if keep:
        print(f"kept: {folder}", flush=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return not problem


async def run(names: list[str], program: Program, keep: bool) -> int:
    """Runs the named cases, or all; the exit status."""
    unknown = [name for name in names if name not in [item.name for item in case.declared]]
    if unknown:
        print(f"no case named {', '.join(unknown)}", file=sys.stderr)
        return 2
    wanted = [item for item in case.declared if not names or item.name in names]
    results = [await run_case(item, program, keep) for item in wanted]
    return 0 if all(results) else 1
