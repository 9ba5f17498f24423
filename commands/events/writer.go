package events

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Clock is the time that all processes of the machine share, which nobody sets.
func Clock() time.Duration {
	var now unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) // can't fail
	return time.Duration(now.Nano())
}

// longestQueue is how many bytes may wait for a slow reader until lines do, too.
const longestQueue = 1 << 20

// Writer writes events down, in the order in which they come. Whoever has one
// to write goes on at once, however slow the reader is; but lines wait.
type Writer struct {
	to    io.Writer
	begin time.Duration // what Clock was at mono 0
	done  chan struct{}
	count atomic.Int64

	lock   sync.Mutex
	news   *sync.Cond
	last   time.Duration // the latest mono
	queue  bytes.Buffer
	groups grouper
	closed bool
	err    error
}

// NewWriter is a writer for a run whose network is up now; to is nil if nobody
// wants to know.
func NewWriter(to io.Writer) *Writer {
	w := &Writer{to: to, begin: Clock(), done: make(chan struct{})}
	w.news = sync.NewCond(&w.lock)
	if to == nil {
		close(w.done)
	} else {
		go w.flush()
	}
	return w
}

// Mono is a Clock as seconds of the run, to the microsecond.
func (w *Writer) Mono(clock time.Duration) float64 { return seconds(clock - w.begin) }

func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1e6) / 1e6 }

// Write writes an event that happens now.
func (w *Writer) Write(e Event) { w.WriteAt(e, Clock()) }

// WriteAt writes an event that happened a moment ago; if others are written
// already that came later, it has the time of the last of them. It finds the groups of
// its State: here, since a fault is in force by now, and only if somebody reads them.
func (w *Writer) WriteAt(e Event, clock time.Duration) {
	if e.Kind != Line {
		w.count.Add(1)
	}
	if w.to == nil {
		return
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	for e.Kind == Line && w.queue.Len() > longestQueue && w.err == nil {
		w.news.Wait()
	}
	w.groups.nodes = append(w.groups.nodes, e.GuestNames()...)
	if e.State != nil {
		e.Groups = w.groups.of(e.State)
	}
	w.last = max(w.last, clock-w.begin)
	e.Mono, e.Bytes = seconds(w.last), len(e.Lines)
	e.Time = time.Now().Add(w.last - (Clock() - w.begin)).UTC()
	if w.err == nil {
		out := json.NewEncoder(&w.queue)
		out.SetEscapeHTML(false)
		if err := out.Encode(e); err != nil {
			panic(err) // texts and numbers always have a JSON form
		}
		w.queue.Write(e.Lines)
	}
	w.news.Broadcast()
}

// Count is how many events have come, but for lines; also where nobody wants to know.
func (w *Writer) Count() int { return int(w.count.Load()) }

// flush writes whole lines, until the writer is closed.
func (w *Writer) flush() {
	defer close(w.done)
	w.lock.Lock()
	defer w.lock.Unlock()
	var out bytes.Buffer
	for {
		for w.queue.Len() == 0 && !w.closed {
			w.news.Wait()
		}
		if w.queue.Len() == 0 || w.err != nil {
			return
		}
		out, w.queue = w.queue, out
		w.lock.Unlock()
		_, err := w.to.Write(out.Bytes())
		out.Reset()
		w.lock.Lock()
		w.err = err
		w.news.Broadcast()
	}
}

// Close waits until all is written, and says what it failed of.
func (w *Writer) Close() error {
	w.lock.Lock()
	w.closed = true
	w.news.Broadcast()
	w.lock.Unlock()
	<-w.done
	return w.err
}
