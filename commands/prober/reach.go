package prober

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/commands/netns"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
)

// reachTime is for how long packets are sent that nothing comes of: it is a matter
// of one device. So many rounds are tried even where each takes long.
const (
	reachTime   = 800 * time.Millisecond
	reachRounds = 8
)

// Reach sends packets from the network namespace of a file, a gateway's, or from the
// one that this process is in if that is empty.
func Reach(what gateway.Reach, file string) (found gateway.Reached, err error) {
	err = netns.In(file, func() error {
		found, err = reach(what)
		return err
	})
	found.Firewalld = firewalld()
	return found, err
}

// firewalld reports whether that firewall is active: it has a control group of its
// own under systemd, and a file elsewhere.
func firewalld() bool {
	for _, path := range []string{"/sys/fs/cgroup/system.slice/firewalld.service", "/sys/fs/cgroup/systemd/system.slice/firewalld.service", "/run/firewalld.pid"} {
		if _, err := os.Stat(path); err == nil {
			return true
		}
	}
	return false
}

// reacher sends whole packets, since the kernel would not send to another machine
// what is for its own address, and sees all that comes, before the kernel drops what
// it takes for forged.
type reacher struct {
	gateway.Reach
	fd    int
	link  unix.SockaddrLinklayer
	token [16]byte
	// Ports of the datagram that is forwarded, and of the connection to the host,
	// which nobody has to listen at.
	udpFrom, udpTo, tcpFrom, tcpTo uint16
	found                          gateway.Reached
}

func reach(what gateway.Reach) (gateway.Reached, error) {
	// What comes back is taken by a socket, or the kernel would refuse it.
	taker, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(what.Gateway, 0)))
	if err != nil {
		return gateway.Reached{}, err
	}
	defer taker.Close()
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, int(bigEndian(unix.ETH_P_IP)))
	if err != nil {
		return gateway.Reached{}, err
	}
	defer unix.Close(fd)
	index, err := indexOf(fd, what.Device)
	if err != nil {
		return gateway.Reached{}, err
	}
	r := &reacher{Reach: what, fd: fd, udpTo: taker.LocalAddr().(*net.UDPAddr).AddrPort().Port(),
		link: unix.SockaddrLinklayer{Protocol: bigEndian(unix.ETH_P_IP), Ifindex: index}}
	pause := unix.NsecToTimeval((30 * time.Millisecond).Nanoseconds())
	if err := errors.Join(unix.Bind(fd, &r.link), unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &pause)); err != nil {
		return gateway.Reached{}, err
	}
	mac, err := net.ParseMAC(addresses.MAC(what.Host))
	if err != nil {
		return gateway.Reached{}, err
	}
	r.link.Halen = uint8(copy(r.link.Addr[:], mac))
	r.token = newToken()
	r.udpFrom = 32768 | binary.BigEndian.Uint16(r.token[:])
	r.tcpFrom = 32768 | binary.BigEndian.Uint16(r.token[2:])
	r.tcpTo = 32768 | binary.BigEndian.Uint16(r.token[4:])
	err = r.run()
	return r.found, err
}

// indexOf is the number of a device. Package net would list all of them for it, and a
// gateway has one for each run.
func indexOf(socket int, device string) (int, error) {
	request, err := unix.NewIfreq(device)
	if err == nil {
		err = unix.IoctlIfreq(socket, unix.SIOCGIFINDEX, request)
	}
	if err != nil {
		return 0, fmt.Errorf("device %s: %w", device, err)
	}
	return int(request.Uint32()), nil
}

func bigEndian(n uint16) uint16 { return n<<8 | n>>8 }

// run sends until something has come of both packets, or the time is up.
func (r *reacher) run() error {
	start := time.Now()
	for round := 0; !r.decided() && (round < reachRounds || time.Since(start) < reachTime); round++ {
		err := errors.Join(
			unix.Sendto(r.fd, r.datagram(), 0, &r.link),
			unix.Sendto(r.fd, r.opening(), 0, &r.link))
		if err != nil {
			return fmt.Errorf("send by %s: %w", r.Device, err)
		}
		for r.receive() && !r.decided() {
		}
	}
	for _, outcome := range []*gateway.Outcome{&r.found.Host, &r.found.Forwarded} {
		if *outcome == "" {
			*outcome = gateway.Dropped
		}
	}
	return nil
}

func (r *reacher) decided() bool {
	return (r.NoHost || r.found.Host != "") && r.found.Forwarded != ""
}

