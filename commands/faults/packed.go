package faults

import (
	"encoding/json"
	"slices"
	"strings"

	"vagganet/netcmd/links"
)

// In JSON, senders with the same receivers share a row: halves of 253 guests are two
// rows, and not 32,000 names that the run has to read before it answers.

type packedChange struct {
	bareChange
	Cut    []packedRow `json:"cut"`
	Shapes []packedRow `json:"shapes"`
}

// bareChange is a Change that is written and read as any other struct.
type bareChange Change

type packedRow struct {
	From []string `json:"from"`
	To   []string `json:"to"`
	How  string   `json:"how"`
}

// MarshalJSON writes the change with packed rows.
func (c Change) MarshalJSON() ([]byte, error) {
	return json.Marshal(packedChange{bareChange(c), pack(c.Cut), pack(c.Shapes)})
}

// UnmarshalJSON reads what MarshalJSON has written.
func (c *Change) UnmarshalJSON(text []byte) error {
	var p packedChange
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	*c = Change(p.bareChange)
	c.Cut, c.Shapes = unpack(p.Cut), unpack(p.Shapes)
	return nil
}

func pack(rows []links.Row) []packedRow {
	if rows == nil {
		return nil
	}
	packed, known := []packedRow{}, map[string]int{}
	i := 0 // of the row before, which is often of the same cluster
	for _, row := range rows {
		if len(packed) == 0 || packed[i].How != row.How || !slices.Equal(packed[i].To, row.To) {
			key := row.How + "\x00" + strings.Join(row.To, "\x00")
			number, there := known[key]
			if !there {
				number, known[key] = len(packed), len(packed)
				packed = append(packed, packedRow{To: row.To, How: row.How})
			}
			i = number
		}
		packed[i].From = append(packed[i].From, row.From)
	}
	return packed
}

func unpack(packed []packedRow) []links.Row {
	if packed == nil {
		return nil
	}
	rows := []links.Row{}
	for _, p := range packed {
		for _, from := range p.From {
			rows = append(rows, links.Row{From: from, To: p.To, How: p.How})
		}
	}
	return rows
}
