package gateway

import (
	"net/http"

	"github.com/airside-dev/airside/internal/audit"
	"github.com/airside-dev/airside/internal/authz"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/internal/awswire"
)

// record writes what became of a call to the trail.
func (g *Gateway) record(x *exchange, fail *awserr.Error) {
	r := audit.Record{
		ID: x.call.ID, Time: x.call.Time, Source: audit.AWS, Principal: x.call.Caller.ARN, AccessKey: x.call.AccessKey,
		Region: x.call.Region, SourceIP: x.call.SourceIP, UserAgent: x.call.UserAgent,
		Action: x.action(), Decision: audit.Allowed, Status: http.StatusOK,
	}
	if x.cred == nil {
		r.Principal = "" // a claim that was not proven
	}
	if fail != nil {
		r.Error, r.Status = awswire.Resolve(x.service.Model, fail)
		r.Message, r.Decision = fail.Message, audit.Failed
	}
	if n := len(x.answer); n > 0 {
		last := x.answer[n-1]
		r.Resource, r.Reason = last.check.Resource, reason(&last.verdict)
		if !last.verdict.Allowed() {
			r.Decision = audit.Denied
		}
		answers := x.answer
		r.Explain = func() []audit.Verdict { return verdicts(answers) }
	}
	if x.cred == nil || r.Status == http.StatusForbidden && len(x.answer) == 0 {
		r.Decision = audit.Denied
	}
	g.Trail.Record(r)
}

// action is the call's name as policies write it, as far as it is known.
func (x *exchange) action() string {
	switch {
	case x.service == nil:
		return "unknown"
	case x.oper == nil:
		return x.service.Model.SigningName + ":unknown"
	}
	return x.service.Model.SigningName + ":" + x.oper.Name
}

func verdicts(answers []answer) []audit.Verdict {
	out := make([]audit.Verdict, len(answers))
	for i := range answers {
		a := &answers[i]
		out[i] = audit.Verdict{
			Action: a.request.Action, Resource: a.request.Resource, Decision: string(a.verdict.Outcome),
			By: string(a.verdict.By), Policy: a.verdict.Source, Statement: a.verdict.Statement, Pos: a.verdict.Pos,
			Reason: reason(&a.verdict), Steps: a.explain(),
		}
	}
	return out
}

// reason is the deciding statement in one sentence.
func reason(v *authz.Verdict) string {
	switch {
	case v.Outcome == authz.ImplicitlyDenied && v.By != authz.NoPolicy:
		return "no " + string(v.By) + " allows it"
	case v.Outcome == authz.ImplicitlyDenied:
		return "nothing allows it"
	case v.By == authz.NoPolicy:
		return "allowed without a policy: the caller is the account's root user"
	}
	verb := "allowed by "
	if v.Outcome == authz.ExplicitlyDenied {
		verb = "denied by "
	}
	text := verb + v.Statement + " of " + v.Source
	if v.Pos != nil {
		text += " (" + v.Pos.String() + ")"
	}
	return text + ", " + string(v.By)
}
