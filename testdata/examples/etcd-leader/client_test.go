// A test in Go that runs beside the nodes. It needs the standard library alone: etcd
// takes JSON by HTTP, too.
package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// TestMain has a plain "go test" start the nodes, and itself again beside them.
func TestMain(m *testing.M) {
	if os.Getenv("VAGGANET_RUN") != "" {
		os.Exit(m.Run())
	}
	program, err := exec.LookPath("vagganet")
	if err == nil {
		run := []string{"vagganet", "run", "--isolated", "--events", "events.json", "leader-killed", "--"}
		err = syscall.Exec(program, append(run, os.Args...), os.Environ())
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

const writes = 120

func TestAcknowledgedWritesStay(t *testing.T) {
	var acknowledged []string
	// Six seconds at least, in which a leader is killed.
	for n := range writes {
		key := fmt.Sprintf("go/%d", n)
		// Without an answer, nobody knows whether it was written.
		if err := put(n, key); err != nil {
			t.Log(key, err)
		} else {
			acknowledged = append(acknowledged, key)
		}
		time.Sleep(50 * time.Millisecond)
	}

	stored := map[string]bool{}
	for n, limit := 0, time.Now().Add(time.Minute); len(stored) == 0; n++ {
		var err error
		if stored, err = all(n, "go/", "go0"); err != nil && time.Now().After(limit) {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	for _, key := range acknowledged {
		if !stored[key] {
			t.Error("acknowledged and lost:", key)
		}
	}
	t.Logf("%d writes, %d acknowledged", writes, len(acknowledged))
}

// put writes a key by the nth node, counted in a circle.
func put(n int, key string) error {
	return call(n, "put", map[string][]byte{"key": []byte(key), "value": []byte(key)}, &struct{}{})
}

// all returns the keys from one to another.
func all(n int, from, to string) (map[string]bool, error) {
	var answer struct{ Kvs []struct{ Key []byte } }
	err := call(n, "range", map[string][]byte{"key": []byte(from), "range_end": []byte(to)}, &answer)
	keys := map[string]bool{}
	for _, kv := range answer.Kvs {
		keys[string(kv.Key)] = true
	}
	return keys, err
}

var client = http.Client{Timeout: 2 * time.Second}

// call asks one node. In JSON, keys and values are base64, as Go writes bytes.
func call(n int, what string, question map[string][]byte, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	url := fmt.Sprintf("http://etcd-%d:2379/v3/kv/%s", n%3+1, what)
	resp, err := client.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}