// receive looks at one packet, and reports whether there was one.
func (r *reacher) receive() bool {
	buf := make([]byte, 2048)
	n, from, err := unix.Recvfrom(r.fd, buf, 0)
	if err != nil {
		return errors.Is(err, unix.EINTR)
	}
	if link, ok := from.(*unix.SockaddrLinklayer); ok && link.Pkttype == unix.PACKET_OUTGOING {
		return true
	}
	r.look(buf[:n])
	return true
}

// look notes what a packet says about those that were sent.
func (r *reacher) look(packet []byte) {
	source, protocol, content, ok := parseIPv4(packet)
	if !ok || len(content) < 8 {
		return
	}
	from, to := binary.BigEndian.Uint16(content), binary.BigEndian.Uint16(content[2:])
	switch protocol {
	case unix.IPPROTO_UDP:
		if to == r.udpTo && len(content) == 8+len(r.token) && [16]byte(content[8:]) == r.token {
			r.found.Forwarded, r.found.Hidden = gateway.Passed, source == r.Host
		}
	case unix.IPPROTO_TCP:
		if source == r.Host && from == r.tcpTo && to == r.tcpFrom {
			r.found.Host = gateway.Passed // with whatever answer
		}
	case unix.IPPROTO_ICMP:
		if content[0] == 3 { // unreachable; the packet that is meant follows
			r.lookDenied(content[8:])
		}
	}
}

func (r *reacher) lookDenied(packet []byte) {
	_, protocol, content, ok := parseIPv4(packet)
	if !ok || len(content) < 4 {
		return
	}
	from, to := binary.BigEndian.Uint16(content), binary.BigEndian.Uint16(content[2:])
	switch {
	case protocol == unix.IPPROTO_UDP && from == r.udpFrom && to == r.udpTo:
		r.found.Forwarded = gateway.Denied
	case protocol == unix.IPPROTO_TCP && from == r.tcpFrom && to == r.tcpTo:
		r.found.Host = gateway.Denied
	}
}

// datagram is for the gateway itself, by way of the host.
func (r *reacher) datagram() []byte {
	udp := make([]byte, 8, 8+len(r.token)) // without a checksum, which is allowed
	binary.BigEndian.PutUint16(udp, r.udpFrom)
	binary.BigEndian.PutUint16(udp[2:], r.udpTo)
	binary.BigEndian.PutUint16(udp[4:], uint16(cap(udp)))
	return ipv4(unix.IPPROTO_UDP, r.Gateway, r.Gateway, append(udp, r.token[:]...))
}

// opening begins a connection to the host. The host answers it, whether or not
// somebody listens there.
func (r *reacher) opening() []byte {
	tcp := make([]byte, 20)
	binary.BigEndian.PutUint16(tcp, r.tcpFrom)
	binary.BigEndian.PutUint16(tcp[2:], r.tcpTo)
	copy(tcp[4:8], r.token[8:])
	tcp[12], tcp[13] = 5<<4, 2 // the header's length, and SYN
	binary.BigEndian.PutUint16(tcp[14:], 1024)
	source, destination := r.Gateway.As4(), r.Host.As4()
	pseudo := append(append(source[:], destination[:]...), 0, unix.IPPROTO_TCP, 0, byte(len(tcp)))
	binary.BigEndian.PutUint16(tcp[16:], checksum(append(pseudo, tcp...)))
	return ipv4(unix.IPPROTO_TCP, r.Gateway, r.Host, tcp)
}

func ipv4(protocol byte, from, to netip.Addr, content []byte) []byte {
	header := make([]byte, 20, 20+len(content))
	header[0], header[8], header[9] = 4<<4|5, 64, protocol
	binary.BigEndian.PutUint16(header[2:], uint16(cap(header)))
	source, destination := from.As4(), to.As4()
	copy(header[12:], source[:])
	copy(header[16:], destination[:])
	binary.BigEndian.PutUint16(header[10:], checksum(header))
	return append(header, content...)
}

func parseIPv4(packet []byte) (source netip.Addr, protocol byte, content []byte, ok bool) {
	if len(packet) < 20 || packet[0]>>4 != 4 {
		return source, 0, nil, false
	}
	size := int(packet[0]&15) * 4
	total := min(int(binary.BigEndian.Uint16(packet[2:])), len(packet))
	if size < 20 || total < size {
		return source, 0, nil, false
	}
	return netip.AddrFrom4([4]byte(packet[12:16])), packet[9], packet[size:total], true
}

// checksum is that of the internet's protocols: RFC 1071.
func checksum(data []byte) uint16 {
	sum := uint32(0)
	for i, b := range data {
		sum += uint32(b) << (8 * (1 - i%2))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
