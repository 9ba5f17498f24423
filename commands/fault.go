package commands

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"vagganet/commands/messages"
	"vagganet/commands/story"
	"vagganet/commands/supervisor"
	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

func forFlag() cli.Flag {
	return &cli.DurationFlag{Name: "for", DefaultText: "until another command",
		Usage: "`HOW-LONG`, such as 2s or 500ms, until it is healed again, whatever becomes of this command"}
}

// duration is what --for says; 0 if it isn't there.
func duration(c *cli.Context) (time.Duration, error) {
	d := c.Duration("for")
	if c.IsSet("for") && d < time.Millisecond {
		return 0, usagef("--for %v is less than 1ms", d)
	}
	return d, nil
}

// newFault is what a verb is about to do. Asked is when it began.
func newFault(c *cli.Context, what string, asked time.Duration) (messages.Fault, error) {
	d, err := duration(c)
	return messages.Fault{What: what, By: caller(), For: d, Asked: asked}, err
}

// caller is who has called a verb, as the run's events have it.
func caller() string {
	if os.Getenv(supervisor.TimelineVariable) != "" {
		return messages.ByTimeline
	}
	return messages.ByCommand
}

// rows are links and uplinks in the form that the run's events have.
func rows(links []netcmd.Link, uplinks []netcmd.Uplink) story.State {
	var s story.State
	for _, l := range links {
		last := len(s.Cut) - 1
		if last < 0 || s.Cut[last].From != l.From || s.Cut[last].How != string(l.How) {
			s.Cut = append(s.Cut, story.Row{From: l.From, How: string(l.How)})
			last++
		}
		s.Cut[last].To = append(s.Cut[last].To, l.To)
	}
	for _, u := range uplinks {
		s.Uplinks = append(s.Uplinks, story.Row{From: u.Guest, How: string(u.How)})
	}
	return s
}

// applyFault prints what is to be done to a run's links, or does it, under the
// run's lock. The run is told before, so that it will heal what has an end even
// if this process is killed, and again when it is done.
func (a App) applyFault(c *cli.Context, lock *os.File, title string, live netcmd.LiveRun, f messages.Fault, p plan.Plan) error {
	return a.applyBy(c, title, p, func(ctx context.Context, p plan.Plan) error {
		conn, err := announce(live, f)
		if err != nil {
			return err
		}
		began := story.Clock()
		r := newRunner(c)
		r.Lock = lock
		if err := r.Run(ctx, p); err != nil || conn == nil {
			return err
		}
		now := story.Clock()
		conn.Send(messages.Message{Done: &messages.Done{Clock: now, Took: now - began, Skew: r.Skew}})
		return conn.Close()
	})
}

// announce tells the run of a fault. Where nobody listens, it is only the run's
// story that lacks it, unless somebody has to heal it.
func announce(live netcmd.LiveRun, f messages.Fault) (*messages.Conn, error) {
	conn, err := messages.Dial(live.Dir)
	if err == nil {
		_, err = conn.Send(messages.Message{About: &f})
	}
	switch {
	case err == nil:
		return conn, nil
	case f.For == 0:
		return nil, nil
	case errors.Is(err, messages.ErrNobody):
		return nil, withHint(fmt.Errorf("--for: %w", err), "a run that a script has started has no supervisor: heal it by another command")
	}
	return nil, fmt.Errorf("--for: %w", err)
}

// healVerb is called by the run itself when a fault's time is up.
func (a App) healVerb() *cli.Command {
	return &cli.Command{Name: supervisor.HealVerb, Hidden: true, Action: a.healFault}
}

// healFault heals what is left of a fault: links that no later command has named.
func (a App) healFault(c *cli.Context) error {
	asked := story.Clock()
	id, err := strconv.Atoi(c.Args().First())
	if err != nil {
		return usagef("%s takes the number of a fault", c.Command.Name)
	}
	live, err := a.liveRun(c)
	if err != nil {
		return err
	}
	lock, err := a.lockRun(c.Context, live)
	if err != nil {
		return err
	}
	defer lock.Close()
	left, err := whatIsLeft(live, id)
	if err != nil {
		return err
	}
	now, err := a.listRules(c, live)
	if err != nil {
		return err
	}
	healed, f, err := healed(now.Cuts, left)
	if err != nil {
		return err
	}
	f.Heals, f.Asked = id, asked
	var p plan.Plan
	if len(left.Cut) > 0 {
		p = append(p, live.Partition(healed, now)...)
	}
	if len(left.Uplinks) > 0 {
		p = append(p, live.CutUplinks(healed, now)...)
	}
	if len(left.Shapes) > 0 {
		shapes, err := a.readShapes(c, live)
		if err != nil {
			return err
		}
		links := linksOf(left.Shapes)
		f.Shapes = shapeRows(links, netcmd.Shape{})
		p = append(p, live.Shape(shapes.With(links, netcmd.Shape{}), shapes)...)
	}
	return a.applyFault(c, lock, "", live, f, p)
}

// whatIsLeft asks the run what it still has of a fault.
func whatIsLeft(live netcmd.LiveRun, id int) (story.State, error) {
	conn, err := messages.Dial(live.Dir)
	if err != nil {
		return story.State{}, err
	}
	defer conn.Close()
	reply, err := conn.Send(messages.Message{Left: id})
	return reply.State, err
}

func linksOf(rows []story.Row) []netcmd.Link {
	var links []netcmd.Link
	for _, row := range rows {
		for _, to := range row.To {
			links = append(links, netcmd.Link{From: row.From, To: to})
		}
	}
	return links
}

// healed are the cuts without those of some rows, and what that is as a fault.
func healed(now netcmd.Cuts, left story.State) (netcmd.Cuts, messages.Fault, error) {
	links := linksOf(left.Cut)
	var nodes []string
	var uplinks []netcmd.Uplink
	for _, row := range left.Uplinks {
		nodes = append(nodes, row.From)
		uplinks = append(uplinks, netcmd.Uplink{Guest: row.From})
	}
	f := messages.Fault{What: "heal", By: messages.ByCommand, State: rows(links, uplinks)}
	now, err := now.With(links)
	if err != nil {
		return now, f, err
	}
	now, err = now.WithUplinks(nodes, netcmd.State{})
	return now, f, err
}
