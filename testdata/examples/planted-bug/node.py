#!/usr/bin/python3 -IS
"""One of five nodes that keep a log. It is Raft made small: each message has the whole log.

The leader sends its log to the others, with each write and 20 times a second. A node that
gets none for a second asks for votes. Who has a newer log than the asker gives it none, and
three votes make a leader. So what three nodes have, the next leader has, too.
"""
import json
import os
import select
import socket
import time

ME, MAJORITY, DISK = int(os.environ["VAGGANET_REPLICA"]), 3, "/srv/state"
# How many nodes have a write when the leader acknowledges it.
ENOUGH = MAJORITY if os.environ["ACK"] == "majority" else 1
OTHERS = {n: (socket.gethostbyname(f"node-{n}"), 7000) for n in range(1, 6) if n != ME}


def save(**changes):
    state.update(changes)
    with open(DISK + ".new", "w") as file:
        json.dump(state, file)
    os.rename(DISK + ".new", DISK)


def send(kind, nodes=OTHERS):
    for node in nodes:
        sock.sendto(json.dumps({**state, "kind": kind, "node": ME}).encode(), OTHERS[node])


def later():
    """Return when to send, as a leader, or to ask for votes, if nothing comes from one."""
    return time.monotonic() + (0.05 if leader else 0.9 + 0.05 * ME)


sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("", 7000))
have, votes, unanswered, follows = {}, set(), [], None
if os.path.exists(DISK):
    leader, state = False, json.load(open(DISK))
    due = later()
else:  # Node 1 leads first, and the others wait for it. "by" is the term of the log's leader.
    leader, state = ME == 1, {"term": 1, "by": 1, "log": []}
    due = 0 if leader else time.monotonic() + 60
    save()
if leader:
    print("leads in term 1", flush=True)

while True:
    if not select.select([sock], [], [], max(0, due - time.monotonic()))[0]:
        if not leader:
            save(term=state["term"] + 1)
            votes = {ME}
        send("append" if leader else "elect")
        due = later()
        continue
    text, sender = sock.recvfrom(65536)
    message = json.loads(text)
    kind, node = message["kind"], message.get("node")

    if node is None and not leader:  # from a client
        sock.sendto(b"{}", sender)
    elif node is None:
        if kind == "write":
            save(log=state["log"] + [message["number"]])
        unanswered.append((len(state["log"]), ENOUGH if kind == "write" else MAJORITY, sender))
        send("append")
    elif message["term"] >= state["term"]:
        newer = message["term"] > state["term"]
        if newer:
            leader = False
            save(term=message["term"])
        as_good = (message["by"], len(message["log"])) >= (state["by"], len(state["log"]))
        if kind == "append" and as_good:
            if follows != node:
                print(f"follows node-{node}", flush=True)
            follows, due = node, later()
            save(by=message["by"], log=message["log"])
            send("have", [node])
        elif kind == "elect" and newer and as_good:
            due = later()
            send("vote", [node])
        elif kind == "vote" and not leader:
            votes.add(node)
            if len(votes) == MAJORITY:
                print("leads in term", state["term"], flush=True)
                leader, have, unanswered, follows, due = True, {}, [], None, 0
                save(by=state["term"])
        elif kind == "have" and leader:
            have[node] = len(message["log"])

    for entry in unanswered[:] if leader else []:
        size, enough, client = entry
        if 1 + sum(n >= size for n in have.values()) >= enough:
            unanswered.remove(entry)
            sock.sendto(json.dumps(state).encode(), client)
