package bench

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// netlinkSocket talks to the kernel about one network namespace: the one that
// its thread was in when it was opened.
type netlinkSocket struct {
	fd  int
	seq uint32
	buf []byte
}

func openNetlink() (*netlinkSocket, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("netlink: %w", err)
	}
	return &netlinkSocket{fd: fd, buf: make([]byte, 16<<10)}, nil
}

func (s *netlinkSocket) close() { unix.Close(s.fd) }

// request sends one message and returns the first answer's payload; nil where
// the answer is an acknowledgement alone.
func (s *netlinkSocket) request(kind, flags uint16, payload []byte) ([]byte, error) {
	s.seq++
	msg := make([]byte, unix.NLMSG_HDRLEN, unix.NLMSG_HDRLEN+len(payload))
	binary.NativeEndian.PutUint32(msg[0:], uint32(unix.NLMSG_HDRLEN+len(payload)))
	binary.NativeEndian.PutUint16(msg[4:], kind)
	binary.NativeEndian.PutUint16(msg[6:], flags|unix.NLM_F_REQUEST)
	binary.NativeEndian.PutUint32(msg[8:], s.seq)
	if err := unix.Sendto(s.fd, append(msg, payload...), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, err
	}
	n, _, err := unix.Recvfrom(s.fd, s.buf, 0)
	if err != nil {
		return nil, err
	}
	if n < unix.NLMSG_HDRLEN+4 {
		return nil, errors.New("netlink: a short answer")
	}
	answer := s.buf[unix.NLMSG_HDRLEN:n]
	if binary.NativeEndian.Uint16(s.buf[4:]) != unix.NLMSG_ERROR {
		return answer, nil
	}
	if code := int32(binary.NativeEndian.Uint32(answer)); code != 0 {
		return nil, unix.Errno(-code)
	}
	return nil, nil
}

// do sends one message that changes something, and waits until it is done.
func (s *netlinkSocket) do(about string, kind, flags uint16, payload []byte) error {
	if _, err := s.request(kind, flags|unix.NLM_F_ACK, payload); err != nil {
		return fmt.Errorf("netlink: %s: %w", about, err)
	}
	return nil
}

// index is the number of a device.
func (s *netlinkSocket) index(device string) (uint32, error) {
	answer, err := s.request(unix.RTM_GETLINK, 0, append(linkHeader(0, 0), name(device)...))
	if err != nil || len(answer) < unix.SizeofIfInfomsg {
		return 0, fmt.Errorf("netlink: device %s: %w", device, err)
	}
	return binary.NativeEndian.Uint32(answer[4:]), nil
}

const create = unix.NLM_F_CREATE | unix.NLM_F_EXCL

