package terminal

import (
	"fmt"
	"io"
	"iter"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/mattn/go-isatty"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// Screen has the whole terminal, until it is closed: what was there before comes back.
type Screen struct {
	// Keys are those that are typed, as bytes. It is closed when the terminal is gone.
	Keys <-chan byte
	// Redraw has something when the size is another one, or the program stood still.
	Redraw <-chan struct{}

	before *unix.Termios
	// shown is held by who draws, and while the program stands still.
	shown sync.Mutex
	end   chan struct{}
}

// What a terminal obeys: another screen and back, without a cursor, and with lines that
// don't go on in the next one.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l\x1b[?7l"
	leaveScreen = "\x1b[?7h\x1b[?25h\x1b[?1049l"
)

// HasScreen reports whether there is a terminal to draw on and to read keys from.
func HasScreen() bool {
	return isatty.IsTerminal(os.Stdin.Fd()) && Out.IsTerminal() && os.Getenv("TERM") != "dumb"
}

// OpenScreen takes the terminal.
func OpenScreen() (*Screen, error) {
	before, err := unix.IoctlGetTermios(int(os.Stdin.Fd()), unix.TCGETS)
	if err != nil {
		return nil, err
	}
	keys, redraw := make(chan byte), make(chan struct{}, 1)
	s := &Screen{Keys: keys, Redraw: redraw, before: before, end: make(chan struct{})}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGWINCH, syscall.SIGTSTP, syscall.SIGCONT)
	if err := s.enter(); err != nil {
		s.leave()
		return nil, err
	}
	go readKeys(keys)
	go s.heed(signals, redraw)
	return s, nil
}

// enter has keys come at once and unseen; those that send signals still do.
func (s *Screen) enter() error {
	now := *s.before
	now.Lflag &^= unix.ICANON | unix.ECHO
	now.Cc[unix.VMIN], now.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(int(os.Stdin.Fd()), unix.TCSETS, &now); err != nil {
		return err
	}
	_, err := io.WriteString(Out.Raw(), enterScreen)
	return err
}

func (s *Screen) leave() {
	io.WriteString(Out.Raw(), leaveScreen)
	unix.IoctlSetTermios(int(os.Stdin.Fd()), unix.TCSETS, s.before)
}

// Close gives the terminal back.
func (s *Screen) Close() {
	close(s.end)
	s.shown.Lock()
	s.leave()
}

func readKeys(keys chan<- byte) {
	defer close(keys)
	var key [1]byte
	for {
		if _, err := os.Stdin.Read(key[:]); err != nil {
			return
		}
		keys <- key[0]
	}
}

// heed gives the terminal back while the program stands still. It takes it again when that
// goes on, also where somebody stopped it who asked nobody.
func (s *Screen) heed(signals <-chan os.Signal, redraw chan<- struct{}) {
	for {
		select {
		case <-s.end:
			return
		case sent := <-signals:
			s.shown.Lock()
			if sent == syscall.SIGTSTP {
				s.leave()
				unix.Kill(os.Getpid(), unix.SIGSTOP)
				for sent != syscall.SIGCONT {
					sent = <-signals
				}
			}
			if sent == syscall.SIGCONT {
				s.enter()
			}
			s.shown.Unlock()
		}
		select {
		case redraw <- struct{}{}:
		default:
		}
	}
}

// Draw shows the first text that there is room for from the top, or else the final one, and
// a last line below. What has no room is left out: the end of long lines, and lines, which
// are counted.
func (s *Screen) Draw(last string, texts iter.Seq[string]) error {
	s.shown.Lock()
	defer s.shown.Unlock()
	_, height, err := term.GetSize(int(Out.file().Fd()))
	if err != nil {
		return err
	}
	_, err = io.WriteString(Out.Raw(), page(last, height, texts))
	return err
}

func page(last string, height int, texts iter.Seq[string]) string {
	room := max(height-1, 0)
	var lines []string
	for text := range texts {
		lines = strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) <= room {
			break
		}
	}
	if len(lines) > room {
		last = fmt.Sprintf("… %s more; %s", Count(len(lines)-room, "line"), last)
		lines = lines[:room]
	}
	for len(lines) < height-1 {
		lines = append(lines, "")
	}
	const toEndOfLine = "\x1b[K"
	return "\x1b[H" + strings.Join(append(lines, last), toEndOfLine+"\r\n") + toEndOfLine
}
