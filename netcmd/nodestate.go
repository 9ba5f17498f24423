package netcmd

// What was done to a node's processes is in files of the run's folder, empty ones, which
// whoever started the run looks for, be it the program or a script.

// DownFile is there from before a node is killed until it is to start again: so the end
// of its processes is not that of the run. RunDir is the run's folder.
func DownFile(runDir, node string) string { return runDir + "/.down." + node }

// PausedFile is there while the processes of a node are stopped.
func PausedFile(runDir, node string) string { return runDir + "/.paused." + node }

// StartingFile is there until a node is ready whose config says when it is, and from then
// on ReadyFile is: for who looks.
func StartingFile(runDir, node string) string { return runDir + "/.starting." + node }

// ReadyFile is there while a node is ready whose config says when it is.
func ReadyFile(runDir, node string) string { return runDir + "/.ready." + node }
