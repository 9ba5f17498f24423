// Package netcmd, with the packages below it, builds plans: what must be run to make
// a gateway, a run's network, a partition, and to take them away. All of them are pure:
// they read nothing of the machine and run nothing.
//
// In this package is the plan of a run. What it is made of is below: package plan has
// steps, addresses what all is called, gateway that of the gateway, and live those of
// commands on a run that is up. Those make of links, the model, input for firewall and tc.
//
// # Words
//
//   - host: the machine's own network. It gets one veth device, "vagga".
//   - gateway: a network namespace, made once a boot, with the peer of that
//     device, "vagga_guest", and a veth for each run.
//   - bridge: a network namespace for each run, with the bridge device
//     "children". Faults live here.
//   - guest: a network namespace for each child that has a network, with one
//     device, "eth0", whose peer is a port of the bridge, "g-NAME".
//   - node: a guest, or the bridge.
//   - slot: a run's share of the gateway, numbered from 0 to 2047: a pair of
//     devices and a /30. The kernel gives it out, since a device can be made
//     only once.
//   - isolated run: one without a gateway.
//   - supervisor: the first process of a run, in a PID namespace of its own. All
//     else of the run ends with it. It is this program, or the shell of a script
//     that "run --dry-run" has printed.
//   - child: a process that a run starts and waits for, in a guest, in the bridge's
//     namespace, or in the caller's network.
//   - link: what one guest sends to another, in one direction.
//   - cut: a link on which nothing arrives. A partition is a set of cuts.
//   - uplink: the way between a guest and the host, and all beyond it.
//   - shape: what is done to the packets of a link that arrive: delay, loss, rate.
//   - fault: a change of links, uplinks or shapes that a run knows of.
//   - token: what tells a run from an earlier or later one of its name.
//   - mark: NAME/TOKEN of a run, in the comment of each of its rules in the gateway.
//   - plan, step, place: see package plan.
package netcmd
