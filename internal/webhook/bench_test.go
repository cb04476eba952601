package webhook

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// The benchmarks ask through a real TLS connection, as an API server does, and report reviews per second and the time
// within which 99 of 100 were answered. The trail is written meanwhile.

func BenchmarkTokenReview(b *testing.B) {
	l := newLab(b, "AROADEV")
	defer l.trail.Close()
	ask(b, l, TokenReviewPath("0123"), review(l.bearer(b, "demo", "https://sts.us-east-1.amazonaws.com", now)))
}

func BenchmarkSubjectAccessReview(b *testing.B) {
	l := newLab(b, "AROADEV")
	defer l.trail.Close()
	ask(b, l, AccessReviewPath("0123"), access("list", "pods", "dev"))
}

func ask(b *testing.B, h http.Handler, path string, in any) {
	body, err := json.Marshal(in)
	if err != nil {
		b.Fatal(err)
	}
	s := httptest.NewUnstartedServer(h)
	s.EnableHTTP2 = true // as the API server's client speaks
	s.StartTLS()
	defer s.Close()
	var mu sync.Mutex
	var took []time.Duration
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		var own []time.Duration
		for pb.Next() {
			start := time.Now()
			r, err := s.Client().Post(s.URL+path, "application/json", bytes.NewReader(body))
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, r.Body)
			r.Body.Close()
			if r.StatusCode != http.StatusOK {
				b.Errorf("status %d", r.StatusCode)
				return
			}
			own = append(own, time.Since(start))
		}
		mu.Lock()
		defer mu.Unlock()
		took = append(took, own...)
	})
	b.StopTimer()
	if len(took) == 0 {
		return
	}
	slices.Sort(took)
	b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "reviews/s")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
