#!/usr/bin/python3
"""Writes and reads a number for 14 seconds, and checks what was read.

One client writes 1, 2, 3 and so on, and puts each of them into a set, too. For each node,
another client reads the number there. It may never be less than what was acknowledged,
or read, before that read began; and in the end, the set has all that was acknowledged.

With "own" as an argument, nodes are asked for their own copy, which may be an old one.
"""
import base64
import http.client
import json
import sys
import threading
import time
import urllib.request

NODES = [f"etcd-{n}" for n in range(1, 6)]
OWN_COPY = "own" in sys.argv[1:]
END = time.monotonic() + 14

lock = threading.Lock()
acknowledged, unknown, floor, reads, stale = [], 0, 0, 0, []


def b64(text):
    return base64.b64encode(str(text).encode()).decode()


def call(node, verb, **question):
    """Ask one node. No answer within a second is an OSError, or an HTTPException."""
    request = urllib.request.Request(f"http://{node}:2379/v3/kv/{verb}", json.dumps(question).encode())
    with urllib.request.urlopen(request, timeout=1) as answer:
        return json.load(answer)


def values(answer):
    return [int(base64.b64decode(kv["value"])) for kv in answer.get("kvs", [])]


def write(n):
    # A write that had no answer may still come, even after later ones: it is done only
    # if what is there is less.
    old = {"key": b64("number"), "target": "VALUE", "result": "LESS", "value": b64(f"{n:06}")}
    puts = [{"requestPut": {"key": b64(key), "value": b64(f"{n:06}")}} for key in ("number", f"set/{n}")]
    answer = call(NODES[n % len(NODES)], "txn", compare=[old], success=puts)
    if not answer.get("succeeded"):
        raise OSError("somebody else has written")


def writer():
    global floor, unknown
    n = 0
    while time.monotonic() < END:
        n += 1
        try:
            write(n)
        except (OSError, http.client.HTTPException):
            unknown += 1
        else:
            with lock:
                acknowledged.append(n)
                floor = max(floor, n)
        time.sleep(0.02)


def reader(node):
    global floor, reads
    while time.monotonic() < END:
        least = floor
        try:
            (got,) = values(call(node, "range", key=b64("number"), serializable=OWN_COPY))
        except (OSError, http.client.HTTPException):
            got = None
        if got is not None:
            with lock:
                reads += 1
                if got < least:
                    stale.append(f"{node} has {got} after {least}")
                floor = max(floor, got)
        time.sleep(0.05)


def whole_set():
    """Read the set, when the faults are over."""
    for _ in range(60):
        for node in NODES:
            try:
                return set(values(call(node, "range", key=b64("set/"), range_end=b64("set0"))))
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
    sys.exit("no node answers any more")


call(NODES[0], "put", key=b64("number"), value=b64(f"{0:06}"))
threads = [threading.Thread(target=writer)] + [threading.Thread(target=reader, args=[node]) for node in NODES]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
lost = set(acknowledged) - whole_set()

print(f"writes acknowledged: {len(acknowledged)}")
print(f"writes without an answer: {unknown}")
print(f"acknowledged and lost: {len(lost)}")
print(f"reads: {reads}")
print(f"stale reads: {len(stale)}")
for line in stale[:3]:
    print(f"  {line}")
sys.exit(1 if lost or stale else 0)
