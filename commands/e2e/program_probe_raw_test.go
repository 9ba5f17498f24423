package e2e

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"

	"golang.org/x/sys/unix"
)

// request sends a text, as it is, to where a run takes requests, and prints the
// answer, which is empty where the run hangs up.
func request(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("usage: probe request SOCKET TEXT")
	}
	conn, err := net.DialUnix("unixpacket", nil, &net.UnixAddr{Net: "unixpacket", Name: args[0]})
	if err != nil {
		return err
	}
	if _, _, err := conn.WriteMsgUnix([]byte(args[1]), unix.UnixRights(1, 2), nil); err != nil {
		return err
	}
	answer := make([]byte, 1<<16)
	n, _ := conn.Read(answer)
	fmt.Printf("%s\n", answer[:n])
	return nil
}

// frame sends Ethernet frames to everybody at a device, each with the mark and its
// kind, or prints the marks of those that it hears there.
func frame(args []string) error {
	if len(args) == 3 && args[0] == "send" {
		return sendFrame(args[1], args[2])
	}
	if len(args) == 2 && args[0] == "hear" {
		return hearFrames(args[1])
	}
	return fmt.Errorf("usage: probe frame send DEVICE MARK | hear DEVICE")
}

func packetSocket(device string) (int, error) {
	found, err := net.InterfaceByName(device)
	if err != nil {
		return 0, err
	}
	all := binary.BigEndian.Uint16(binary.NativeEndian.AppendUint16(nil, unix.ETH_P_ALL))
	socket, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, int(all))
	if err != nil {
		return 0, err
	}
	return socket, unix.Bind(socket, &unix.SockaddrLinklayer{Protocol: all, Ifindex: found.Index})
}

// sendFrame sends datagrams over IPv4, behind a VLAN tag and to a multicast address,
// and a frame of a type of its own (IEEE's for experiments).
func sendFrame(device, mark string) error {
	socket, err := packetSocket(device)
	if err != nil {
		return err
	}
	text := func(kind string) []byte { return []byte("mark:" + mark + kind + ";") }
	from := []byte{2, 0, 172, 18, 0, 1}
	for _, f := range [][]byte{
		slices.Concat(toAll, from, []byte{0x81, 0, 0, 5, 8, 0}, datagram([4]byte{172, 18, 0, 2}, text(""))),
		slices.Concat([]byte{1, 0, 0x5e, 0, 0, 1}, from, []byte{8, 0}, datagram([4]byte{224, 0, 0, 1}, text("multicast"))),
		slices.Concat(toAll, from, []byte{0x88, 0xb5}, text("own")),
	} {
		if _, err := unix.Write(socket, f); err != nil {
			return err
		}
	}
	return nil
}

var toAll = []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// datagram is one from 172.18.0.1, with its IP header.
func datagram(to [4]byte, payload []byte) []byte {
	udp := make([]byte, 8)
	binary.BigEndian.PutUint16(udp[0:], 7000)
	binary.BigEndian.PutUint16(udp[2:], 7000)
	binary.BigEndian.PutUint16(udp[4:], uint16(8+len(payload)))
	ip := []byte{0x45, 0, 0, 0, 0, 0, 0, 0, 64, unix.IPPROTO_UDP, 0, 0, 172, 18, 0, 1, to[0], to[1], to[2], to[3]}
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)+len(udp)+len(payload)))
	binary.BigEndian.PutUint16(ip[10:], checksum(ip))
	return slices.Concat(ip, udp, payload)
}

// checksum is that of an IPv4 header.
func checksum(header []byte) uint16 {
	sum := uint32(0)
	for i := 0; i < len(header); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(header[i:]))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

func hearFrames(device string) error {
	socket, err := packetSocket(device)
	if err != nil {
		return err
	}
	fmt.Println("listening")
	marked := regexp.MustCompile(`mark:(\w+);`)
	for buffer := make([]byte, 2048); ; {
		n, err := unix.Read(socket, buffer)
		if err != nil {
			return os.NewSyscallError("read", err)
		}
		if m := marked.FindSubmatch(buffer[:n]); m != nil {
			fmt.Printf("heard %s\n", m[1])
		}
	}
}
