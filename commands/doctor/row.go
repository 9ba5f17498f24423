package doctor

import "slices"

// State is how serious a row is.
type State string

// The states of a row: what is missing is needed, and the program doesn't work
// without; with a warning something will, and something won't.
const (
	OK      State = "ok"
	Warning State = "warning"
	Missing State = "missing"
)

// Row is one thing that was looked at.
type Row struct {
	// Section is what it is about: "tools", "rights", "kernel", "network",
	// "limits" or "gateway".
	Section string `json:"section"`
	// Name names the row within its section. It stays the same from version to
	// version.
	Name string `json:"name"`
	// State is "ok", "warning" or "missing".
	State State `json:"state"`
	// What was found, in words.
	What string `json:"what"`
	// Why it matters; empty if the state is ok.
	Why string `json:"why"`
	// Command is the command line that cures it; empty if there is none, or
	// nothing to cure.
	Command string `json:"command"`
	// Advice is what else to do or to know for the cure; it may be empty.
	Advice string `json:"advice"`
}

// Report is what doctor --json prints.
type Report struct {
	// OK reports whether nothing is missing.
	OK bool `json:"ok"`
	// Missing and Warnings are how many rows there are of these states.
	Missing  int   `json:"missing"`
	Warnings int   `json:"warnings"`
	Rows     []Row `json:"rows"`
	// Facts are what the rows were made from. They are for reports of bugs, and
	// may differ from one version to the next.
	Facts Facts `json:"facts"`
}

// Examine makes the report.
func Examine(f Facts) Report {
	r := Report{Rows: slices.Concat(
		section("tools", f.toolRows()),
		section("rights", f.rightRows()),
		section("kernel", f.kernelRows()),
		section("network", f.networkRows()),
		section("limits", f.limitRows()),
		section("gateway", f.gatewayRows()),
	), Facts: f}
	for _, row := range r.Rows {
		switch row.State {
		case Missing:
			r.Missing++
		case Warning:
			r.Warnings++
		}
	}
	r.OK = r.Missing == 0
	return r
}

func section(name string, rows []Row) []Row {
	for i := range rows {
		rows[i].Section = name
	}
	return rows
}

// ok is a row with nothing to cure.
func ok(name, what string) Row { return Row{Name: name, State: OK, What: what} }
