"""Calls that fail: input/output errors of every kind at every place (T6), and failures that were none (T7)."""

import shutil
import time

from load import Load
from oracle import Oracle
from plan import Failed, Run, require, row
from server import Refused

EIO = 5
# Which call fails, on which files, and in which ways it may.
SWEEP = [
    ("sync@ledger/", ["", "sticky", "late"]),
    ("pwrite@ledger/", ["", "sticky", "short", "late"]),
    ("meta@ledger/", ["", "sticky", "short", "late"]),
    ("pwrite@views/", ["", "sticky"]),
    ("undo@views/", ["", "sticky"]),
    ("write@keys/", ["", "short"]),
    ("sync@keys/", [""]),
    ("rename@keys/", ["", "late"]),
    ("write@anchor/checkpoint", [""]),
    ("write@anchor/", ["sticky"]),
    ("rename@anchor/", ["", "late"]),
    ("sync@anchor", ["sticky"]),
]


def strike(run: Run, name: str, fault: str, **more: object) -> tuple[bool, bool]:
    """One server, one fault under load, one restart. Answers whether the fault struck, and whether the server ended."""
    server = run.server(name)
    load = Load(server, run.dice, threads=3)
    oracle = Oracle(server, load)
    armed, fired = run.folder / f"{name}.armed", run.folder / f"{name}.fired"
    server.start(run.shim.env(server, FAULT=fault, FAULT_ARM=armed, FAULT_FIRED=fired, **more))
    load.start()
    load.reached(6, 30)
    armed.touch()
    deadline = time.monotonic() + 1.0
    while not fired.exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    status = server.ended(0.4)
    load.stop()
    struck, ended = fired.exists(), status is not None
    try:
        if ended:
            require(status == 1, f"it ended with {status}, not with 1 and a reason: {server.said}")
            require("stopped:" in server.said, f"it does not say why it stopped: {server.said}")
        # Beside a fault that stays, a stop may be unclean: the start that follows is what must be right.
        server.kill()
        server.start()
        load.retry()
        require(server.stop() == 0, server.said)
        oracle.check()
    except Refused as refused:
        raise Failed(f"{fault}: no start afterwards: {refused}") from refused
    except Failed as failure:
        raise Failed(f"{fault}: {failure}") from failure
    shutil.rmtree(server.home)
    return struck, ended


@row("T6", "input/output errors, at the n-th call and ever after")
def errors(run: Run) -> str:
    struck = ended = clean = 0
    for call, modes in SWEEP:
        for mode in modes:
            for nth in range(1, run.count(1, 12) + 1):
                fault = f"{call}:{nth if run.is_long else run.dice.randint(1, 3)}:{EIO}" + (f":{mode}" if mode else "")
                hit, end = strike(run, f"{call.replace('/', '-')}-{mode}-{nth}", fault)
                struck, ended, clean = struck + hit, ended + end, clean + (not hit)
                if not hit:
                    break
    require(struck > len(SWEEP), f"only {struck} faults struck")
    run.control("a meta page that is not written, and reported as written", lambda: strike(
        run, "control", f"meta@ledger/:2:{EIO}:drop+sticky"))
    return (f"{struck} faults struck in {len(SWEEP)} kinds of call; {ended} times the server stopped and said why, else it "
            f"went on; I1–I7 after each restart")


@row("T7", "reported as failed, and durable all the same")
def false_failure(run: Run) -> str:
    rounds, same = run.count(4, 60), 0
    for number in range(rounds):
        same += denied(run, f"denied-{number}", f"meta@ledger/:1:{EIO}:late", f"undo@ledger/:1:{EIO}:drop")

    def really_lost() -> None:
        # The same, but the commit is gone after all: the retry must then make a new entry.
        require(denied(run, "lost", f"meta@ledger/:1:{EIO}", f"undo@ledger/:1:{EIO}:drop"), "it was made anew")

    run.control("a commit that is really lost", really_lost)
    return f"{rounds} commits denied and kept; the same key brought the same entry back {same} times"


def denied(run: Run, name: str, fault: str, undo: str) -> bool:
    """One command whose commit is reported as failed; its retry's answer, and whether it is the entry of the first try."""
    server = run.server(name)
    armed = run.folder / f"{name}.armed"
    server.start(run.shim.env(server, FAULT=fault, FAULT2=undo, FAULT_ARM=armed))
    oracle = Oracle(server)
    client = server.connect()
    client.admin("GET", "/tenants")
    before = len(oracle.seen)
    slug = f"denied-{name}"
    body = {"name": slug, "slug": slug, "partner_id": server.partner}
    armed.touch()
    try:
        answer = client.admin("POST", "/tenants", body, **{"Idempotency-Key": name})
        require(answer.status == 503, f"I9: a commit that failed is answered {answer.status}")
    except OSError:
        pass  # It ended before it answered: nobody was told anything.
    require(server.ended(5) == 1, f"it goes on after a failed commit: {server.said}")
    server.start()
    client.forget()
    answers = [client.admin("POST", "/tenants", body, **{"Idempotency-Key": name}) for _ in range(2)]
    require([answer.status for answer in answers] == [201, 201], f"the retry: {[answer.status for answer in answers]}")
    require(answers[0].body == answers[1].body and answers[0].index == answers[1].index, "two retries, two answers")
    require(server.stop() == 0, server.said)
    oracle.check()
    made = [line for line in oracle.seen if slug.encode() in line and b'"tenant.created"' in line]
    require(len(made) == 1, f"I3: {len(made)} tenants were made")
    # Between the two tries the new start wrote its own entry: what stands before that is of the first.
    opened = next(place for place, line in enumerate(oracle.seen) if place >= before and b'"ledger.opened"' in line
                  and place > before)
    shutil.rmtree(server.home)
    return answers[0].index < opened
