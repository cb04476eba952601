package policy

import "strings"

// anyService stands, in place of a service, for an action that may belong to any: "*", or a wildcard before the colon.
const anyService = "*"

// serviceOf is the service that an Action value is about, in lower case. It is empty for a value that matches nothing:
// one without a colon, unless it consists of stars (reference_policies_elements_action).
func serviceOf(action string) string {
	service, _, found := strings.Cut(action, ":")
	switch {
	case !found && (action == "" || strings.Trim(action, "*") != ""):
		return ""
	case strings.ContainsAny(service, "*?"):
		return anyService
	}
	return strings.ToLower(service)
}

// serviceIndex finds the statements that may apply to an action, so that a request to one service does not look at the
// statements about others. Its lists hold positions in Policy.statements, ascending.
type serviceIndex struct {
	named map[string][]int // by service: statements with an Action of that service, none of any
	open  []int            // statements about actions of any service: NotAction, "*", a wildcard before the colon
}

func newServiceIndex(statements []compiled) serviceIndex {
	x := serviceIndex{named: map[string][]int{}}
	for i := range statements {
		switch s := &statements[i]; {
		case s.action != nil:
			x.add(i, s.action)
		case s.notAction != nil:
			x.open = append(x.open, i)
		}
	}
	return x
}

// add lists statement i, once, under each service of its actions.
func (x *serviceIndex) add(i int, actions *patternSet) {
	var services []string
	for j := range actions.patterns {
		switch service := serviceOf(actions.patterns[j].source); service {
		case "":
		case anyService:
			x.open = append(x.open, i)
			return
		default:
			services = append(services, service)
		}
	}
	for _, service := range services {
		if list := x.named[service]; len(list) == 0 || list[len(list)-1] != i {
			x.named[service] = append(list, i)
		}
	}
}

// relevant is the statements that may apply to the action, to be walked in their order.
func (x *serviceIndex) relevant(action string) walk {
	service, _, _ := strings.Cut(action, ":")
	return walk{x.named[strings.ToLower(service)], x.open}
}

// walk goes through two ascending lists as through one.
type walk struct{ a, b []int }

// next is the smallest position left; ok is false at the end.
func (w *walk) next() (i int, ok bool) {
	switch {
	case len(w.a) > 0 && (len(w.b) == 0 || w.a[0] < w.b[0]):
		i, w.a = w.a[0], w.a[1:]
	case len(w.b) > 0:
		i, w.b = w.b[0], w.b[1:]
	default:
		return 0, false
	}
	return i, true
}
