package groups

import "vagganet/netcmd/links"

// InOrder returns names in the order in which a person counts: n2 before n10.
func InOrder(names []string) []string { return links.InOrder(names) }