// linkHeader is a device by its number, or 0, with the flags that it is to have.
func linkHeader(index, flags uint32) []byte {
	h := make([]byte, unix.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(h[4:], index)
	binary.NativeEndian.PutUint32(h[8:], flags)
	binary.NativeEndian.PutUint32(h[12:], flags)
	return h
}

// attribute is one value of a message, or several, one in the other.
func attribute(kind uint16, values ...[]byte) []byte {
	a := make([]byte, unix.SizeofRtAttr)
	for _, v := range values {
		a = append(a, v...)
	}
	binary.NativeEndian.PutUint16(a[0:], uint16(len(a)))
	binary.NativeEndian.PutUint16(a[2:], kind)
	for len(a)%unix.RTA_ALIGNTO != 0 {
		a = append(a, 0)
	}
	return a
}

func number(kind uint16, n uint32) []byte {
	return attribute(kind, binary.NativeEndian.AppendUint32(nil, n))
}

func name(device string) []byte { return attribute(unix.IFLA_IFNAME, append([]byte(device), 0)) }

// hardware is the address that goes with an IPv4 address.
func hardware(ip netip.Addr) []byte {
	b := ip.As4()
	return append([]byte{2, 0}, b[:]...)
}

const (
	vethPeer   = 1 // VETH_INFO_PEER of linux/veth.h
	linkInfo   = unix.IFLA_LINKINFO
	infoKind   = unix.IFLA_INFO_KIND
	infoData   = unix.IFLA_INFO_DATA
	linkMaster = unix.IFLA_MASTER
)

// end is one end of a veth.
type end struct {
	device string
	ip     netip.Addr // whose hardware address it has; none for the kernel's choice
	up     bool
	master uint32 // the bridge that it is a port of, or 0
	netns  int    // where it goes, a file; 0 for where the socket is
}

func (e end) message() []byte {
	flags := uint32(0)
	if e.up {
		flags = unix.IFF_UP
	}
	m := append(linkHeader(0, flags), name(e.device)...)
	if e.ip.IsValid() {
		m = append(m, attribute(unix.IFLA_ADDRESS, hardware(e.ip))...)
	}
	if e.master != 0 {
		m = append(m, number(linkMaster, e.master)...)
	}
	if e.netns != 0 {
		m = append(m, number(unix.IFLA_NET_NS_FD, uint32(e.netns))...)
	}
	return m
}

func (s *netlinkSocket) addVeth(here, there end) error {
	info := attribute(linkInfo, attribute(infoKind, []byte("veth")), attribute(infoData, attribute(vethPeer, there.message())))
	return s.do("veth "+here.device, unix.RTM_NEWLINK, create, append(here.message(), info...))
}

func (s *netlinkSocket) addBridge(device string) error {
	m := append(linkHeader(0, 0), name(device)...)
	return s.do("bridge "+device, unix.RTM_NEWLINK, create, append(m, attribute(linkInfo, attribute(infoKind, []byte("bridge")))...))
}

// setUp takes a device up; with ip, first gives it the hardware address that
// goes with that.
func (s *netlinkSocket) setUp(index uint32, ip netip.Addr) error {
	m := linkHeader(index, unix.IFF_UP)
	if ip.IsValid() {
		m = append(m, attribute(unix.IFLA_ADDRESS, hardware(ip))...)
	}
	return s.do("up", unix.RTM_NEWLINK, 0, m)
}

func (s *netlinkSocket) addAddress(index uint32, ip netip.Addr, bits int) error {
	m := make([]byte, unix.SizeofIfAddrmsg)
	m[0], m[1] = family(ip), byte(bits)
	binary.NativeEndian.PutUint32(m[4:], index)
	m = append(m, attribute(unix.IFA_LOCAL, ip.AsSlice())...)
	m = append(m, attribute(unix.IFA_ADDRESS, ip.AsSlice())...)
	return s.do("address "+ip.String(), unix.RTM_NEWADDR, create, m)
}

func (s *netlinkSocket) addDefaultRoute(via netip.Addr) error {
	m := make([]byte, unix.SizeofRtMsg)
	m[0], m[4] = unix.AF_INET, unix.RT_TABLE_MAIN
	m[5], m[6], m[7] = unix.RTPROT_BOOT, unix.RT_SCOPE_UNIVERSE, unix.RTN_UNICAST
	return s.do("route", unix.RTM_NEWROUTE, create, append(m, attribute(unix.RTA_GATEWAY, via.AsSlice())...))
}

// addNeighbour writes down a peer's hardware address, which goes with the first of
// its addresses.
func (s *netlinkSocket) addNeighbour(index uint32, addresses ...netip.Addr) error {
	var errs []error
	for _, ip := range addresses {
		errs = append(errs, s.addNeighbourAt(index, ip, hardware(addresses[0])))
	}
	return errors.Join(errs...)
}

func (s *netlinkSocket) addNeighbourAt(index uint32, ip netip.Addr, mac []byte) error {
	m := make([]byte, unix.SizeofNdMsg)
	m[0] = family(ip)
	binary.NativeEndian.PutUint32(m[4:], index)
	binary.NativeEndian.PutUint16(m[8:], unix.NUD_PERMANENT)
	m = append(m, attribute(unix.NDA_DST, ip.AsSlice())...)
	m = append(m, attribute(unix.NDA_LLADDR, mac)...)
	return s.do("neighbour "+ip.String(), unix.RTM_NEWNEIGH, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, m)
}

func family(ip netip.Addr) byte {
	if ip.Is4() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}
