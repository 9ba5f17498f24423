#!/usr/bin/python3 -IS
"""Writes 1, 2, 3 and so on for 4.2 seconds, and then reads: what was acknowledged must be there."""
import json
import socket
import sys
import time

END = time.monotonic() + 4.2
node = 1


def ask(**request):
    """Ask the node that answered last, or, if it is silent or no leader, take another next time."""
    global node
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.2)
        try:
            sock.connect((f"node-{node}", 7000))
            sock.send(json.dumps(request).encode())
            answer = json.loads(sock.recv(65536))
        except OSError:
            answer = {}
    time.sleep(0.03)
    if not answer:
        node = node % 5 + 1
    return answer.get("log")


number, acknowledged = 0, []
while time.monotonic() < END:
    number += 1
    if ask(kind="write", number=number):
        acknowledged.append(number)
for _ in range(100):
    log = ask(kind="read")
    if log is not None:
        break
else:
    sys.exit("no node leads any more")
lost = set(acknowledged) - set(log)
print(f"{number} writes, {len(acknowledged)} acknowledged, {len(lost)} of these lost")
sys.exit(1 if lost else 0)
