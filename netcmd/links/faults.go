package links

// Faults are all that is done to the links of a run.
type Faults struct {
	Cuts   Cuts
	Shapes Shapes
}

// NoFaults returns those of a run in which every link works.
func NoFaults(guests []string) Faults { return Faults{FullMesh(guests), NoShapes(guests)} }
