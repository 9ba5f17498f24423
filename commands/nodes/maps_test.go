package nodes

import (
	"os"
	"testing"
)

// What a user namespace gets is what this process's has, with the same numbers.
func TestOwnMaps(t *testing.T) {
	c, err := ownMaps()
	if err != nil || len(c.Users) == 0 || len(c.Groups) == 0 {
		t.Fatalf("%+v: %v", c, err)
	}
	users := 0
	for _, m := range c.Users {
		if m.ContainerID != m.HostID || m.Size < 1 {
			t.Errorf("mapped elsewhere: %+v", m)
		}
		if m.ContainerID <= os.Getuid() && os.Getuid() < m.ContainerID+m.Size {
			users++
		}
	}
	if users != 1 {
		t.Errorf("the user is in %d of %+v", users, c.Users)
	}
}
