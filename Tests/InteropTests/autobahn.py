"""What Tests/InteropTests/autobahn asks of Autobahn|Testsuite, and what it makes of the answer.

    autobahn.py write FOLDER PORT GROUP…      writes FOLDER/spec.json
    autobahn.py read FOLDER SECONDS GROUP…    reads the report in FOLDER, prints a line for each group and each failure
"""

import json
import sys
from pathlib import Path

AGENT = "diemcau"
# How many cases a group has at least: a suite that ran nothing must not pass.
CASES = {"1": 16, "2": 11, "3": 7, "4": 10, "5": 20, "6": 140, "7": 35, "9": 54, "10": 1, "12": 90, "13": 126,
         "12.1": 18, "13.7": 18}
GOOD = ("OK", "INFORMATIONAL")
# Group 13 with a server's window below 32 KiB alone, which we decline.
DECLINED = ("13.3.", "13.5.")


def write(folder: Path, port: str, groups: list[str]) -> None:
    spec = {
        "outdir": str(folder / "report"),
        "servers": [{"agent": AGENT, "url": f"ws://127.0.0.1:{port}"}],
        "cases": [f"{group}.*" for group in groups],
        "exclude-cases": [],
        "exclude-agent-cases": {},
    }
    (folder / "spec.json").write_text(json.dumps(spec))


def read(folder: Path, seconds: str, groups: list[str]) -> bool:
    index = folder / "report" / "index.json"
    results = json.loads(index.read_text()).get(AGENT, {}) if index.exists() else {}
    good = True
    for group in groups:
        cases = {name: result for name, result in results.items() if name.startswith(f"{group}.")}
        failed = {
            name: result for name, result in cases.items()
            if result["behavior"] not in GOOD and not (
                result["behavior"] == "UNIMPLEMENTED" and name.startswith(DECLINED))
            or result["behaviorClose"] not in GOOD
        }
        for name, result in sorted(failed.items()):
            print(f"FAIL autobahn-{name} {result['behavior']}, closing {result['behaviorClose']}")
        if len(cases) < CASES[group]:
            print(f"FAIL autobahn-{group} only {len(cases)} of {CASES[group]} cases ran")
        elif not failed:
            informational = sum(result["behavior"] == "INFORMATIONAL" for result in cases.values())
            declined = sum(result["behavior"] == "UNIMPLEMENTED" for result in cases.values())
            kinds = f"{informational} of them informational" + (f", {declined} declined" if declined else "")
            took = sum(result["duration"] for result in cases.values()) / 1000
            print(f"ok autobahn-{group} ({took:.1f} s) – {len(cases)} cases, {kinds}")
        good = good and not failed and len(cases) >= CASES[group]
    print(f"== {len(results)} cases in {seconds} s")
    return good


if __name__ == "__main__":
    action, folder, argument, *groups = sys.argv[1:]
    if action == "write":
        write(Path(folder), argument, groups)
    elif not read(Path(folder), argument, groups):
        sys.exit(1)
