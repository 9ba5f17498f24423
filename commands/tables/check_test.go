package tables

import (
	"fmt"
	"strings"
	"testing"

	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
	"vagganet/netcmd/plan"
)

// checked is a check of guests a, b and so on. What they answer by UDP, TCP and
// ARP is the same; nothing is cut but what cut names.
func checked(guests int, answers func(from, to int) live.Answer, nodes ...string) Check {
	var names, rows []string
	for from := range guests {
		names = append(names, fmt.Sprintf("%c", 'a'+from))
		row := ""
		for to := range guests {
			row += string(rune(answers(from, to)))
		}
		rows = append(rows, row)
	}
	cuts := links.FullMesh(names)
	if nodes != nil {
		cuts, _ = links.Isolate(names, nodes)
	}
	l := live.Run{Tools: plan.UsualTools()}
	list, err := l.Judge(cuts, live.Answers{UDP: rows, TCP: rows, IPv6: rows, ARP: rows})
	if err != nil {
		panic(err)
	}
	return Check{Run: "flaky", Links: list, Guests: names}
}

func through(int, int) live.Answer { return live.Through }

func TestCheckPrinted(t *testing.T) {
	leak := checked(3, through, "a")
	dead := checked(2, func(int, int) live.Answer { return live.Silent })
	trouble := dead
	trouble.Trouble = map[string]string{"b": "no address"}
	untried := checked(2, through)
	for i := range untried.Links {
		untried.Links[i].ARP = live.Untried
	}
	refused := checked(2, func(int, int) live.Answer { return live.Silent }, "a")
	for i := range refused.Links {
		refused.Links[i].How = links.Reject
	}
	for _, test := range []struct {
		check Check
		want  string
	}{
		{refused, "          to a     to b\n  from a  -        refused\n  from b  refused  -\nrun flaky: 2 of 2 links are as they should be: 0 linked, 0 cut, 2 refused\n"},
		{checked(1, through), "          to a\n  from a  -\nrun flaky: 0 of 0 links are as they should be: 0 linked, 0 cut\n"},
		{leak, `          to a   to b   to c
  from a  -      leaks  leaks
  from b  leaks  -      ok
  from c  leaks  ok     -
a -> b: cut, but TCP, UDP, IPv6 and ARP come through
a -> c: cut, but TCP, UDP, IPv6 and ARP come through
b -> a: cut, but TCP, UDP, IPv6 and ARP come through
c -> a: cut, but TCP, UDP, IPv6 and ARP come through
run flaky: 2 of 6 links are as they should be: 2 linked, 0 cut; 4 leaks
`},
		{trouble, `          to a  to b
  from a  -     dead
  from b  dead  -
b can't be probed: no address
a -> b: linked, but TCP, UDP, IPv6 and ARP are silent
b -> a: linked, but TCP, UDP, IPv6 and ARP are silent
run flaky: 0 of 2 links are as they should be: 0 linked, 0 cut; 2 dead
`},
		{untried, `          to a  to b
  from a  -     ok
  from b  ok    -
run flaky: 2 of 2 links are as they should be: 2 linked, 0 cut; ARP not tried on 2
`},
		{checked(13, through), "run flaky: 156 of 156 links are as they should be: 156 linked, 0 cut\n"},
	} {
		var b strings.Builder
		if err := test.check.Print(&b, false, 0); err != nil || b.String() != test.want {
			t.Errorf("%v\ngot:\n%s\nwant:\n%s", err, b.String(), test.want)
		}
	}
}

// Of very many differences, a person is shown some, and told how many more.
func TestCheckManyDifferences(t *testing.T) {
	var b strings.Builder
	if err := checked(12, func(int, int) live.Answer { return live.Refused }).Print(&b, false, 0); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(b.String(), "TCP, UDP, IPv6 and ARP are refused\n"); lines != differencesMost {
		t.Errorf("%d lines", lines)
	}
	if want := "\nand 32 more, which --json lists\nrun flaky: 0 of 132 links are as they should be: 0 linked, 0 cut; 132 dead\n"; !strings.HasSuffix(b.String(), want) {
		t.Errorf("%s", b.String())
	}
}

func TestCheckJSON(t *testing.T) {
	var b strings.Builder
	if err := checked(2, through, "a").Print(&b, true, 0); err != nil {
		t.Fatal(err)
	}
	want := `    {
      "from": "a",
      "to": "b",
      "how": "drop",
      "cut": true,
      "cut_back": true,
      "state": "leaks",
      "udp": "through",
      "tcp": "through",
      "ipv6": "through",
      "arp": "through"
    },
`
	if !strings.Contains(b.String(), want) {
		t.Errorf("%s", b.String())
	}
}
